import { isRecord } from '../../../kubernetes/json.js';

/** What texts with arguments in them become. */
export interface Filling {
  readonly values: ReadonlyMap<string, string>;
  /** Arguments that are filled in later; their tags stay. */
  readonly later?: ReadonlySet<string>;
}

/**
 * The same value with each `{{args.NAME}}` in its texts replaced, in names of fields too.
 * @param problems takes in what cannot be replaced, in words; those texts stay as they are
 */
export function fillArguments<T>(value: T, filling: Filling, problems: Set<string>): T {
  // Every text in it stays a text, and everything else stays as it is.
  return filled(value, filling, problems) as T;
}

function filled(value: unknown, filling: Filling, problems: Set<string>): unknown {
  if (typeof value === 'string') return filledText(value, filling, problems);
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, filling, problems));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [filledText(key, filling, problems), filled(each, filling, problems)]));
}

function filledText(text: string, { values, later }: Filling, problems: Set<string>): string {
  let result = '';
  for (let at = 0; ; ) {
    const start = text.indexOf('{{', at);
    if (start < 0) return result + text.slice(at);
    const end = text.indexOf('}}', start);
    if (end < 0) {
      problems.add(`"${text.slice(start, start + 50)}" has no end; write }} there`);
      return result + text.slice(at);
    }
    const tag = text.slice(start + 2, end).trim();
    const name = tag.startsWith('args.') ? tag.slice('args.'.length) : undefined;
    const value = name === undefined ? undefined : values.get(name);
    if (value === undefined && !(name !== undefined && later?.has(name))) problems.add(name === undefined ? `{{${tag}}} is no argument; only args.NAME is filled in` : `nothing gives a value to {{${tag}}}`);
    result += text.slice(at, start) + (value ?? text.slice(start, end + 2));
    at = end + 2;
  }
}
