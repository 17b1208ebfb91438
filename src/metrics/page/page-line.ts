const QUOTE = 34;
const BACKSLASH = 92;
const BRACE = 125;
const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\\\': '\\', '\\"': '"' };

/** One sample of a page. Lives only while it is read: the next one takes its place. */
export class PageLine {
  readonly text: string;
  /** Where its labels begin and end in the text, without braces; the same where it has none. */
  labelsStart = 0;
  labelsEnd = 0;
  value = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Values of the labels with these names, in their order; undefined for those it has not. */
  labels(names: readonly string[]): (string | undefined)[] {
    const found: (string | undefined)[] = names.map(() => undefined);
    let missing = names.length;
    this.#each((start, end, valueStart, valueEnd, escaped) => {
      const index = names.findIndex((name) => name.length === end - start && this.text.startsWith(name, start));
      if (index < 0) return true;
      const raw = this.text.slice(valueStart, valueEnd);
      found[index] = escaped ? raw.replace(/\\[n\\"]/g, (escape) => ESCAPES[escape] ?? escape) : raw;
      return --missing > 0;
    });
    return found;
  }

  /** Where the brace is that ends the labels; -1 when they cannot be read. Braces in values end nothing. */
  closingBrace(): number {
    const end = this.#each(() => true);
    return end >= 0 && this.text.charCodeAt(end) === BRACE ? end : -1;
  }

  /** Goes through `name="value"` pairs until told to stop. @returns where they end; -1 when they cannot be read */
  #each(see: (start: number, end: number, valueStart: number, valueEnd: number, escaped: boolean) => boolean): number {
    const { text } = this;
    let at = this.labelsStart;
    while (at < this.labelsEnd) {
      const char = text.charCodeAt(at);
      if (char === 44 || char === 32) {
        at++;
        continue;
      }
      if (char === BRACE) return at;
      const equals = text.indexOf('=', at);
      if (equals < 0 || equals >= this.labelsEnd || text.charCodeAt(equals + 1) !== QUOTE) return -1;
      let close = text.indexOf('"', equals + 2);
      let escaped = false;
      while (close >= 0 && text.charCodeAt(close - 1) === BACKSLASH && isEscaped(text, close)) {
        escaped = true;
        close = text.indexOf('"', close + 1);
      }
      if (close < 0 || close > this.labelsEnd) return -1;
      // A backslash anywhere in the value is the beginning of an escape.
      if (!escaped) escaped = hasBackslash(text, equals + 2, close);
      let end = equals;
      while (end > at && text.charCodeAt(end - 1) === 32) end--;
      if (!see(at, end, equals + 2, close, escaped)) return close;
      at = close + 1;
    }
    return at;
  }
}

/** Whether the quote belongs to the value: an odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (quote - first) % 2 === 1;
}

function hasBackslash(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) === BACKSLASH) return true;
  return false;
}
