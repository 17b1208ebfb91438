import { ConditionError } from './syntax.js';

/** A piece of a condition. */
export interface Token {
  readonly kind: 'number' | 'text' | 'word' | 'sign' | 'element' | 'end';
  readonly text: string;
  /** Of a number or a text. */
  readonly value?: number | string;
  readonly at: number;
}

const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const NUMBER = /0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const ELEMENT = /#(acc|index)?/y;
const SIGN = /\?\.|\?\?|\.\.|\*\*|==|!=|<=|>=|&&|\|\||[-+*/%^<>!?:.,;()[\]{}|=]/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', '"': '"', "'": "'", '`': '`' };

/** Cuts a condition into its pieces; the last one is `end`. @throws ConditionError */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  for (;;) {
    at += take(SPACE)?.[0].length ?? 0;
    if (at >= source.length) return [...tokens, { kind: 'end', text: '', at }];
    const start = at;
    const quote = source.charAt(at);
    if (quote === '"' || quote === "'" || quote === '`') {
      const { value, end } = textAt(source, at, quote);
      at = end;
      tokens.push({ kind: 'text', text: source.slice(start, end), value, at: start });
      continue;
    }
    const number = /[\d.]/.test(quote) && !source.startsWith('..', at) ? take(NUMBER) : null;
    const found = number ?? take(WORD) ?? take(ELEMENT) ?? take(SIGN);
    if (!found) throw new ConditionError(`"${quote}" has no meaning here`, at);
    const [text] = found;
    at += text.length;
    if (number) tokens.push({ kind: 'number', text, value: Number(text.replaceAll('_', '')), at: start });
    else tokens.push({ kind: /^[A-Za-z_$]/.test(text) ? 'word' : text.startsWith('#') ? 'element' : 'sign', text, at: start });
  }
}

function textAt(source: string, start: number, quote: string): { value: string; end: number } {
  let value = '';
  for (let at = start + 1; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === quote) return { value, end: at + 1 };
    if (char !== '\\' || quote === '`') {
      value += char;
      continue;
    }
    const code = /^\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(source.slice(at, at + 11));
    if (code) {
      const point = parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16);
      if (point > 0x10ffff) throw new ConditionError('there is no such character', at);
      value += String.fromCodePoint(point);
      at += code[0].length - 1;
      continue;
    }
    const plain = ESCAPES[source.charAt(at + 1)];
    if (plain === undefined) throw new ConditionError(`\\${source.charAt(at + 1)} means nothing in a text`, at);
    value += plain;
    at += 1;
  }
  throw new ConditionError('a text without its end', start);
}
