import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scaledIntOrPercent, surgeAndUnavailable } from './int-or-percent.js';
import { addQuantities, canonicalQuantity, compareQuantities, isQuantity, parseQuantity, quantityAsInteger, quantityAsNumber } from './quantity.js';

test.each([
  ['1000m', '1'],
  ['100m', '100m'],
  ['0.5', '500m'],
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['0.5Gi', '512Mi'],
  ['1.5Gi', '1536Mi'],
  ['512', '512'],
  ['2e3', '2e3'],
  ['1E', '1E'],
  ['1000k', '1M'],
  ['-1.5', '-1500m'],
  ['0', '0'],
  ['0Gi', '0'],
  ['.5', '500m'],
  ['5.', '5'],
  ['0.0000000001', '1n'],
  ['123456789Ki', '123456789Ki'],
])('%s is %s', (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});

test.each(['', 'x', '1x', '1 Gi', '1ki', '1K', '--1', '1e', 'Gi'])('%j is no quantity', (text) => {
  expect(isQuantity(text)).toBe(false);
  expect(() => parseQuantity(text)).toThrow('quantities must match');
});

test('order, sums, numbers', () => {
  expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0);
  expect(compareQuantities('1', '1000m')).toBe(0);
  expect(canonicalQuantity(addQuantities('1500m', '0.5'))).toBe('2');
  expect(quantityAsNumber('100m')).toBe(0.1);
  expect(quantityAsInteger('1001m')).toBe(2n);
});

const quantity = fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'u')).map(([n, s]) => `${n}${s}`);
test('the canonical text means the same and is its own canonical text', () => {
  fc.assert(
    fc.property(quantity, (text) => {
      const canonical = canonicalQuantity(text);
      expect(compareQuantities(text, canonical)).toBe(0);
      expect(canonicalQuantity(canonical)).toBe(canonical);
    }),
  );
});

test('percentages round up or down', () => {
  expect(scaledIntOrPercent('25%', 10, 'up')).toBe(3);
  expect(scaledIntOrPercent('25%', 10, 'down')).toBe(2);
  expect(scaledIntOrPercent(4, 10, 'up')).toBe(4);
  expect(() => scaledIntOrPercent('x', 1, 'up')).toThrow('not a percentage');
  expect(surgeAndUnavailable('25%', '25%', 10)).toEqual({ surge: 3, unavailable: 2 });
  expect(surgeAndUnavailable(0, '10%', 5)).toEqual({ surge: 0, unavailable: 1 });
  expect(surgeAndUnavailable(1, '100%', 3)).toEqual({ surge: 1, unavailable: 3 });
  expect(surgeAndUnavailable(0, 0, 0)).toEqual({ surge: 0, unavailable: 0 });
});
