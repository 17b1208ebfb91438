import { formatDuration } from '../../model/duration.js';
import { sourceKinds } from '../../model/policy/metric-sources.js';
import type { PlannedAnalysis, PlannedMetric } from '../../model/policy/analysis.js';

/** How a metric is judged, in a line; what a policy leaves out is filled in. */
export function describeMetric(metric: PlannedMetric): string {
  const source = sourceKinds.find((kind) => metric.from?.[kind] !== undefined);
  const marks = [...(source === undefined ? [] : [`from ${source}`]), ...(metric.dryRun === true ? ['dry run: decides nothing'] : [])];
  return `${metric.name}: ${rule(metric)}${marks.length === 0 ? '' : ` (${marks.join('; ')})`}`;
}

function rule({ errorRate, latency, saturation, condition }: PlannedMetric): string {
  if (errorRate) {
    if (errorRate.below !== undefined) return `the part that is bad, below ${errorRate.below}`;
    return `the part that is bad, at most ${errorRate.worseBy ?? '1.5x'} as much as of stable, and no trouble below ${errorRate.negligible ?? '0.1%'}`;
  }
  if (latency) {
    const shift = latency.shift === undefined ? '' : `, and no shift ${latency.shift === 'slower' ? 'to slower ones' : 'either way'}`;
    const percentile = latency.percentile ?? 'p99';
    if (latency.below !== undefined) return `${percentile} of latency, below ${latency.below}${shift}`;
    return `${percentile} of latency, at most ${latency.slower ?? '1.5x'} as long as stable's for all but ${latency.worseBy ?? '2x'} as many requests${shift}`;
  }
  if (saturation) return saturation.below === undefined ? `a value of each Pod, at most ${saturation.worseBy ?? '2x'} that of stable Pods` : `a value of each Pod, below ${saturation.below}`;
  if (condition) {
    const expressions = [condition.success === undefined ? '' : `success: ${condition.success}`, condition.failure === undefined ? '' : `failure: ${condition.failure}`].filter(Boolean);
    return `a condition every ${condition.every}${expressions.length === 0 ? '' : `, ${expressions.join('; ')}`}`;
  }
  return '';
}

const FATES = { promote: 'go on where nothing speaks against it', hold: 'wait to be told', ask: 'wait for an approval', abort: 'take it back' } as const;

/** How a canary is judged, a line a metric, and what is promised; empty where it is not. */
export function describeAnalysis(analysis: PlannedAnalysis | undefined): string[] {
  if (!analysis || analysis.metrics.length === 0) return [];
  const { falseAlarm, missed, undecided, metrics, ofSteps = [] } = analysis;
  const percent = (part: number): string => `${Number((part * 100).toPrecision(3))} %`;
  return [
    ...metrics.map((metric) => `${describeMetric(metric)}${ofSteps.includes(metric.name) ? ' (in the steps that name it)' : ''}`),
    `false alarms at most ${percent(falseAlarm)}, missed at most ${percent(missed)}; undecided after ${formatDuration(undecided.milliseconds)}: ${FATES[undecided.then]}`,
  ];
}
