import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { burstLimited, withoutBurst } from './bursts.js';
import { rateTest } from './sequential-test.js';
import { defaultConfidence, defaultRateSettings } from './rate-settings.js';

describe('bursts', () => {
  it('never add evidence', () => {
    fc.assert(fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: 0.1, max: 60, noNaN: true }), (factor, without, seconds) => {
      expect(burstLimited(factor, without, seconds)).toBeLessThanOrEqual(factor);
    }));
  });

  it('are all that a short block can hold, and a part of a longer one', () => {
    expect(withoutBurst({ requests: 10, bad: 10 }, 1)).toEqual({ requests: 0, bad: 0 });
    expect(withoutBurst({ requests: 20, bad: 9 }, 2)).toEqual({ requests: 11, bad: 0 });
    expect(withoutBurst({ requests: 50, bad: 50 }, 5)).toEqual({ requests: 40, bad: 40 });
    expect(withoutBurst({ requests: 50, bad: 9 }, 5)).toEqual({ requests: 41, bad: 0 });
  });

  it('leave a factor as it is that is no larger than they may bring, or that holds without them', () => {
    expect(Math.exp(burstLimited(50, -1, 1))).toBeCloseTo(20, 9);
    expect(Math.exp(burstLimited(50, -1, 5))).toBeCloseTo(20, 9);
    expect(Math.exp(burstLimited(50, -1, 15))).toBeCloseTo(8000, 6);
    expect(burstLimited(50, 30, 5)).toBe(30);
    expect(burstLimited(1.5, -1, 1)).toBe(1.5);
    expect(burstLimited(-40, -50, 1)).toBe(-40);
  });

  const outcomeOf = (seconds: number, bad: number): string => {
    const test = rateTest(defaultRateSettings);
    const block = { at: 1, seconds, stable: { requests: 90 * seconds, bad: 0 }, canary: { requests: 10 * seconds, bad } };
    return test.verdict(test.add(test.fresh, block), defaultConfidence).outcome;
  };

  it('decide nothing in one block, while a version that fails for all of five seconds is known', () => {
    expect([outcomeOf(1, 10), outcomeOf(2, 10), outcomeOf(5, 10), outcomeOf(8, 10)]).toEqual(['undecided', 'undecided', 'undecided', 'undecided']);
    expect([outcomeOf(5, 50), outcomeOf(8, 80), outcomeOf(8, 20)]).toEqual(['fail', 'fail', 'fail']);
  });
});
