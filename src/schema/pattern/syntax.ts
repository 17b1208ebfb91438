/** A set of code points as ranges, both ends included. */
export interface CharSet {
  readonly ranges: readonly (readonly [number, number])[];
  readonly negated: boolean;
}

/** The syntax tree of a pattern. */
export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly what: 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'word' | 'notWord' }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | { readonly kind: 'repeat'; readonly item: Node; readonly least: number; readonly most: number; readonly lazy: boolean };

/** A pattern that is no RE2 syntax, or is not supported here. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const DIGIT: CharSet['ranges'] = [[0x30, 0x39]];
const WORD: CharSet['ranges'] = [...DIGIT, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: CharSet['ranges'] = [[0x09, 0x0a], [0x0c, 0x0d], [0x20, 0x20]];
const LETTER: CharSet['ranges'] = [[0x41, 0x5a], [0x61, 0x7a]];
const MOST = 0x10ffff;
/** As in RE2: larger counts are refused. */
const MOST_REPEATS = 1000;

const POSIX: Readonly<Record<string, CharSet['ranges']>> = {
  alnum: [...DIGIT, ...LETTER],
  alpha: LETTER,
  digit: DIGIT,
  lower: [[0x61, 0x7a]],
  upper: [[0x41, 0x5a]],
  space: [[0x09, 0x0d], [0x20, 0x20]],
  blank: [[0x09, 0x09], [0x20, 0x20]],
  punct: [[0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]],
  word: WORD,
  xdigit: [...DIGIT, [0x41, 0x46], [0x61, 0x66]],
  cntrl: [[0, 0x1f], [0x7f, 0x7f]],
  print: [[0x20, 0x7e]],
  graph: [[0x21, 0x7e]],
  ascii: [[0, 0x7f]],
};
const CONTROLS: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b, a: 0x07 };

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly lazy: boolean;
}

/** Parses RE2 syntax, except Unicode classes (`\p`). @throws PatternError */
export function parsePattern(pattern: string): Node {
  return new Parser(pattern).parse();
}

