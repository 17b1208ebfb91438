/** What the text of a JSON document says and the parsed value forgets. */
export interface JsonText {
  /** Keys that stand more than once, as paths, in the order of their second place. */
  readonly duplicates: readonly string[];
  /** Places of whole numbers that were written as fractions or with an exponent (`2.0`, `1e3`). */
  readonly floats: ReadonlySet<string>;
}

const TOKEN = /\s*(?:("(?:\\.|[^"\\])*")|(-?\d+)(\.\d+)?([eE][+-]?\d+)?|([{}[\],:])|(true|false|null))/gy;

const PLAIN: JsonText = { duplicates: [], floats: new Set() };

/**
 * The value of a text that comes out of it again letter by letter, as what programs send mostly does: so each key stands in it
 * once, and each number in its one form. Undefined for every other text, JSON or not.
 */
export function plainJson(text: string): unknown {
  // From 1e21 on the one form is with an exponent.
  if (/\de\+/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Scans a document that `JSON.parse` accepts. For strict decoding (duplicate fields) and for rules in CEL (floats). */
export function scanJson(text: string): JsonText {
  if (plainJson(text) !== undefined) return PLAIN;
  const duplicates: string[] = [];
  const floats = new Set<string>();
  const reported = new Set<string>();
  /** One per open object or list: its path, its keys, and the key or index that comes next. */
  const open: { path: string; keys: Set<string> | undefined; key: string; index: number; expectKey: boolean }[] = [];
  const placeOf = (): string => {
    const top = open.at(-1);
    if (!top) return '';
    if (top.keys === undefined) return `${top.path}[${top.index}]`;
    return top.path === '' ? top.key : `${top.path}.${top.key}`;
  };
  for (const [, string, , fraction, exponent, mark] of text.matchAll(TOKEN)) {
    const top = open.at(-1);
    if (mark === '{' || mark === '[') {
      open.push({ path: placeOf(), keys: mark === '{' ? new Set() : undefined, key: '', index: 0, expectKey: mark === '{' });
    } else if (mark === '}' || mark === ']') {
      open.pop();
    } else if (mark === ',') {
      if (top) {
        top.index += 1;
        top.expectKey = top.keys !== undefined;
      }
    } else if (string !== undefined && top?.expectKey === true) {
      const key: unknown = JSON.parse(string);
      top.key = String(key);
      top.expectKey = false;
      const place = placeOf();
      if (top.keys?.has(top.key) === true && !reported.has(place)) {
        duplicates.push(place);
        reported.add(place);
      }
      top.keys?.add(top.key);
    } else if (fraction !== undefined || exponent !== undefined) {
      floats.add(placeOf());
    }
  }
  return { duplicates, floats };
}
