import { PREDICATE_FUNCTIONS } from './functions.js';
import { ConditionError, type BinaryOperator, type Node } from './syntax.js';
import { tokensOf, type Token } from './tokens.js';

/** How tightly operators bind, as in the documentation of expr. */
const BINDING: Readonly<Record<string, number>> = {
  '|': 0, or: 10, '||': 10, and: 15, '&&': 15,
  '==': 20, '!=': 20, '<': 20, '>': 20, '<=': 20, '>=': 20, in: 20, matches: 20, contains: 20, startsWith: 20, endsWith: 20,
  '..': 25, '+': 30, '-': 30, '*': 60, '/': 60, '%': 60, '**': 100, '^': 100, '??': 500,
};
const UNARY: Readonly<Record<string, { readonly operator: 'not' | '-' | '+'; readonly binding: number }>> = {
  not: { operator: 'not', binding: 50 }, '!': { operator: 'not', binding: 50 }, '-': { operator: '-', binding: 90 }, '+': { operator: '+', binding: 90 },
};
const SAME: Readonly<Record<string, BinaryOperator>> = { '||': 'or', '&&': 'and', '^': '**' };
const WORDS: Readonly<Record<string, null | boolean>> = { true: true, false: false, nil: null };
const MOST_CHARACTERS = 4096;
const DEEPEST = 100;

/** Reads a condition. @throws ConditionError naming the place */
export function parseCondition(source: string): Node {
  if (source.length > MOST_CHARACTERS) throw new ConditionError(`it is longer than ${MOST_CHARACTERS} characters`, MOST_CHARACTERS);
  return new Parser(tokensOf(source)).whole();
}

class Parser {
  private readonly tokens: readonly Token[];
  private index = 0;
  private depth = 0;
  /** How many predicates it is in; only there `#` means something. */
  private predicates = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Node {
    const node = this.sequence();
    if (this.token.kind !== 'end') throw this.unexpected();
    return node;
  }

  private get token(): Token {
    const token = this.tokens[this.index] ?? this.tokens.at(-1);
    if (!token) throw new ConditionError('it is empty', 0);
    return token;
  }

  private unexpected(wanted?: string): ConditionError {
    const { kind, text, at } = this.token;
    const found = kind === 'end' ? 'it ends too early' : `"${text}" does not belong here`;
    return new ConditionError(wanted === undefined ? found : `${found}: "${wanted}" is missing`, at);
  }

  private is(text: string): boolean {
    const { kind } = this.token;
    return (kind === 'sign' || kind === 'word') && this.token.text === text;
  }

  private skip(text: string): boolean {
    if (!this.is(text)) return false;
    this.index += 1;
    return true;
  }

  private expect(text: string): void {
    if (!this.skip(text)) throw this.unexpected(text);
  }

  private word(): Token {
    const { token } = this;
    if (token.kind !== 'word') throw this.unexpected();
    this.index += 1;
    return token;
  }

  private sequence(): Node {
    const { at } = this.token;
    if (!this.skip('let')) return this.expression();
    const name = this.word().text;
    this.expect('=');
    const value = this.expression();
    this.expect(';');
    return { kind: 'let', name, value, body: this.sequence(), at };
  }

  private expression(binding = 0): Node {
    if (++this.depth > DEEPEST) throw new ConditionError('it is nested too deeply', this.token.at);
    let left = this.prefixed();
    for (;;) {
      const { token } = this;
      if (token.kind !== 'sign' && token.kind !== 'word') break;
      const negated = token.text === 'not' && this.tokens[this.index + 1]?.text === 'in';
      const operator = negated ? 'in' : token.text;
      const own = Object.hasOwn(BINDING, operator) ? BINDING[operator] : undefined;
      if (own === undefined || own < binding) break;
      this.index += negated ? 2 : 1;
      left = this.joined(left, operator, own, token.at);
      if (negated) left = { kind: 'unary', operator: 'not', operand: left, at: token.at };
    }
    if (binding === 0 && this.is('?')) left = this.conditional(left);
    this.depth -= 1;
    return left;
  }

  private joined(left: Node, operator: string, binding: number, at: number): Node {
    if (operator === '|') {
      const name = this.word();
      if (!this.is('(')) throw this.unexpected('(');
      return this.members(this.call(name, [left]));
    }
    const rightFirst = operator === '**' || operator === '^';
    const right = this.expression(rightFirst ? binding : binding + 1);
    return { kind: 'binary', operator: SAME[operator] ?? (operator as BinaryOperator), left, right, at };
  }

