import type { Value } from './syntax.js';

/** Functions whose second argument is evaluated for each element, as `#`. */
export const PREDICATE_FUNCTIONS: readonly string[] = ['all', 'any', 'one', 'none', 'map', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'count', 'sum', 'reduce'];

/** What a function answers with, where that is always the same. */
export type Kind = 'boolean' | 'number' | 'text' | 'list' | 'map' | 'any';

interface Plain {
  readonly least: number;
  readonly most: number;
  readonly gives: Kind;
  readonly call: (args: readonly Value[]) => Value;
}

/** No text may grow beyond this. */
const LONGEST = 100_000;

export const kindOf = (value: Value): string =>
  value === null ? 'nil' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : typeof value === 'string' ? 'a text' : typeof value === 'number' ? 'a number' : 'true or false';

function number(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  throw new Error(`${kindOf(value ?? null)} is no number`);
}

function text(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw new Error(`${kindOf(value ?? null)} is no text`);
}

/** A list, whatever it is of. */
export function list(value: Value | undefined): readonly Value[] {
  if (isList(value)) return value;
  throw new Error(`${kindOf(value ?? null)} is no list`);
}

export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);
export const isMap = (value: Value | undefined): value is { readonly [key: string]: Value } => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Decimal numbers as Go reads them; JavaScript would take "" and "0x1" too. */
function asFloat(value: Value | undefined): number {
  if (typeof value !== 'string') return number(value);
  const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(value);
  if (special) return /nan/i.test(special[2] ?? '') ? NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) throw new Error(`"${value.slice(0, 50)}" is no number`);
  return Number(value);
}

function asInt(value: Value | undefined): number {
  if (typeof value === 'string' && !/^[+-]?\d+$/.test(value)) throw new Error(`"${value.slice(0, 50)}" is no whole number`);
  const result = Math.trunc(asFloat(value));
  if (!Number.isFinite(result)) throw new Error(`${result} is no whole number`);
  return result;
}

function length(value: Value | undefined): number {
  if (typeof value === 'string') return [...value].length;
  if (isList(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new Error(`${kindOf(value ?? null)} has no length`);
}

function shown(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '<nil>';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}

const numbers = (args: readonly Value[]): number[] => args.flatMap((each) => (isList(each) ? each.map(number) : [number(each)]));
const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function repeated(value: string, times: number): string {
  if (!(times >= 0 && value.length * times <= LONGEST)) throw new Error('the text becomes too long');
  return value.repeat(times);
}

function typeName(value: Value | undefined): string {
  if (value === null || value === undefined) return 'nil';
  if (isList(value)) return 'array';
  if (isMap(value)) return 'map';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : Number.isInteger(value) ? 'int' : 'float';
}

function sorted(values: readonly Value[], descending: boolean): Value[] {
  const texts = values.every((each) => typeof each === 'string');
  const order = texts ? [...values].map(text).sort() : values.map(number).sort((a, b) => a - b);
  return descending ? order.reverse() : order;
}

const plain = (least: number, most: number, gives: Kind, call: Plain['call']): Plain => ({ least, most, gives, call });

/** Everything that a condition may call beside the functions with predicates. */
export const functions: Readonly<Record<string, Plain>> = {
  asInt: plain(1, 1, 'number', ([value]) => asInt(value)),
  asFloat: plain(1, 1, 'number', ([value]) => asFloat(value)),
  int: plain(1, 1, 'number', ([value]) => asInt(value)),
  float: plain(1, 1, 'number', ([value]) => asFloat(value)),
  isNaN: plain(1, 1, 'boolean', ([value]) => Number.isNaN(number(value))),
  isInf: plain(1, 1, 'boolean', ([value]) => Math.abs(number(value)) === Infinity),
  isNil: plain(1, 1, 'boolean', ([value]) => value === null),
  default: plain(2, 2, 'any', ([value, otherwise = null]) => value ?? otherwise),
  len: plain(1, 1, 'number', ([value]) => length(value)),
  string: plain(1, 1, 'text', ([value]) => shown(value)),
  type: plain(1, 1, 'text', ([value]) => typeName(value)),
  abs: plain(1, 1, 'number', ([value]) => Math.abs(number(value))),
  ceil: plain(1, 1, 'number', ([value]) => Math.ceil(number(value))),
  floor: plain(1, 1, 'number', ([value]) => Math.floor(number(value))),
  round: plain(1, 1, 'number', ([value]) => Math.sign(number(value)) * Math.round(Math.abs(number(value)))),
  max: plain(1, 100, 'number', (args) => numbers(args).reduce((a, b) => Math.max(a, b), -Infinity)),
  min: plain(1, 100, 'number', (args) => numbers(args).reduce((a, b) => Math.min(a, b), Infinity)),
  mean: plain(1, 100, 'number', (args) => (numbers(args).length === 0 ? 0 : sum(numbers(args)) / numbers(args).length)),
  median: plain(1, 100, 'number', (args) => median(numbers(args))),
  first: plain(1, 1, 'any', ([value]) => list(value)[0] ?? null),
  last: plain(1, 1, 'any', ([value]) => list(value).at(-1) ?? null),
  take: plain(2, 2, 'list', ([value, count]) => list(value).slice(0, Math.max(0, number(count)))),
  sort: plain(1, 2, 'list', ([value, order = 'asc']) => sorted(list(value), order === 'desc')),
  get: plain(2, 2, 'any', ([value, key]) => {
    if (isList(value)) return value[number(key)] ?? null;
    if (isMap(value)) return Object.hasOwn(value, text(key)) ? (value[text(key)] ?? null) : null;
    return null;
  }),
  keys: plain(1, 1, 'list', ([value]) => (isMap(value) ? Object.keys(value) : list(null))),
  values: plain(1, 1, 'list', ([value]) => (isMap(value) ? Object.values(value) : list(null))),
  trim: plain(1, 1, 'text', ([value]) => text(value).trim()),
  trimPrefix: plain(2, 2, 'text', ([value, prefix]) => (text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : text(value))),
  trimSuffix: plain(2, 2, 'text', ([value, suffix]) => (text(suffix) !== '' && text(value).endsWith(text(suffix)) ? text(value).slice(0, -text(suffix).length) : text(value))),
  upper: plain(1, 1, 'text', ([value]) => text(value).toUpperCase()),
  lower: plain(1, 1, 'text', ([value]) => text(value).toLowerCase()),
  split: plain(2, 2, 'list', ([value, at]) => text(value).split(text(at))),
  join: plain(1, 2, 'text', ([value, between = '']) => list(value).map(text).join(text(between))),
  replace: plain(3, 3, 'text', ([value, from, to]) => {
    const result = text(value).split(text(from)).join(text(to));
    return repeated(result, 1);
  }),
  repeat: plain(2, 2, 'text', ([value, times]) => repeated(text(value), number(times))),
  indexOf: plain(2, 2, 'number', ([value, part]) => text(value).indexOf(text(part))),
  lastIndexOf: plain(2, 2, 'number', ([value, part]) => text(value).lastIndexOf(text(part))),
  hasPrefix: plain(2, 2, 'boolean', ([value, prefix]) => text(value).startsWith(text(prefix))),
  hasSuffix: plain(2, 2, 'boolean', ([value, suffix]) => text(value).endsWith(text(suffix))),
  toJSON: plain(1, 1, 'text', ([value]) => JSON.stringify(value)),
};

export { number, text, LONGEST };
