import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logWealth, notStarted, startedAtOnce } from './e-process.js';
import { addGauge, gaugeVerdict, newGaugeState, type GaugeState } from './gauges.js';
import { defaultConfidence } from './rate-settings.js';

const settings = { worseBy: 1.5, acceptBelow: 2, spacing: 0 };
const feed = (count: number, stable: readonly number[], canary: (at: number) => readonly number[]): GaugeState => {
  let state = newGaugeState;
  for (let at = 1; at <= count; at++) state = addGauge(state, { at, stable, canary: canary(at) }, settings);
  return state;
};
const outcome = (state: GaugeState): string => gaugeVerdict(state, settings, defaultConfidence).outcome;

describe('a gauge of few Pods', () => {
  it('fails when above more often than not, passes when below, whatever the values', () => {
    expect(outcome(feed(20, [0.2, 0.3, 0.25], () => [0.9]))).toBe('fail');
    expect(outcome(feed(20, [0.2, 0.3, 0.25], () => [0.25, 0.3]))).toBe('pass');
    expect(outcome(feed(20, [0.2, 0.3, 0.25], (at) => [at % 2 === 0 ? 1e9 : 0.1]))).toBe('undecided');
  });

  it('is an e-process: its mean over fair comparisons is at most 1', () => {
    const TOSSES = 11;
    const mean = (of: (state: GaugeState) => number, high: number): number => {
      let sum = 0;
      for (let outcomes = 0; outcomes < 2 ** TOSSES; outcomes++) sum += Math.exp(of(feed(TOSSES, [1], (at) => [((outcomes >> (at - 1)) & 1) === 1 ? high : 0.1]))) / 2 ** TOSSES;
      return sum;
    };
    expect(mean((state) => logWealth(state.worse, notStarted), 5)).toBeCloseTo(1, 9);
    expect(mean((state) => logWealth(state.fine, startedAtOnce), 5)).toBeCloseTo(1, 9);
    // Just above stable is not above 1.5 times stable.
    expect(mean((state) => logWealth(state.worse, notStarted), 1.4)).toBeLessThan(0.5);
  });

  it('does not depend on the unit', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 }), (stable, canary) => {
      const [one, other] = [1, 1024].map((unit) => addGauge(newGaugeState, { at: 1, stable: stable.map((value) => value * unit), canary: canary.map((value) => value * unit) }, settings));
      expect(one?.worse).toEqual(other?.worse);
      expect(one?.fine).toEqual(other?.fine);
    }));
  });

  it('leaves out samples that come too soon, or miss a version', () => {
    const spaced = { ...settings, spacing: 15 };
    const first = addGauge(newGaugeState, { at: 100, stable: [1], canary: [1] }, spaced);
    expect(addGauge(first, { at: 114, stable: [1], canary: [9] }, spaced)).toBe(first);
    expect(addGauge(first, { at: 115, stable: [1], canary: [9] }, spaced)).not.toBe(first);
    expect(addGauge(first, { at: 115, stable: [1], canary: [Number.NaN] }, spaced)).toBe(first);
  });
});
