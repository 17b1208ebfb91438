import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logWealth, notStarted, startedAtOnce } from './e-process.js';
import { addKnownRate, knownRateVerdict, newKnownRateState, type KnownRateState } from './known-rate.js';
import { defaultConfidence } from './rate-settings.js';

const settings = { limit: 0.05, acceptBelow: 1 };
const feed = (count: number, requests: number, bad: (at: number) => number): KnownRateState => {
  let state = newKnownRateState;
  for (let at = 1; at <= count; at++) {
    const tally = { requests, bad: bad(at) };
    state = addKnownRate(state, { at, seconds: 1, surely: tally, perhaps: tally }, settings);
  }
  return state;
};
const outcome = (state: KnownRateState): string => knownRateVerdict(state, settings, defaultConfidence).outcome;

describe('a limit that is known', () => {
  it('fails above, passes below, waits near it', () => {
    expect(outcome(feed(60, 10, () => 2))).toBe('fail');
    expect(outcome(feed(60, 10, (at) => (at % 20 === 0 ? 1 : 0)))).toBe('pass');
    expect(outcome(feed(60, 10, (at) => at % 2))).toBe('undecided');
  });

  it('is an e-process on both sides', () => {
    const mean = (truth: number, of: (state: KnownRateState) => number): number => {
      const walk = (state: KnownRateState, left: number): number => {
        if (left === 0) return Math.exp(of(state));
        return [0, 1].reduce((sum, bad) => {
          const tally = { requests: 1, bad };
          return sum + (bad === 1 ? truth : 1 - truth) * walk(addKnownRate(state, { at: 20 - left, seconds: 1, surely: tally, perhaps: tally }, { limit: 0.3, acceptBelow: 1 }), left - 1);
        }, 0);
      };
      return walk(newKnownRateState, 9);
    };
    for (const truth of [0.3, 0.2, 0]) expect(mean(truth, (state) => logWealth(state.worse, notStarted))).toBeLessThanOrEqual(1 + 1e-9);
    for (const truth of [0.3, 0.5, 1]) expect(mean(truth, (state) => logWealth(state.fine, startedAtOnce))).toBeLessThanOrEqual(1 + 1e-9);
    expect(mean(0.9, (state) => logWealth(state.worse, notStarted))).toBeGreaterThan(2);
  });

  it('leaves out what it has seen, and blocks without requests', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), (count) => {
      const state = feed(count, 10, () => 1);
      const tally = { requests: 10, bad: 10 };
      expect(addKnownRate(state, { at: count, seconds: 1, surely: tally, perhaps: tally }, settings)).toBe(state);
      expect(addKnownRate(state, { at: count + 1, seconds: 1, surely: { requests: 0, bad: 0 }, perhaps: tally }, settings)).toBe(state);
    }));
  });
});
