import { invalidField } from './field-errors.js';
import { qualifiedNameProblems } from './names.js';
import { checkRequirement, type SelectorRequirement, SelectorError } from './selector-requirement.js';

interface Token {
  readonly kind: 'identifier' | 'end' | 'error' | '!' | '=' | '==' | '!=' | '(' | ')' | ',' | '>' | '<' | 'in' | 'notin';
  readonly text: string;
}

const SYMBOLS: ReadonlySet<string> = new Set(['!', '=', '(', ')', ',', '>', '<']);
const isOperator = (text: string): text is '!' | '=' | '==' | '!=' | '(' | ')' | ',' | '>' | '<' =>
  SYMBOLS.has(text) || text === '==' || text === '!=';

/** @throws SelectorError in Kubernetes' words */
export function parseRequirements(text: string): SelectorRequirement[] {
  const tokens = new Tokens(tokenise(text));
  const requirements: SelectorRequirement[] = [];
  for (;;) {
    const next = tokens.peekValue();
    if (next.kind === 'end') return requirements;
    if (next.kind !== 'identifier' && next.kind !== '!') fail(`found '${next.text}', expected: !, identifier, or 'end of string'`);
    requirements.push(inRequirement(() => parseRequirement(tokens)));
    const after = tokens.takeValue();
    if (after.kind === 'end') return requirements;
    if (after.kind !== ',') fail(`found '${after.text}', expected: ',' or 'end of string'`);
    const following = tokens.peekValue();
    if (following.kind !== 'identifier' && following.kind !== '!') fail(`found '${following.text}', expected: identifier after ','`);
  }
}

class Tokens {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The next token where a name or value stands: there `in` and `notin` are ordinary words. */
  peekValue(): Token {
    const token = this.#tokens[this.#next] ?? { kind: 'end', text: '' };
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;
  }

  takeValue(): Token {
    const token = this.peekValue();
    this.#next += 1;
    return token;
  }

  takeOperator(): Token {
    return this.#tokens[this.#next++] ?? { kind: 'end', text: '' };
  }
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (/[ \t\r\n]/.test(char)) {
      at += 1;
    } else if (SYMBOLS.has(char)) {
      const two = text.slice(at, at + 2);
      const symbol = two === '==' || two === '!=' ? two : char;
      if (isOperator(symbol)) tokens.push({ kind: symbol, text: symbol });
      at += symbol.length;
    } else {
      const [word = char] = /^[^!=(),<> \t\r\n]+/.exec(text.slice(at)) ?? [];
      tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
      at += word.length;
    }
  }
  return tokens;
}

function parseRequirement(tokens: Tokens): SelectorRequirement {
  let first = tokens.takeValue();
  const negated = first.kind === '!';
  if (negated) first = tokens.takeValue();
  if (first.kind !== 'identifier') fail(`found '${first.text}', expected: identifier`);
  const key = first.text;
  const problems = qualifiedNameProblems(key);
  if (problems.length > 0) fail(`<nil>: ${invalidField('', key, problems.join('; ')).message}`);
  const { kind } = tokens.peekValue();
  if (negated) return { key, operator: '!', values: [], exact: false };
  if (kind === 'end' || kind === ',') return { key, operator: 'exists', values: [], exact: false };
  const operator = tokens.takeOperator();
  switch (operator.kind) {
    case 'in':
    case 'notin':
      return checkRequirement({ key, operator: operator.kind, values: [...new Set(parseValues(tokens))].sort(), exact: false });
    case '=':
    case '==':
      return checkRequirement({ key, operator: 'in', values: [parseValue(tokens)], exact: true });
    case '!=':
      return checkRequirement({ key, operator: 'notin', values: [parseValue(tokens)], exact: true });
    case '>':
    case '<':
      return checkRequirement({ key, operator: operator.kind, values: [parseValue(tokens)], exact: false });
    default:
      return fail(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
}

function parseValue(tokens: Tokens): string {
  const next = tokens.peekValue();
  if (next.kind === 'end' || next.kind === ',') return '';
  const token = tokens.takeValue();
  return token.kind === 'identifier' ? token.text : fail(`found '${token.text}', expected: identifier`);
}

function parseValues(tokens: Tokens): string[] {
  const open = tokens.takeValue();
  if (open.kind !== '(') fail(`found '${open.text}' expected: '('`);
  const first = tokens.peekValue();
  if (first.kind === ')') {
    tokens.takeValue();
    return [];
  }
  if (first.kind !== 'identifier' && first.kind !== ',') fail(`found '${first.text}', expected: ',', ')' or identifier`);
  const values = parseList(tokens);
  const close = tokens.takeValue();
  if (close.kind !== ')') fail(`found '${close.text}', expected: ')'`);
  return values;
}

/** Values between commas; two commas in a row, or one at an end, stand for an empty value. */
function parseList(tokens: Tokens): string[] {
  const values: string[] = [];
  for (;;) {
    const token = tokens.takeValue();
    if (token.kind === 'identifier') {
      values.push(token.text);
      const next = tokens.peekValue();
      if (next.kind === ')') return values;
      if (next.kind !== ',') fail(`found '${next.text}', expected: ',' or ')'`);
    } else if (token.kind === ',') {
      if (values.length === 0) values.push('');
      const next = tokens.peekValue();
      if (next.kind === ')') return [...values, ''];
      if (next.kind === ',') {
        tokens.takeValue();
        values.push('');
      }
    } else {
      fail(`found '${token.text}', expected: ',', or identifier`);
    }
  }
}

function inRequirement<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

function fail(message: string): never {
  throw new SelectorError(message);
}
