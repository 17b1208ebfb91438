import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everything } from '../live/release-filter.js';
import { filterOfQuery, queryOfFilter } from './filter-query.js';

test('a filter survives being an address', () => {
  fc.assert(fc.property(fc.record({ search: fc.string(), namespace: fc.string(), outcome: fc.constantFrom('all', 'running', 'completed', 'aborted'), waitsForMe: fc.boolean() }), (filter) => {
    expect(filterOfQuery(new URLSearchParams(queryOfFilter(filter).toString()))).toEqual(filter);
  }));
});

test('what hides nothing makes no query, and what is unknown hides nothing', () => {
  expect(queryOfFilter(everything).toString()).toBe('');
  expect(filterOfQuery(new URLSearchParams('outcome=tomorrow&waiting=you&x=1'))).toEqual(everything);
});
