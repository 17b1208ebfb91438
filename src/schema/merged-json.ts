import { isRecord } from './json.js';

const TOKEN = /\s*(?:("(?:\\.|[^"\\])*")|(-?\d[\d.eE+-]*|true|false|null)|([{}[\],:]))/gy;

/**
 * Reads a JSON text as Go reads it into its structs and maps: a map that is given twice is both together, of anything else
 * the later value counts. Slower than `JSON.parse`, so meant for texts in which a key does stand twice.
 * @param text valid JSON
 */
export function parseMergingJson(text: string): unknown {
  const tokens = [...text.matchAll(TOKEN)].map(([, string, scalar, mark]) => string ?? scalar ?? mark ?? '');
  let next = 0;
  const take = (): string => tokens[next++] ?? '';
  const value = (): unknown => {
    const token = take();
    if (token === '{') return object();
    return token === '[' ? list() : JSON.parse(token);
  };
  const list = (): unknown[] => {
    const items: unknown[] = [];
    while (tokens[next] !== ']') {
      items.push(value());
      if (tokens[next] === ',') next += 1;
    }
    next += 1;
    return items;
  };
  const object = (): Record<string, unknown> => {
    const fields: Record<string, unknown> = {};
    while (tokens[next] !== '}') {
      const key: string = JSON.parse(take());
      next += 1;
      const item = value();
      const before = Object.hasOwn(fields, key) ? fields[key] : undefined;
      const both = isRecord(before) && isRecord(item) ? together(before, item) : item;
      Object.defineProperty(fields, key, { value: both, writable: true, enumerable: true, configurable: true });
      if (tokens[next] === ',') next += 1;
    }
    next += 1;
    return fields;
  };
  return value();
}

function together(first: Readonly<Record<string, unknown>>, second: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(second).map(([key, item]) => {
    const before = Object.hasOwn(first, key) ? first[key] : undefined;
    return [key, isRecord(before) && isRecord(item) ? together(before, item) : item] as const;
  });
  return { ...first, ...Object.fromEntries(entries) };
}
