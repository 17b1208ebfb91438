import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_FAILURES, backOffLeft, recordEnds } from './back-off.js';
import { formatIndexes, parseIndexes, pendingIndexes } from './indexes.js';
import { NOON, pod } from '../testing/objects.js';

it('writes indexes in ranges and reads them again', () => {
  expect(formatIndexes(new Set([0, 1, 3, 4, 5, 7]))).toBe('0,1,3-5,7');
  expect([...parseIndexes('0-2,5,x,9', 6)]).toEqual([0, 1, 2, 5]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(40)), (indexes) => {
      expect([...parseIndexes(formatIndexes(new Set(indexes)), 41)]).toEqual([...indexes].sort((a, b) => a - b));
    }),
  );
});

it('starts the lowest indexes that are free', () => {
  expect(pendingIndexes(2, 5, new Set([0, 2]))).toEqual([1, 3]);
  expect(pendingIndexes(9, 3, new Set([1]))).toEqual([0, 2]);
});

it('waits longer after each failure in a row, and not at all after a success', () => {
  const ended = (at: number) => pod('p', { phase: 'Failed', metadata: { deletionTimestamp: new Date(at).toISOString() } });
  let record = NO_FAILURES;
  const waits = Array.from({ length: 8 }, () => {
    record = recordEnds(record, [], [ended(NOON)]);
    return backOffLeft(record, NOON) / 1000;
  });
  expect(waits).toEqual([10, 20, 40, 80, 160, 320, 600, 600]);
  expect(recordEnds(record, [ended(NOON)], [ended(NOON - 1000), ended(NOON + 1000)])).toEqual({ failures: 1, lastFailure: NOON + 1000 });
  expect(backOffLeft(recordEnds(record, [ended(NOON)], []), NOON)).toBe(0);
});
