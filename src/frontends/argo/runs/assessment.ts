import type { RunPhase } from '../kinds/analysis.js';
import type { ArgoMetric } from '../kinds/metrics.js';

/** What the measurements of a metric came to so far. */
export interface Counts {
  /** Measurements but errors. */
  readonly count: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly consecutiveError: number;
  readonly consecutiveSuccess: number;
}

export interface Assessment {
  readonly phase: RunPhase;
  /** Which limit was passed, as tools of Argo show it. */
  readonly message?: string;
}

type Limits = Pick<ArgoMetric, 'count' | 'interval' | 'failureLimit' | 'inconclusiveLimit' | 'consecutiveErrorLimit' | 'consecutiveSuccessLimit'>;

const whole = (value: number | string | undefined, absent: number): number => (value === undefined ? absent : typeof value === 'number' ? value : Number.parseInt(value, 10) || 0);

/** How many measurements a metric takes; undefined for one that goes on. */
export function effectiveCount({ count, interval }: Pick<Limits, 'count' | 'interval'>): number | undefined {
  const given = whole(count, 0);
  return given > 0 ? given : interval === undefined ? 1 : undefined;
}

/**
 * Where a metric stands between two measurements. Limits come first, then successes in a row, then the count; of one that
 * has both a failureLimit and a consecutiveSuccessLimit and met neither, nothing can be said.
 * @param metric with its arguments filled in @param terminating whether its run is to end
 */
export function assessMetric(metric: Limits, counts: Counts, terminating = false): Assessment {
  const { count, failed, inconclusive, consecutiveError, consecutiveSuccess } = counts;
  const failureLimit = whole(metric.failureLimit, 0);
  const inconclusiveLimit = whole(metric.inconclusiveLimit, 0);
  const consecutiveErrorLimit = whole(metric.consecutiveErrorLimit, 4);
  const consecutiveSuccessLimit = whole(metric.consecutiveSuccessLimit, 0);
  if (consecutiveError > consecutiveErrorLimit) return { phase: 'Error', message: `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${consecutiveErrorLimit})` };
  if (inconclusiveLimit >= 0 && inconclusive > inconclusiveLimit) return { phase: 'Inconclusive', message: `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})` };
  if (failureLimit >= 0 && failed > failureLimit) return { phase: 'Failed', message: `failed (${failed}) > failureLimit (${failureLimit})` };
  const needed = consecutiveSuccessLimit > 0;
  if (needed && consecutiveSuccess >= consecutiveSuccessLimit) return { phase: 'Successful' };
  const most = effectiveCount(metric);
  if (most !== undefined && count >= most) {
    if (!needed) return { phase: 'Successful' };
    return { phase: failureLimit < 0 ? 'Failed' : 'Inconclusive', message: `consecutiveSuccess (${consecutiveSuccess}) < consecutiveSuccessLimit (${consecutiveSuccessLimit})` };
  }
  if (terminating) return { phase: 'Successful' };
  return { phase: count === 0 && consecutiveError === 0 ? 'Pending' : 'Running' };
}

/** From best to worst. */
const ORDER: readonly RunPhase[] = ['Successful', 'Running', 'Pending', 'Inconclusive', 'Error', 'Failed'];

/** The phase of a whole: that of the worst of its parts. */
export const worstPhase = (phases: readonly RunPhase[]): RunPhase => phases.reduce<RunPhase>((worst, each) => (ORDER.indexOf(each) > ORDER.indexOf(worst) ? each : worst), 'Successful');
