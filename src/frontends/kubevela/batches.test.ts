import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchSizes } from './batches.js';

const sizes = (targetSize: number, ...batches: (number | string)[]) => batchSizes({ targetSize, rolloutBatches: batches.map((replicas) => ({ replicas })) });

describe('batchSizes', () => {
  it.each([
    [2, [1, 1], [1, 1]],
    [2, [2], [2]],
    [5, [], [5]],
    [10, ['10%', '50%', '40%'], [1, 5, 4]],
    [10, ['15%', 4, '1%'], [2, 4, 4]],
    [3, ['50%', '50%'], [2, 1]],
  ])('%i Pods in %j are %j', (target, batches, expected) => {
    expect(sizes(target, ...batches)).toEqual({ sizes: expected });
  });

  it.each([
    [2, [1, 2], undefined, '3 Pods together, and targetSize is 2'],
    [3, [1, 1], undefined, '2 Pods together, and targetSize is 3'],
    [2, [2, '10%'], 0, 'nothing is left'],
    [2, [0, 2], 0, 'no Pods'],
    [4, [1, '90%', 1], 1, 'there are 5 of 4'],
  ])('refuses %i Pods in %j', (target, batches, index, words) => {
    const found = sizes(target, ...batches);
    expect(found).toMatchObject({ index });
    expect('problem' in found && found.problem).toContain(words);
  });

  it('fills the target with batches of at least one Pod, or says why not', () => {
    const batch = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 110 }).map((part) => `${part}%`));
    let filled = 0;
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.array(batch, { maxLength: 5 }), (target, batches) => {
      const found = sizes(target, ...batches);
      if ('problem' in found) return;
      filled++;
      expect(found.sizes.reduce((sum, size) => sum + size, 0)).toBe(target);
      expect(Math.min(...found.sizes)).toBeGreaterThan(0);
    }), { numRuns: 500 });
    expect(filled).toBeGreaterThan(20);
  });
});