class Parser {
  readonly #chars: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#chars = [...pattern];
  }

  parse(): Node {
    const node = this.#choice({ ignoreCase: false, multiLine: false, dotAll: false, lazy: false });
    if (this.#at < this.#chars.length) this.#fail('unexpected )');
    return node;
  }

  #peek(offset = 0): string | undefined {
    return this.#chars[this.#at + offset];
  }

  #take(): string {
    const char = this.#chars[this.#at++];
    return char ?? this.#fail('unexpected end');
  }

  #skip(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }

  #fail(why: string): never {
    throw new PatternError(`error parsing regexp: ${why}: \`${this.#chars.join('')}\``);
  }

  #choice(flags: Flags): Node {
    const current = { flags };
    const items = [this.#sequence(current)];
    while (this.#skip('|')) items.push(this.#sequence(current));
    const [only] = items;
    return items.length === 1 && only ? only : { kind: 'choice', items };
  }

  #sequence(current: { flags: Flags }): Node {
    const items: Node[] = [];
    for (let char = this.#peek(); char !== undefined && char !== '|' && char !== ')'; char = this.#peek()) {
      const item = this.#atom(current);
      if (item) items.push(this.#repeats(item, current.flags));
    }
    return items.length === 0 ? { kind: 'empty' } : { kind: 'sequence', items };
  }

  #repeats(item: Node, flags: Flags): Node {
    const counts = this.#counts();
    if (counts === undefined) return item;
    const [least, most] = counts;
    const lazy = this.#skip('?') !== flags.lazy;
    if (this.#counts(true) !== undefined) this.#fail('invalid nested repetition operator');
    return { kind: 'repeat', item, least, most, lazy };
  }

  /** The counts of `*`, `+`, `?` or `{n,m}`; a brace that is no count is an ordinary character. */
  #counts(peekOnly = false): readonly [number, number] | undefined {
    const start = this.#at;
    const found = this.#readCounts();
    if (found === undefined || peekOnly) this.#at = start;
    return found;
  }

  #readCounts(): readonly [number, number] | undefined {
    if (this.#skip('*')) return [0, Infinity];
    if (this.#skip('+')) return [1, Infinity];
    if (this.#skip('?')) return [0, 1];
    const [text, least = '', comma, most = ''] = /^\{(\d+)(,(\d*))?\}/.exec(this.#chars.slice(this.#at, this.#at + 16).join(''))?.slice(0, 4) ?? [];
    if (text === undefined) return undefined;
    this.#at += text.length;
    const low = Number(least);
    const high = comma === undefined ? low : most === '' ? Infinity : Number(most);
    if (low > MOST_REPEATS || (high !== Infinity && high > MOST_REPEATS) || low > high) this.#fail('invalid repeat count');
    return [low, high];
  }

  #atom(current: { flags: Flags }): Node | undefined {
    const char = this.#take();
    const { flags } = current;
    switch (char) {
      case '(':
        return this.#group(current);
      case '[':
        return { kind: 'set', set: this.#class(flags) };
      case '.':
        return { kind: 'set', set: flags.dotAll ? { ranges: [], negated: true } : { ranges: [[0x0a, 0x0a]], negated: true } };
      case '^':
        return { kind: 'assert', what: flags.multiLine ? 'lineStart' : 'textStart' };
      case '$':
        return { kind: 'assert', what: flags.multiLine ? 'lineEnd' : 'textEnd' };
      case '\\':
        return this.#escape(flags);
      case '*':
      case '+':
      case '?':
        return this.#fail('missing argument to repetition operator');
      default:
        return { kind: 'set', set: literal(codeOf(char), flags) };
    }
  }

  /** A group, with or without a name; or flags for the rest of the enclosing group. */
  #group(current: { flags: Flags }): Node | undefined {
    let flags = current.flags;
    if (this.#skip('?')) {
      const rest = this.#chars.slice(this.#at, this.#at + 80).join('');
      const name = /^P?<\w+>/.exec(rest)?.[0];
      const letters = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
      if (name !== undefined) {
        this.#at += name.length;
      } else if (letters) {
        const [text, on = '', off = '', end] = letters;
        this.#at += text.length;
        flags = withFlags(withFlags(flags, on, true), off, false);
        if (end === ')') {
          current.flags = flags;
          return undefined;
        }
      } else {
        this.#fail('invalid or unsupported Perl syntax');
      }
    }
    const node = this.#choice(flags);
    if (!this.#skip(')')) this.#fail('missing closing )');
    return node;
  }

  #escape(flags: Flags): Node {
    const char = this.#peek();
    if (char === 'b' || char === 'B' || char === 'A' || char === 'z') {
      this.#at += 1;
      const what = char === 'b' ? 'word' : char === 'B' ? 'notWord' : char === 'A' ? 'textStart' : 'textEnd';
      return { kind: 'assert', what };
    }
    if (char === 'Q') {
      this.#at += 1;
      const items: Node[] = [];
      while (this.#at < this.#chars.length && !(this.#peek() === '\\' && this.#peek(1) === 'E')) {
        items.push({ kind: 'set', set: literal(codeOf(this.#take()), flags) });
      }
      this.#at += 2;
      return { kind: 'sequence', items };
    }
    const found = this.#escapedSet();
    return { kind: 'set', set: typeof found === 'number' ? literal(found, flags) : found };
  }

  /** After a backslash: a class or one code point. */
  #escapedSet(): CharSet | number {
    const char = this.#take();
    switch (char) {
      case 'd':
      case 'D':
        return { ranges: DIGIT, negated: char === 'D' };
      case 'w':
      case 'W':
        return { ranges: WORD, negated: char === 'W' };
      case 's':
      case 'S':
        return { ranges: SPACE, negated: char === 'S' };
      case 'x': {
        const [text = '', short, long] = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(this.#chars.slice(this.#at, this.#at + 8).join('')) ?? [];
        if (text === '') this.#fail('invalid escape sequence');
        this.#at += text.length;
        return parseInt(short ?? long ?? '0', 16);
      }
      default: {
        const control = CONTROLS[char];
        if (control !== undefined) return control;
        if (/[A-Za-z0-9]/.test(char)) this.#fail('invalid escape sequence');
        return codeOf(char);
      }
    }
  }

  #class(flags: Flags): CharSet {
    const negated = this.#skip('^');
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const posix = /^\[:(\^?)(\w+):\]/.exec(this.#chars.slice(this.#at, this.#at + 12).join(''));
      if (posix) {
        const [text, not, name = ''] = posix;
        const known = POSIX[name] ?? this.#fail('invalid character class range');
        this.#at += text.length;
        ranges.push(...(not === '^' ? complement(known) : known));
        continue;
      }
      const low = this.#classItem();
      if (typeof low !== 'number') {
        ranges.push(...(low.negated ? complement(low.ranges) : low.ranges));
      } else if (this.#peek() === '-' && this.#peek(1) !== ']' && this.#peek(1) !== undefined) {
        this.#at += 1;
        const high = this.#classItem();
        if (typeof high !== 'number' || high < low) this.#fail('invalid character class range');
        else ranges.push([low, high]);
      } else {
        ranges.push([low, low]);
      }
    }
    this.#at += 1;
    return { ranges: flags.ignoreCase ? bothCases(ranges) : ranges, negated };
  }

  #classItem(): CharSet | number {
    const char = this.#take();
    return char === '\\' ? this.#escapedSet() : codeOf(char);
  }
}

const codeOf = (char: string): number => char.codePointAt(0) ?? 0;

function literal(code: number, flags: Flags): CharSet {
  const ranges: CharSet['ranges'] = [[code, code]];
  return { ranges: flags.ignoreCase ? bothCases(ranges) : ranges, negated: false };
}

function withFlags(flags: Flags, letters: string, on: boolean): Flags {
  return {
    ignoreCase: letters.includes('i') ? on : flags.ignoreCase,
    multiLine: letters.includes('m') ? on : flags.multiLine,
    dotAll: letters.includes('s') ? on : flags.dotAll,
    lazy: letters.includes('U') ? on : flags.lazy,
  };
}

function complement(ranges: CharSet['ranges']): (readonly [number, number])[] {
  const result: (readonly [number, number])[] = [];
  let next = 0;
  for (const [low, high] of [...ranges].sort(([a], [b]) => a - b)) {
    if (low > next) result.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= MOST) result.push([next, MOST]);
  return result;
}

/** Adds the other case of ASCII letters. */
function bothCases(ranges: CharSet['ranges']): CharSet['ranges'] {
  const others = ranges.flatMap(([low, high]) => {
    const lower: readonly [number, number] = [Math.max(low, 0x61) - 0x20, Math.min(high, 0x7a) - 0x20];
    const upper: readonly [number, number] = [Math.max(low, 0x41) + 0x20, Math.min(high, 0x5a) + 0x20];
    return [lower, upper].filter(([from, to]) => from <= to);
  });
  return [...ranges, ...others];
}