  private conditional(test: Node): Node {
    const { at } = this.token;
    this.expect('?');
    if (this.skip(':')) return { kind: 'conditional', test, then: test, otherwise: this.expression(), at };
    const then = this.expression();
    this.expect(':');
    return { kind: 'conditional', test, then, otherwise: this.expression(), at };
  }

  private prefixed(): Node {
    const { text, kind, at } = this.token;
    const unary = (kind === 'sign' || kind === 'word') && Object.hasOwn(UNARY, text) ? UNARY[text] : undefined;
    if (!unary) return this.members(this.primary());
    this.index += 1;
    return { kind: 'unary', operator: unary.operator, operand: this.expression(unary.binding), at };
  }

  private primary(): Node {
    const { token } = this;
    const { at } = token;
    if (token.kind === 'number' || token.kind === 'text') {
      this.index += 1;
      return { kind: 'literal', value: token.value ?? '', at };
    }
    if (token.kind === 'element') {
      if (this.predicates === 0) throw new ConditionError(`${token.text} is only known within all, any, filter, map and their like`, at);
      this.index += 1;
      return { kind: 'element', of: token.text === '#acc' ? 'acc' : token.text === '#index' ? 'index' : 'item', at };
    }
    if (this.skip('(')) {
      const inner = this.sequence();
      this.expect(')');
      return inner;
    }
    if (this.skip('[')) return { kind: 'list', items: this.list(']', () => this.expression()), at };
    if (this.skip('{')) return { kind: 'map', entries: this.list('}', () => this.entry()), at };
    // In a predicate the element may be left out: .name is #.name.
    if (this.is('.') && this.predicates > 0) return { kind: 'element', of: 'item', at };
    const name = this.word();
    const constant = Object.hasOwn(WORDS, name.text) ? WORDS[name.text] : undefined;
    if (constant !== undefined) return { kind: 'literal', value: constant, at };
    return this.is('(') ? this.call(name, []) : { kind: 'name', name: name.text, at };
  }

  private entry(): readonly [string, Node] {
    const { token } = this;
    if (!['word', 'text', 'number'].includes(token.kind)) throw this.unexpected();
    this.index += 1;
    this.expect(':');
    return [String(token.value ?? token.text), this.expression()];
  }

  private list<T>(end: string, read: () => T): T[] {
    const items: T[] = [];
    while (!this.skip(end)) {
      if (items.length > 0) {
        this.expect(',');
        if (this.skip(end)) break;
      }
      items.push(read());
    }
    return items;
  }

  private call(name: Token, before: readonly Node[]): Node {
    this.expect('(');
    // The second argument of these is looked at anew for each element.
    const predicateAt = PREDICATE_FUNCTIONS.includes(name.text) ? 1 : -1;
    const args = [...before];
    while (!this.skip(')')) {
      if (args.length > before.length) {
        this.expect(',');
        if (this.skip(')')) break;
      }
      args.push(args.length === predicateAt ? this.predicate() : this.expression());
    }
    return { kind: 'call', name: name.text, args, at: name.at };
  }

  private predicate(): Node {
    this.predicates += 1;
    const braces = this.skip('{');
    const body = this.sequence();
    if (braces) this.expect('}');
    this.predicates -= 1;
    return body;
  }

  private members(start: Node): Node {
    let node = start;
    for (;;) {
      const { at } = this.token;
      const optional = this.is('?.');
      if (optional || this.is('.')) {
        this.index += 1;
        if (optional && this.is('[')) {
          node = this.bracketed(node, at, true);
          continue;
        }
        const key = this.word();
        if (this.is('(')) throw new ConditionError(`a condition calls no methods, and .${key.text}() is one`, key.at);
        node = { kind: 'member', of: node, key: { kind: 'literal', value: key.text, at: key.at }, optional, at };
      } else if (this.is('[')) {
        node = this.bracketed(node, at, false);
      } else {
        return node;
      }
    }
  }

  private bracketed(of: Node, at: number, optional: boolean): Node {
    this.expect('[');
    const from = this.is(':') ? undefined : this.expression();
    if (this.skip(':')) {
      const to = this.is(']') ? undefined : this.expression();
      this.expect(']');
      return { kind: 'slice', of, from, to, at };
    }
    this.expect(']');
    if (!from) throw this.unexpected();
    return { kind: 'member', of, key: from, optional, at };
  }
}
