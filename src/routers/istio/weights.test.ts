import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitOf } from '../../model/split.js';
import type { Destination } from './objects.js';
import { readDestinations, splitDestinations } from './weights.js';

const hashes = { stable: 'aaa', canary: 'bbb' };
const reviews: Destination[] = [{ destination: { host: 'reviews' } }];

describe('weights', () => {
  it.each([
    [0, [['serin-aaa', 100]]],
    [1000, [['serin-bbb', 100]]],
    [100, [['serin-aaa', 90], ['serin-bbb', 10]]],
    [335, [['serin-aaa', 665], ['serin-bbb', 335]]],
    [5, [['serin-aaa', 995], ['serin-bbb', 5]]],
  ])('%i per mille', (share, expected) => {
    expect(splitDestinations(reviews, splitOf(share), hashes).map(({ destination, weight }) => [destination.subset, weight])).toEqual(expected);
  });

  it('keeps port, headers and unknown fields of each destination, and their proportions', () => {
    const found = [
      { destination: { host: 'reviews', port: { number: 9080 } }, weight: 3, headers: { request: { set: { a: 'b' } } }, extra: 1 },
      { destination: { host: 'reviews', port: { number: 9081 } }, weight: 1 },
      { destination: { host: 'reviews', port: { number: 9082 } }, weight: 0 },
    ] as Destination[];
    const written = splitDestinations(found, splitOf(200), hashes);
    expect(written).toEqual([
      { ...found[0], destination: { host: 'reviews', port: { number: 9080 }, subset: 'serin-aaa' }, weight: 60 },
      { ...found[0], destination: { host: 'reviews', port: { number: 9080 }, subset: 'serin-bbb' }, weight: 15 },
      { ...found[1], destination: { host: 'reviews', port: { number: 9081 }, subset: 'serin-aaa' }, weight: 20 },
      { ...found[1], destination: { host: 'reviews', port: { number: 9081 }, subset: 'serin-bbb' }, weight: 5 },
    ]);
    expect(readDestinations(found, written, hashes)).toEqual({ kind: 'split', split: splitOf(200) });
  });

  it('reads back every share exactly, for any weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 1000 }), (weights, share) => {
        const found = weights.map((weight, index) => ({ destination: { host: 'reviews', port: { number: index + 1 } }, weight }));
        const written = splitDestinations(found, splitOf(share), hashes);
        expect(readDestinations(found, written, hashes)).toEqual({ kind: 'split', split: splitOf(share) });
        expect(written.every(({ weight }) => Number.isInteger(weight) && (weight ?? 0) > 0)).toBe(true);
      }),
    );
  });

  it('tells other versions and other edits from a split', () => {
    const written = splitDestinations(reviews, splitOf(100), hashes);
    expect(readDestinations(reviews, written, { stable: 'aaa', canary: 'ccc' }).kind).toBe('stale');
    expect(readDestinations(reviews, written.map((each, index) => ({ ...each, weight: index + 1 })), hashes).kind).toBe('stale');
    expect(readDestinations(reviews, [...written, { destination: { host: 'ratings' }, weight: 5 }], hashes).kind).toBe('edited');
    expect(readDestinations(reviews, written.map((each) => ({ ...each, headers: {} })), hashes).kind).toBe('edited');
    const two = [9080, 9081].map((number) => ({ destination: { host: 'reviews', port: { number } }, weight: number - 9079 }));
    const uneven = splitDestinations(two, splitOf(500), hashes).map((each, index) => (index === 0 ? { ...each, weight: 7 } : each));
    expect(readDestinations(two, uneven, hashes).kind).toBe('edited');
    expect(readDestinations(reviews, [], hashes).kind).toBe('edited');
  });
});
