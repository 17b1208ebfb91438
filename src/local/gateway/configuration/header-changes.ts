/** As in VirtualServices: what to do to the headers of a request or a response. */
export interface HeaderOperations {
  readonly set?: Readonly<Record<string, string>>;
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** Changes in the order Envoy makes them: remove, then set, then add. Names are in lower case. */
export interface HeaderChanges {
  readonly remove: readonly string[];
  readonly set: readonly (readonly [string, string])[];
  readonly add: readonly (readonly [string, string])[];
  /** From `set` or `add` of `host` or `:authority`: rewrites the authority instead. */
  readonly authority: string | undefined;
}

const isAuthority = (name: string): boolean => /^(host|:authority)$/i.test(name);
const isInternal = (name: string): boolean => name.startsWith(':') || isAuthority(name);
const changed = (values: Readonly<Record<string, string>> | undefined): (readonly [string, string])[] =>
  Object.entries(values ?? {})
    .filter(([name]) => !isInternal(name))
    .map(([name, value]) => [name.toLowerCase(), value] as const);
const authorityIn = (values: Readonly<Record<string, string>> | undefined): string | undefined =>
  Object.entries(values ?? {}).find(([name]) => isAuthority(name))?.[1];

/** @returns undefined when there is nothing to change */
export function compileHeaderChanges(operations: HeaderOperations | undefined): HeaderChanges | undefined {
  if (operations === undefined) return undefined;
  const changes = {
    remove: (operations.remove ?? []).filter((name) => !isInternal(name)).map((name) => name.toLowerCase()),
    set: changed(operations.set),
    add: changed(operations.add),
    authority: authorityIn(operations.set) ?? authorityIn(operations.add),
  };
  return changes.remove.length + changes.set.length + changes.add.length === 0 && changes.authority === undefined ? undefined : changes;
}

/**
 * As `compileHeaderChanges`, with values in Envoy's format, where `%%` stands for a percent sign. Commands between single ones
 * are refused before (`envoyFormatProblem`).
 */
export function compileEnvoyHeaderChanges(operations: HeaderOperations | undefined): HeaderChanges | undefined {
  const unescaped = (values: Readonly<Record<string, string>> = {}): Record<string, string> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll('%%', '%')]));
  return operations && compileHeaderChanges({ ...operations, set: unescaped(operations.set), add: unescaped(operations.add) });
}

/** What is wrong with a value in Envoy's format; undefined when it is plain. */
export const envoyFormatProblem = (value: string): string | undefined => (value.replaceAll('%%', '').includes('%') ? `${JSON.stringify(value)}: values that Envoy fills in (%…%) are not implemented; a percent sign is written %%` : undefined);

/** @param headers flat list of names and values; names in any case. @returns a new list */
export function changeHeaders(headers: readonly string[], changes: HeaderChanges): string[] {
  const gone = new Set([...changes.remove, ...changes.set.map(([name]) => name)]);
  const result: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!gone.has(name.toLowerCase())) result.push(name, headers[index + 1] ?? '');
  }
  for (const [name, value] of changes.set) result.push(name, value);
  for (const [name, value] of changes.add) result.push(name, value);
  return result;
}
