import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOut, together } from './budget.js';
import type { MetricVerdict } from './verdict.js';

const verdict = (outcome: MetricVerdict['outcome'], ended = false): MetricVerdict => ({ outcome, ground: 'waiting', guaranteed: true, ended, blocks: 1, numbers: {} });
const metric = (name: string, outcome: MetricVerdict['outcome'], weight = 1, ended = false): { name: string; weight: number; verdict: MetricVerdict } => ({ name, weight, verdict: verdict(outcome, ended) });

describe('several metrics', () => {
  it('share one budget of false alarms', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }).filter((weights) => weights.some((weight) => weight > 0)), (weights) => {
      const shares = shareOut(weights.map((weight, index) => ({ name: String(index), weight })), { falseAlarm: 0.01, missed: 0.05 });
      expect([...shares.values()].reduce((sum, { falseAlarm }) => sum + falseAlarm, 0)).toBeCloseTo(0.01, 12);
      expect([...shares.values()].every(({ missed }) => missed === 0.05)).toBe(true);
    }));
  });

  it('fail with one, pass with all', () => {
    expect(together([metric('a', 'pass'), metric('b', 'fail'), metric('c', 'undecided')])).toEqual({ outcome: 'fail', because: ['b'], ended: true });
    expect(together([metric('a', 'pass'), metric('c', 'undecided')])).toEqual({ outcome: 'undecided', because: ['c'], ended: false });
    expect(together([metric('a', 'pass'), metric('c', 'undecided', 1, true)])).toMatchObject({ outcome: 'undecided', ended: true });
    expect(together([metric('a', 'pass'), metric('b', 'pass')])).toEqual({ outcome: 'pass', because: ['a', 'b'], ended: false });
  });

  it('do not hear those that are only looked at', () => {
    expect(together([metric('a', 'pass'), metric('dry', 'fail', 0)]).outcome).toBe('pass');
    expect(together([metric('dry', 'pass', 0)]).outcome).toBe('undecided');
  });
});
