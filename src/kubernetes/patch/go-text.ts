import { isRecord } from '../json.js';

/** A JSON value as Go prints it with `%v`, which shows through in some of the server's messages: `map[image:x]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map((item: unknown) => goText(item)).join(' ')}]`;
  if (!isRecord(value)) return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${goText(item)}`).join(' ')}]`;
}
