/** A part of a regular expression. */
export type Node =
  | { readonly kind: 'char'; readonly takes: (char: string) => boolean }
  | { readonly kind: 'sequence' | 'either'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number };

const LONGEST = 256;
/** How often a part may be repeated by number, all numbers within each other multiplied. */
const MOST_TIMES = 100;
/** How deep groups may be. */
const DEEPEST = 20;

const CLASSES: Readonly<Record<string, (char: string) => boolean>> = {
  d: (char) => /^[0-9]$/.test(char), D: (char) => !/^[0-9]$/.test(char),
  w: (char) => /^[0-9A-Za-z_]$/.test(char), W: (char) => !/^[0-9A-Za-z_]$/.test(char),
  s: (char) => /^[\t\n\f\r ]$/.test(char), S: (char) => !/^[\t\n\f\r ]$/.test(char),
};
const CHARACTERS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/**
 * Reads a regular expression: characters, `.`, classes, groups, `|`, `*`, `+`, `?`, `{n,m}`; `^` at the beginning and `$` at the
 * end say what is so anyway. Syntax: github.com/google/re2/wiki/Syntax, without what nobody needs for labels.
 * @throws Error what is wrong with it
 */
export function parsePattern(source: string): Node {
  if (source.length > LONGEST) throw new Error(`the regular expression is longer than ${LONGEST}`);
  return new Parser([...source.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')]).read();
}

class Parser {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  read(): Node {
    const [node] = this.#either();
    if (this.#at < this.#chars.length) throw new Error('there is a ) without a (');
    return node;
  }

  /** With how many times more states than characters it has. */
  #either(): [Node, number] {
    if (++this.#depth > DEEPEST) throw new Error('groups are too deep');
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#depth--;
    const times = Math.max(...parts.map(([, each]) => each));
    return parts.length === 1 && parts[0] ? parts[0] : [{ kind: 'either', nodes: parts.map(([node]) => node) }, times];
  }

  #sequence(): [Node, number] {
    const nodes: Node[] = [];
    let times = 1;
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      const [node, inside] = this.#repeated();
      nodes.push(node);
      times = Math.max(times, inside);
    }
    return [{ kind: 'sequence', nodes }, times];
  }

  #repeated(): [Node, number] {
    let [node, times] = this.#one();
    for (let isFirst = true; ; isFirst = false) {
      const count = this.#count();
      if (!count) return [node, times];
      if (!isFirst) throw new Error('nothing can be repeated twice');
      const [least, most] = count;
      times *= Math.max(1, least, most === Number.POSITIVE_INFINITY ? 1 : most);
      if (times > MOST_TIMES) throw new Error(`nothing may be repeated more than ${MOST_TIMES} times by number`);
      // Greedy or not makes no difference to whether it matches.
      this.#take('?');
      node = { kind: 'repeat', node, least, most };
    }
  }

  #count(): [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (this.#peek() !== '{') return undefined;
    const numbers = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#chars.slice(this.#at, this.#at + 12).join(''));
    if (!numbers) return undefined;
    this.#at += numbers[0].length;
    const least = Number(numbers[1]);
    const most = numbers[2] === undefined ? least : numbers[3] === '' || numbers[3] === undefined ? Number.POSITIVE_INFINITY : Number(numbers[3]);
    if (most < least) throw new Error(`${numbers[0]} ends before it begins`);
    return [least, most];
  }

  #one(): [Node, number] {
    const char = this.#next();
    switch (char) {
      case '(': return this.#group();
      case '[': return [{ kind: 'char', takes: this.#set() }, 1];
      case '.': return [{ kind: 'char', takes: () => true }, 1];
      case '\\': return [{ kind: 'char', takes: this.#escape() }, 1];
      case '*': case '+': case '?': throw new Error(`there is nothing before ${char} to be repeated`);
      case '^': case '$': throw new Error(`${char} can stand only at the ${char === '^' ? 'beginning' : 'end'}; \\${char} is the character`);
      default: return [{ kind: 'char', takes: (other) => other === char }, 1];
    }
  }

  #group(): [Node, number] {
    if (this.#take('?') && !this.#take(':')) throw new Error('of groups that begin with (? only (?: can be used');
    const inside = this.#either();
    if (!this.#take(')')) throw new Error('there is a ( without a )');
    return inside;
  }

  #escape(): (char: string) => boolean {
    const char = this.#next();
    const known = CLASSES[char];
    if (known) return known;
    if (/^[A-Za-z0-9]$/.test(char) && CHARACTERS[char] === undefined) throw new Error(`\\${char} cannot be used`);
    const meant = CHARACTERS[char] ?? char;
    return (other) => other === meant;
  }

  #set(): (char: string) => boolean {
    const isNot = this.#take('^');
    const parts: ((char: string) => boolean)[] = [];
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      const char = this.#next();
      if (char === '[' && this.#peek() === ':') throw new Error('[: :] cannot be used');
      if (char === '\\') {
        parts.push(this.#escape());
        continue;
      }
      const [dash, last] = [this.#chars[this.#at], this.#chars[this.#at + 1]];
      if (dash === '-' && last !== undefined && last !== ']') {
        this.#at += 2;
        const until = last === '\\' ? this.#next() : last;
        if (until < char) throw new Error(`${char}-${until} ends before it begins`);
        parts.push((other) => other >= char && other <= until);
      } else parts.push((other) => other === char);
    }
    this.#at++;
    return (char) => parts.some((part) => part(char)) !== isNot;
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #take(char: string): boolean {
    if (this.#chars[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const char = this.#chars[this.#at++];
    if (char === undefined) throw new Error('it ends too early');
    return char;
  }
}
