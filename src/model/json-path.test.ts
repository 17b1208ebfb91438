import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJsonPath, valueAt } from './json-path.js';

it('reads the simple part of JSONPath, in braces too', () => {
  expect(parseJsonPath('$')).toEqual([]);
  expect(parseJsonPath('$.a.b[0].c')).toEqual(['a', 'b', 0, 'c']);
  expect(parseJsonPath('{$.data.ok}')).toEqual(['data', 'ok']);
  expect(parseJsonPath('{.data[-1]}')).toEqual(['data', -1]);
  expect(parseJsonPath(`$['a b']["it's"].c-d['\\'']`)).toEqual(['a b', "it's", 'c-d', "'"]);
});

it('refuses what goes beyond it, naming the place', () => {
  for (const [path, rest] of [['$..a', '..a'], ['$.a[*]', '[*]'], ['$.a[?(@.b)]', '[?(@.b)]'], ['$.a[0:2]', '[0:2]'], ['a', 'a'], ['$.a b', ' b'], ['$.a.', '.'], ["$['a", "['a"]] as const) {
    expect(() => parseJsonPath(path)).toThrow(`"${path}" is not understood from "${rest}" on`);
  }
});

it('finds what is there, and nothing that is not', () => {
  const value = { a: [{ b: 1 }, { b: false }], 'c d': null };
  expect([['a', 0, 'b'], ['a', -1, 'b'], ['c d'], ['a', 2, 'b'], ['a', 'length'], ['toString'], ['a', 0, 'b', 'c']].map((path) => valueAt(value, path))).toEqual([1, false, null, undefined, undefined, undefined, undefined]);
});

it('finds every value of any JSON by its path', () => {
  const written = (path: readonly (string | number)[]): string => `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : `['${step.replace(/['\\]/g, '\\$&')}']`)).join('')}`;
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string().filter((key) => key !== '__proto__'), fc.nat(3)), { maxLength: 5 }), fc.jsonValue(), (path, leaf) => {
      const whole = path.reduceRight<unknown>((inner, step) => (typeof step === 'number' ? [...new Array<number>(step).fill(0), inner] : { [step]: inner }), leaf);
      expect(parseJsonPath(written(path))).toEqual(path);
      expect(valueAt(whole, path)).toEqual(leaf);
    }),
  );
});
