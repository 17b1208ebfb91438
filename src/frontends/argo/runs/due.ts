import type { MetricResult } from '../kinds/analysis.js';
import type { ArgoMetric } from '../kinds/metrics.js';
import { goDuration } from '../duration.js';
import { effectiveCount } from './assessment.js';
import { isEnd, lastOf, underWayIn } from './results.js';

/** After an error it is tried again so much later, whatever the interval, in milliseconds. */
const AFTER_ERROR = 10_000;

/**
 * When the next measurement of a metric is due, in milliseconds since the epoch; undefined when none is, or none before the
 * one under way has ended. @param startedAt when its run began, in milliseconds since the epoch
 */
export function dueAt(metric: ArgoMetric, result: MetricResult | undefined, startedAt: number): number | undefined {
  if (isEnd(result?.phase) || underWayIn(result)) return undefined;
  const last = lastOf(result);
  if (!last) return startedAt + milliseconds(metric.initialDelay);
  const most = effectiveCount(metric);
  if (most !== undefined && (result?.count ?? 0) >= most) return undefined;
  const since = Date.parse(last.finishedAt ?? '') || startedAt;
  return since + (last.phase === 'Error' || metric.interval === undefined ? AFTER_ERROR : milliseconds(metric.interval));
}

const milliseconds = (duration: string | undefined): number => Math.max(0, goDuration(duration ?? '0') ?? 0);
