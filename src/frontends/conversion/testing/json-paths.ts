import fc from 'fast-check';
import { isRecord } from '../../../kubernetes/json.js';

type Way = readonly (string | number)[];

/** All ways to a value in another. */
export function pathsIn(value: unknown, at: Way = []): Way[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...at, Array.isArray(value) ? Number(key) : key]))];
}

/** A value with another one in some place. */
export function replacedIn(value: unknown, [key, ...rest]: Way, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((each: unknown, index) => (index === key ? replacedIn(each, rest, by) : each));
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, name === key ? replacedIn(each, rest, by) : each])) : value;
}

/** What somebody may have written where something else was meant. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom<unknown>(null, '', 'x', 0, -1, 1.5, true, [], {}, [null], [{}], { a: 1 }, ['a'], '{{args.x}}', '1h', 'result'), fc.jsonValue({ maxDepth: 2 }));
