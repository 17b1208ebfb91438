import type { AnalysisRunStatus, Measurement, MetricResult, RunPhase } from '../kinds/analysis.js';
import type { Counts } from './assessment.js';

const ENDS: readonly (RunPhase | undefined)[] = ['Successful', 'Failed', 'Error', 'Inconclusive'];

/** Whether a run, a metric or a measurement in this phase has ended. */
export const isEnd = (phase: RunPhase | undefined): boolean => ENDS.includes(phase);

export const resultOf = ({ metricResults = [] }: Pick<AnalysisRunStatus, 'metricResults'>, metric: string): MetricResult | undefined => metricResults.find(({ name }) => name === metric);

/** The newest measurement, under way or ended. */
export const lastOf = (result: MetricResult | undefined): Measurement | undefined => result?.measurements?.at(-1);

/** The measurement that a Job is taking. */
export function underWayIn(result: MetricResult | undefined): Measurement | undefined {
  const last = lastOf(result);
  return last && !isEnd(last.phase) ? last : undefined;
}

/** How many measurements of a metric were ever begun; the next one has the number after it. */
export const measured = (result: MetricResult | undefined): number => (result?.count ?? 0) + (result?.error ?? 0) + (underWayIn(result) ? 1 : 0);

export const countsOf = ({ count = 0, failed = 0, inconclusive = 0, consecutiveError = 0, consecutiveSuccess = 0 }: MetricResult): Counts => ({ count, failed, inconclusive, consecutiveError, consecutiveSuccess });

/** What is known of a metric with one more measurement, or with the one under way as it is now. */
export function withMeasurement(result: MetricResult, measurement: Measurement): MetricResult {
  const before = result.measurements ?? [];
  const measurements = underWayIn(result) ? [...before.slice(0, -1), measurement] : [...before, measurement];
  return withoutZeros({ ...result, measurements, ...(isEnd(measurement.phase) ? counted(result, measurement.phase) : {}) });
}

/** As Go writes numbers that may be absent: 0 is not there. */
export function withoutZeros<T extends object>(object: T): T {
  // Only what may be absent is left out: numbers of these objects are all optional.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== 0)) as T;
}

function counted({ count = 0, successful = 0, failed = 0, inconclusive = 0, error = 0, consecutiveError = 0, consecutiveSuccess = 0 }: MetricResult, phase: RunPhase | undefined): Partial<MetricResult> {
  if (phase === 'Error') return { error: error + 1, consecutiveError: consecutiveError + 1, consecutiveSuccess: 0 };
  return {
    count: count + 1,
    consecutiveError: 0,
    consecutiveSuccess: phase === 'Successful' ? consecutiveSuccess + 1 : 0,
    ...(phase === 'Successful' ? { successful: successful + 1 } : phase === 'Failed' ? { failed: failed + 1 } : { inconclusive: inconclusive + 1 }),
  };
}
