import { deepEqual, getOwn, isRecord } from './json.js';

/** A path, parsed once and asked many times. */
export interface JsonPath {
  /** All values at the path, none when there is nothing. */
  find(object: unknown): unknown[];
}

/** A path that cannot be read. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

type Step =
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly start: number | undefined; readonly end: number | undefined; readonly step: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'deep' }
  | { readonly kind: 'filter'; readonly left: Operand; readonly operator: string | undefined; readonly right: Operand | undefined };

type Operand = { readonly path: readonly Step[] } | { readonly value: unknown };

const TOKENS: readonly (readonly [RegExp, (match: readonly string[]) => Step | undefined])[] = [
  [/^\.\.(?=[\w*[])/, () => ({ kind: 'deep' })],
  [/^(?:\.?\[\*\]|\.?\*)/, () => ({ kind: 'all' })],
  [/^\.?\[\s*(-?\d*)\s*:\s*(-?\d*)\s*(?::\s*(\d*))?\s*\]/, ([, start = '', end = '', step = '']) => ({ kind: 'slice', start: numberOr(start), end: numberOr(end), step: numberOr(step) ?? 1 })],
  [/^\.?\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]/, ([, list = '']) => ({ kind: 'indexes', indexes: list.split(',').map(Number) })],
  [/^\.?\[\s*((?:'[^']*'|"[^"]*")(?:\s*,\s*(?:'[^']*'|"[^"]*"))*)\s*\]/, ([, list = '']) => ({ kind: 'keys', keys: [...list.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, a, b]) => a ?? b ?? '') })],
  [/^\.?\[\?\(\s*(.*?)\s*\)\]/, ([, text = '']) => filterOf(text)],
  [/^\.?((?:\\.|[\w$@/-])+)/, ([, name = '']) => ({ kind: 'keys', keys: [name.replace(/\\(.)/g, '$1')] })],
  [/^\.$/, () => undefined],
];

/**
 * Parses a path as printer columns and kubectl use them: `.spec.replicas`, `{.items[*].metadata.name}`,
 * `.status.conditions[?(@.type=="Ready")].status`, `..image`, `['a.b']`, `[0:2]`, `[-1]`; a leading `$` or braces may stand.
 * @throws JsonPathError
 */
export function parseJsonPath(text: string): JsonPath {
  const steps = stepsOf(text.trim().replace(/^\{(.*)\}$/s, '$1').trim().replace(/^[$@]/, ''));
  return { find: (object) => walk([object], steps) };
}

function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    const found = TOKENS.map(([pattern, make]) => ({ match: pattern.exec(rest), make })).find(({ match }) => match !== null);
    if (!found?.match) throw new JsonPathError(`cannot read the JSON path ${JSON.stringify(text)} at ${JSON.stringify(rest)}`);
    const step = found.make(found.match);
    if (step) steps.push(step);
    rest = rest.slice(found.match[0].length);
  }
  return steps;
}

function filterOf(text: string): Step {
  const [, left = text, operator, right] = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/.exec(text) ?? [];
  return { kind: 'filter', left: operandOf(left.trim()), operator, right: right === undefined ? undefined : operandOf(right.trim()) };
}

function operandOf(text: string): Operand {
  if (text.startsWith('@') || text.startsWith('$')) return { path: stepsOf(text.slice(1)) };
  const quoted = /^(?:'([^]*)'|"([^]*)")$/.exec(text);
  if (quoted) return { value: quoted[1] ?? quoted[2] ?? '' };
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return { value: Number(text) };
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  throw new JsonPathError(`cannot read ${JSON.stringify(text)} in the filter of a JSON path`);
}

function walk(values: readonly unknown[], steps: readonly Step[]): unknown[] {
  return steps.reduce<unknown[]>((found, step) => found.flatMap((value) => next(value, step)), [...values]);
}

function next(value: unknown, step: Step): unknown[] {
  switch (step.kind) {
    case 'keys':
      return isRecord(value) ? step.keys.map((key) => getOwn(value, key)).filter((item) => item !== undefined) : [];
    case 'all':
      return childrenOf(value);
    case 'deep':
      return [value, ...childrenOf(value).flatMap((child) => next(child, step))];
    case 'indexes':
      return Array.isArray(value) ? step.indexes.flatMap((index) => (value.at(index) === undefined ? [] : [value.at(index)])) : [];
    case 'slice':
      return Array.isArray(value) ? value.slice(step.start, step.end).filter((_item, index) => index % step.step === 0) : [];
    case 'filter':
      return Array.isArray(value) ? value.filter((item: unknown) => passes(item, step)) : [];
  }
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value) : [];
}

function passes(item: unknown, { left, operator, right }: Step & { kind: 'filter' }): boolean {
  const values = valuesOf(left, item);
  if (operator === undefined || right === undefined) return values.length > 0;
  const [a] = values;
  const [b] = valuesOf(right, item);
  if (a === undefined || b === undefined) return false;
  switch (operator) {
    case '==':
      return deepEqual(a, b);
    case '!=':
      return !deepEqual(a, b);
    default:
      return compares(a, operator, b);
  }
}

function compares(a: unknown, operator: string, b: unknown): boolean {
  const numbers = typeof a === 'number' && typeof b === 'number';
  if (!numbers && (typeof a !== 'string' || typeof b !== 'string')) return false;
  const order = numbers ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  return operator === '<' ? order < 0 : operator === '>' ? order > 0 : operator === '<=' ? order <= 0 : order >= 0;
}

const valuesOf = (operand: Operand, item: unknown): unknown[] => ('path' in operand ? walk([item], operand.path) : [operand.value]);

const numberOr = (text: string): number | undefined => (text === '' ? undefined : Number(text));

/**
 * Fills in a template as `kubectl -o jsonpath=` does: paths in braces, `{range …}…{end}`, quoted texts in braces.
 * Several values stand with spaces between; objects are JSON.
 * @throws JsonPathError
 */
export function formatJsonPath(template: string, object: unknown): string {
  const pieces = [...template.matchAll(/\{((?:"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[^{}"'])*)\}|([^{]+)|\{/g)].map(([, code, text]) => ({ code: code?.trim(), text }));
  const { output } = fill(pieces, 0, object);
  return output;
}

interface Piece {
  readonly code: string | undefined;
  readonly text: string | undefined;
}

function fill(pieces: readonly Piece[], from: number, object: unknown): { output: string; end: number } {
  let output = '';
  let at = from;
  for (; at < pieces.length; at++) {
    const { code, text } = pieces[at] ?? { code: undefined, text: '' };
    if (text !== undefined) output += text;
    else if (code === undefined) throw new JsonPathError('unclosed action: a { without its }');
    else if (code === 'end') break;
    else if (code.startsWith('range')) {
      const body = at + 1;
      at = fill(pieces, body, undefined).end;
      for (const item of parseJsonPath(code.slice('range'.length)).find(object)) output += fill(pieces, body, item).output;
    } else if (/^["']/.test(code)) output += unquoted(code);
    else output += parseJsonPath(code).find(object).map(shown).join(' ');
  }
  return { output, end: at };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
const unquoted = (text: string): string => text.slice(1, -1).replace(/\\(.)/g, (_all, char: string) => ESCAPES[char] ?? char);

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
