import type { PlannedAnalysis, PlannedMetric } from '../../../model/policy/analysis.js';
import type { MetricSample } from '../../../statistics/metric-sample.js';
import type { Judge, JudgeState } from '../judge.js';

export const START = Date.UTC(2026, 0, 1);

export const analysisOf = (...metrics: PlannedMetric[]): PlannedAnalysis =>
  ({ falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 300_000, then: 'promote', minimumRequests: 20 }, metrics });

/** So many seconds of requests, the same in each: how many, and how many bad. @param from seconds before the first */
export const requests = (seconds: number, stable: readonly [number, number], canary: readonly [number, number], from = 0): MetricSample[] =>
  Array.from({ length: seconds }, (_, index) => ({
    kind: 'errorRate',
    block: { at: START + (from + index + 1) * 1000, seconds: 1, stable: { requests: stable[0], bad: stable[1] }, canary: { requests: canary[0], bad: canary[1] } },
  }));

export const feed = (judge: Judge, name: string, samples: readonly MetricSample[], state: JudgeState = judge.fresh): JudgeState =>
  samples.reduce((before, sample) => judge.add(before, name, sample), state);
