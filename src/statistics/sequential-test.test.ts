import { describe, expect, it } from 'vitest';
import { defaultConditionSettings } from './conditions.js';
import { defaultGaugeSettings } from './gauges.js';
import { defaultLatencyComparison } from './latency-comparison.js';
import { defaultConfidence, defaultRateSettings } from './rate-settings.js';
import { conditionTest, gaugeTest, knownRateTest, latencyLimitTest, latencyTest, rateTest, restored, saved, shiftTest, type SequentialTest } from './sequential-test.js';

interface Case {
  readonly name: string;
  /** The outcome after so many bad samples, and the same from a checkpoint in the middle. */
  run(): { straight: string; resumed: string; foreign: boolean; size: number };
}

function over<State, Sample>(name: string, test: SequentialTest<State, Sample>, other: SequentialTest<State, Sample>, sample: (at: number) => Sample, count: number): Case {
  return {
    name,
    run() {
      const samples = Array.from({ length: count }, (_, index) => sample(index + 1));
      const feed = (state: State, list: readonly Sample[]): State => list.reduce((old, next) => test.add(old, next), state);
      const text = saved(test, feed(test.fresh, samples.slice(0, count / 2)));
      const outcome = (state: State): string => test.verdict(state, defaultConfidence).outcome;
      return {
        straight: outcome(feed(test.fresh, samples)), resumed: outcome(feed(restored(test, text), samples)),
        foreign: restored(other, text) === other.fresh && restored(test, undefined) === test.fresh, size: text.length,
      };
    },
  };
}

const bad = { requests: 10, bad: 6 };
const histogram = (at: number): { at: number; seconds: number; edges: number[]; stable: number[]; canary: number[] } => ({ at, seconds: 1, edges: [1, 2, 4], stable: [900, 90, 9, 1], canary: [2, 2, 3, 93] });

describe('every test', () => {
  it.each<Case>([
    over('rate', rateTest(defaultRateSettings), rateTest({ ...defaultRateSettings, worseBy: 3 }), (at) => ({ at, seconds: 1, stable: { requests: 90, bad: 0 }, canary: bad }), 40),
    over('known rate', knownRateTest({ limit: 0.05, acceptBelow: 1 }), knownRateTest({ limit: 0.06, acceptBelow: 1 }), (at) => ({ at, seconds: 1, surely: bad, perhaps: bad }), 40),
    over('latency', latencyTest(defaultLatencyComparison), latencyTest({ ...defaultLatencyComparison, quantile: 0.9 }), histogram, 40),
    over('latency limit', latencyLimitTest({ quantile: 0.99, below: 2 }), latencyLimitTest({ quantile: 0.99, below: 4 }), histogram, 40),
    over('shift', shiftTest('slower'), shiftTest('either'), histogram, 40),
    over('gauge', gaugeTest({ ...defaultGaugeSettings, spacing: 1 }), gaugeTest(defaultGaugeSettings), (at) => ({ at, stable: [1, 1.1], canary: [9] }), 40),
    over('conditions', conditionTest(defaultConditionSettings), conditionTest({ ...defaultConditionSettings, failureLimit: 1 }), (at) => ({ at, measurement: 'failure' as const }), 40),
  ])('takes a bad version back, also from a checkpoint, which fits no other settings: $name', ({ run }) => {
    const { straight, resumed, foreign, size } = run();
    expect({ straight, resumed, foreign }).toEqual({ straight: 'fail', resumed: 'fail', foreign: true });
    expect(size).toBeLessThan(1400);
  });
});
