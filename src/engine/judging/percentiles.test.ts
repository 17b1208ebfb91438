import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBuckets, observations, percentileOf } from './percentiles.js';

describe('a percentile of a histogram', () => {
  it('is as even as can be within its bucket', () => {
    expect(percentileOf([100, 200], [0, 10, 0], 0.5)).toBe(150);
    expect(percentileOf([100, 200], [10, 0, 0], 0.5)).toBe(50);
    expect(percentileOf([100, 200], [5, 5, 0], 1)).toBe(200);
  });

  it('is the highest edge above all edges, and unknown without observations', () => {
    expect(percentileOf([100, 200], [0, 0, 4], 0.5)).toBe(200);
    expect(percentileOf([100, 200], [0, 0, 0], 0.5)).toBeUndefined();
    expect(percentileOf([], [7], 0.5)).toBeUndefined();
  });

  it('never falls when more is asked for', () => {
    const buckets = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 });
    fc.assert(fc.property(buckets, (counts) => {
      if (observations(counts) === 0) return;
      const values = [0.01, 0.1, 0.5, 0.9, 0.99, 1].map((quantile) => percentileOf([1, 10, 100], counts, quantile) ?? -1);
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }));
  });

  it('adds up only what has the same buckets', () => {
    expect(addBuckets([], [1, 2])).toEqual([1, 2]);
    expect(addBuckets([1, 2], [3, -1])).toEqual([4, 2]);
    expect(addBuckets([1, 2], [3])).toEqual([1, 2]);
  });
});
