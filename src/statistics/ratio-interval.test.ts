import { describe, expect, it } from 'vitest';
import { seededRandom } from '../ports/random.js';
import { addToRatio, newRatioState, ratioEstimate } from './ratio-interval.js';

describe('the interval of the ratio', () => {
  it.each([0.5, 1, 4])('covers the true ratio %s at all looks at once, far more often than 19 times of 20', (truth) => {
    const random = seededRandom(7);
    let missed = 0;
    for (let run = 0; run < 200; run++) {
      let state = newRatioState;
      for (let at = 1; at <= 100; at++) {
        const draw = (requests: number, chance: number): number => Array.from({ length: requests }).filter(() => random() < chance).length;
        state = addToRatio(state, { at, seconds: 1, stable: { requests: 20, bad: draw(20, 0.05) }, canary: { requests: 10, bad: draw(10, 0.05 * truth) } });
        const { low, high } = ratioEstimate(state, 0.95);
        if (truth < low || truth > high) {
          missed++;
          break;
        }
      }
    }
    expect(missed).toBeLessThanOrEqual(10);
  });

  it('compares within blocks: a split that follows the base rate does not deceive it', () => {
    const calm = addToRatio(newRatioState, { at: 1, seconds: 1, stable: { requests: 9000, bad: 9 }, canary: { requests: 1000, bad: 2 } });
    const rough = addToRatio(calm, { at: 2, seconds: 1, stable: { requests: 1000, bad: 100 }, canary: { requests: 9000, bad: 1800 } });
    expect(ratioEstimate(rough, 0.95).value).toBeCloseTo(2, 1);
    expect(ratioEstimate(rough, 0.95).high).toBeLessThan(4);
  });

  it('has no bound while one version has no bad ones', () => {
    const state = addToRatio(newRatioState, { at: 1, seconds: 1, stable: { requests: 90, bad: 0 }, canary: { requests: 10, bad: 9 } });
    expect(ratioEstimate(state, 0.95)).toMatchObject({ value: 1e9, high: 1e9 });
    expect(ratioEstimate(state, 0.95).low).toBeGreaterThan(2);
  });

  it('mirrors: versions exchanged give the inverse', () => {
    const one = addToRatio(newRatioState, { at: 1, seconds: 1, stable: { requests: 1000, bad: 30 }, canary: { requests: 1000, bad: 10 } });
    const other = addToRatio(newRatioState, { at: 1, seconds: 1, stable: { requests: 1000, bad: 10 }, canary: { requests: 1000, bad: 30 } });
    expect(ratioEstimate(one, 0.95).value * ratioEstimate(other, 0.95).value).toBeCloseTo(1, 9);
    expect(ratioEstimate(other, 0.95).value).toBeCloseTo(3, 9);
  });
});
