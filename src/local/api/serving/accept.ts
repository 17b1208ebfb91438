/** One media type that a client accepts. */
export interface AcceptedType {
  readonly type: string;
  /** Such as `as`, `g`, `v`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads an Accept header, best first. Nothing means anything. */
export function parseAccept(header: string | undefined): AcceptedType[] {
  const entries = (header ?? '').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  const types = entries.map((entry) => {
    const [type = '', ...rest] = entry.split(';').map((part) => part.trim());
    const parameters = Object.fromEntries(rest.map((part) => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']));
    return { type: type.toLowerCase(), parameters, quality: Number(parameters['q'] ?? 1) };
  });
  return types.length === 0 ? [{ type: '*/*', parameters: {} }] : types.sort((a, b) => b.quality - a.quality);
}

/** Whether a media type, possibly with `*`, includes `wanted`. */
export function includesType(accepted: string, wanted: string): boolean {
  if (accepted === wanted || accepted === '*/*') return true;
  return accepted.endsWith('/*') && wanted.startsWith(accepted.slice(0, -1));
}
