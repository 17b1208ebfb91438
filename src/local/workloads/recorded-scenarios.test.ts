import { describe, expect, it } from 'vitest';
import { compare } from './testing/comparison.js';
import { KNOWN_DIFFERENCES } from './testing/known-differences.js';
import { replay } from './testing/replay.js';
import { readScenarios } from './testing/scenario.js';

describe('what real controllers did', () => {
  for (const scenario of readScenarios()) {
    it(`${scenario.id} ${scenario.title}`, async () => {
      const differences = compare(scenario, await replay(scenario));
      const known = KNOWN_DIFFERENCES[scenario.id] ?? {};
      const unexpected = differences.filter(({ aspect }) => known[aspect] === undefined);
      const byAspect = (side: 'recorded' | 'replayed'): object => Object.fromEntries(unexpected.map((each) => [each.aspect, each[side]]));
      expect(byAspect('replayed')).toEqual(byAspect('recorded'));
      const stale = Object.keys(known).filter((aspect) => !differences.some((difference) => difference.aspect === aspect));
      expect(stale, 'known differences that are none any more').toEqual([]);
    });
  }
});
