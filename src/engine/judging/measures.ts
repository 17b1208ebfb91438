import { parseDuration } from '../../model/duration.js';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import type { ConditionSettings } from '../../statistics/conditions.js';
import type { ShiftDirection } from '../../statistics/distribution-shift.js';
import type { GaugeSettings } from '../../statistics/gauges.js';
import type { KnownRateSettings } from '../../statistics/known-rate.js';
import type { LatencyComparisonSettings } from '../../statistics/latency-comparison.js';
import type { LatencyLimitSettings } from '../../statistics/latency-limit.js';
import type { RateSettings } from '../../statistics/rate-settings.js';

/** How one metric is judged, in numbers. */
export type Measure =
  | { readonly how: 'rate'; readonly settings: RateSettings }
  | { readonly how: 'knownRate'; readonly settings: KnownRateSettings }
  | { readonly how: 'latency'; readonly settings: LatencyComparisonSettings }
  | { readonly how: 'latencyLimit'; readonly settings: LatencyLimitSettings }
  | { readonly how: 'shift'; readonly direction: ShiftDirection; readonly quantile: number }
  | { readonly how: 'gauge'; readonly settings: GaugeSettings; readonly limit: number | undefined }
  | { readonly how: 'condition'; readonly settings: ConditionSettings };

/** What share of requests a first version may fail: there is no stable one to compare with. */
export const FIRST_ERROR_LIMIT = 0.05;

/** How a metric is judged. Of a first version only what holds it against a limit or a condition, and the errors of its requests. */
export function measureOf(metric: PlannedMetric, { first }: { readonly first: boolean }): Measure | undefined {
  const { errorRate, latency, saturation, condition } = metric;
  if (errorRate) {
    // A source of its own may count anything as bad, so that only the errors of requests have a limit that fits all.
    const limit = errorRate.below === undefined ? (first && metric.from === undefined ? FIRST_ERROR_LIMIT : undefined) : part(errorRate.below, 0);
    if (limit !== undefined) return { how: 'knownRate', settings: { limit: within(limit, 1e-6, 0.999), acceptBelow: 1 } };
    if (first) return undefined;
    const negligible = Math.min(0.999, part(errorRate.negligible, 0.001));
    const fine = within(part(errorRate.fineBelow, 0.005), negligible, 0.999);
    return { how: 'rate', settings: { worseBy: times(errorRate.worseBy, 1.5), acceptBelow: times(errorRate.acceptBelow, 2), negligible, fine } };
  }
  if (latency) {
    const quantile = within(Number((latency.percentile ?? 'p99').slice(1)) / 100, 0.001, 0.999_99);
    if (latency.below !== undefined) return { how: 'latencyLimit', settings: { quantile, below: parseDuration(latency.below) } };
    if (first) return undefined;
    if (latency.shift !== undefined) return { how: 'shift', direction: latency.shift, quantile };
    return { how: 'latency', settings: { quantile, slower: times(latency.slower, 1.5), worseBy: times(latency.worseBy, 2), acceptBelow: times(latency.acceptBelow, 4) } };
  }
  if (saturation) {
    const spacing = parseDuration(saturation.every);
    if (saturation.below !== undefined) return { how: 'gauge', settings: { worseBy: 1, acceptBelow: 1, spacing }, limit: saturation.below };
    if (first) return undefined;
    return { how: 'gauge', settings: { worseBy: times(saturation.worseBy, 2), acceptBelow: times(saturation.acceptBelow, 3), spacing }, limit: undefined };
  }
  if (!condition) return undefined;
  const { count, failureLimit = 0, inconclusiveLimit = 0, consecutiveErrorLimit = 4, consecutiveSuccessLimit = 0 } = condition;
  return { how: 'condition', settings: { ...(count === undefined ? {} : { count }), failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit } };
}

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** `1.5x`; nothing can be less than a hundredth as bad. */
const times = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Math.max(0.01, Number(text.slice(0, -1))));

/** `1%` as a part. */
const part = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text.slice(0, -1)) / 100);
