/** What texts of metrics may name beside arguments, and what it stands for. */
export const placeholders = {
  namespace: 'the namespace of the policy',
  policy: 'the policy',
  release: 'the release',
  service: 'the Service that clients use',
  canaryService: 'the Service for the canary alone',
  stable: 'the ReplicaSet of the stable version, or its Deployment where users run each version',
  canary: 'the same of the canary; names of its Pods begin with it and a dash',
} as const;
export type PlaceholderName = keyof typeof placeholders;
/** What they stand for in one release. One that is absent stands for nothing there, such as the Service of workers. */
export type PlaceholderValues = Readonly<Partial<Record<PlaceholderName, string>>>;

/** Something in braces that nothing can be filled in for. */
export interface UnfilledPlaceholder {
  /** Way to the text. */
  readonly path: readonly (string | number)[];
  /** As in `arguments.host` or `service`. */
  readonly name: string;
}

const PLACEHOLDER = /\{\{\s*([A-Za-z]\w*(?:\.[\w-]+)?)\s*\}\}/g;
const ARGUMENT = /^arguments\.(.+)$/;

/** All names in double braces anywhere in a value, in order, each once: `service`, `arguments.host`. */
export function placeholdersIn(value: unknown): string[] {
  const names = new Set<string>();
  mapTexts(value, (text) => {
    for (const [, name = ''] of text.matchAll(PLACEHOLDER)) names.add(name);
    return text;
  });
  return [...names];
}

/** The argument that a placeholder names; undefined for others. */
export const argumentOf = (placeholder: string): string | undefined => ARGUMENT.exec(placeholder)?.[1];

/**
 * A copy of a value in whose texts, at any depth, placeholders are filled in. What is filled in is not looked at again; keys
 * stay as they are. @param args undefined outside templates
 */
export function fillPlaceholders<T>(value: T, values: PlaceholderValues, args: Readonly<Record<string, string>> | undefined): { readonly filled: T; readonly unfilled: readonly UnfilledPlaceholder[] } {
  const unfilled: UnfilledPlaceholder[] = [];
  const valueOf = (name: string): string | undefined => {
    const argument = argumentOf(name);
    if (argument === undefined) return Object.hasOwn(values, name) ? values[name as PlaceholderName] : undefined;
    return args !== undefined && Object.hasOwn(args, argument) ? args[argument] : undefined;
  };
  const filled = mapTexts(value, (text, path) =>
    text.replace(PLACEHOLDER, (whole, name: string) => {
      const known = valueOf(name);
      if (known === undefined) unfilled.push({ path, name });
      return known ?? whole;
    }),
  );
  // Of the same shape: only texts became other texts.
  return { filled: filled as T, unfilled };
}

function mapTexts(value: unknown, map: (text: string, path: readonly (string | number)[]) => string, path: readonly (string | number)[] = []): unknown {
  if (typeof value === 'string') return map(value, path);
  if (Array.isArray(value)) return value.map((each, index) => mapTexts(each, map, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, map, [...path, key])]));
}
