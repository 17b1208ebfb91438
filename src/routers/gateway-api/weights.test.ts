import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WHOLE, splitOf } from '../../model/split.js';
import type { BackendRef } from './objects.js';
import { targetsOf, type Targets } from './targets.js';
import { LARGEST_WEIGHT, fitsWeights, readRefs, splitRefs } from './weights.js';

const shared: Targets = targetsOf({ namespace: 'shop', service: 'web', canaryService: 'web-canary' });
const version = (service: string) => ({ hash: service, readyPods: 1, podLabels: {}, service });
const own: Targets = targetsOf({ namespace: 'shop', service: '', canaryService: '', versions: { stable: version('v1'), canary: version('v2') } });
const sum = (refs: readonly BackendRef[], ...names: string[]): bigint => refs.reduce((total, { name, weight = 1 }) => total + (names.length === 0 || names.includes(name) ? BigInt(weight) : 0n), 0n);

const refsTo = (...names: string[]) =>
  fc.uniqueArray(fc.record({ name: fc.constantFrom(...names, 'legacy', 'other'), port: fc.constantFrom(80, 81), weight: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 20 }).map((n) => n * 50_000)) }), {
    minLength: 1, maxLength: 5, selector: ({ name, port }) => `${name}:${port}`,
  });

it.each([['one Service', shared, ['web'], ['web', 'web-canary'], 'web-canary'], ['own Services', own, ['v1', 'v2'], ['v1', 'v2'], 'v2']] as const)('is exact, fits, and reads back: %s', (_what, targets, found, ours, canary) => {
  fc.assert(
    fc.property(refsTo(...found), fc.integer({ min: 0, max: WHOLE }), (refs, share) => {
      fc.pre(fitsWeights(refs) && sum(refs, ...found) > 0n);
      const split = splitRefs(refs, splitOf(share), 'shop', targets);
      expect(sum(split, canary) * BigInt(WHOLE)).toBe(BigInt(share) * sum(split, ...ours));
      for (const other of ['legacy', 'other']) expect(sum(split, other) * sum(refs)).toBe(sum(refs, other) * sum(split));
      for (const { weight = 1 } of split) expect(Number.isInteger(weight) && weight >= 0 && weight <= LARGEST_WEIGHT).toBe(true);
      expect(readRefs(refs, split, 'shop', targets)).toMatchObject({ kind: 'split', split: splitOf(share) });
      expect(readRefs(refs, [...split, { name: 'stranger', port: 1 }], 'shop', targets).kind).toBe('edited');
    }),
    { numRuns: 300 },
  );
});

it('writes per cents where it can, and what was found where that says the same', () => {
  const write = (refs: readonly BackendRef[], share: number) => splitRefs(refs, splitOf(share), 'shop', shared).map(({ weight }) => weight);
  const found = [{ name: 'web', port: 80 }];
  expect(splitRefs(found, splitOf(0), 'shop', shared)).toBe(found);
  expect(write(found, 50)).toEqual([95, 5]);
  expect(write(found, 5)).toEqual([995, 5]);
  expect(write([...found, { name: 'legacy', port: 80, weight: 2 }], 100)).toEqual([9, 1, 20]);
  expect(fitsWeights([{ name: 'web', weight: 1000 }, { name: 'legacy', weight: 999 }])).toBe(true);
  expect(fitsWeights([{ name: 'web', weight: 1001 }, { name: 'legacy', weight: 1 }])).toBe(false);
  expect(fitsWeights([{ name: 'web', weight: LARGEST_WEIGHT }])).toBe(true);
});
