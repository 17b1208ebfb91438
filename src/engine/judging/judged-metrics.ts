import type { MetricKind, PlannedAnalysis, PlannedMetric } from '../../model/policy/analysis.js';
import type { PlanStep } from '../../model/plan.js';
import { shareOut } from '../../statistics/budget.js';
import type { Confidence } from '../../statistics/rate-settings.js';
import { measureOf, type Measure } from './measures.js';

/** One metric that is judged in a release. */
export interface JudgedMetric {
  readonly name: string;
  readonly kind: MetricKind;
  readonly dryRun: boolean;
  readonly ofSteps: boolean;
  readonly measure: Measure;
  /** Its part of the false alarms; fixed for the whole release. */
  readonly confidence: Confidence;
}

/** What is judged. */
export interface JudgedRelease {
  /** There is no stable version. */
  readonly first: boolean;
  /** Its plan; false alarms of metrics that several steps name are kept only with it. */
  readonly steps?: readonly PlanStep[] | undefined;
}

/** The metrics of an analysis that are judged, in its order. */
export function judgedMetrics(analysis: PlannedAnalysis, about: JudgedRelease): readonly JudgedMetric[] {
  const measured = analysis.metrics.flatMap((metric) => {
    const measure = measureOf(metric, about);
    return measure ? [{ metric, measure }] : [];
  });
  const whole: Confidence = { falseAlarm: analysis.falseAlarm, missed: analysis.missed };
  // Conditions promise nothing, so a part of the budget would be lost on them.
  const weights = measured.map(({ metric, measure }) => ({ name: metric.name, weight: measure.how === 'condition' ? 0 : (metric.weight ?? 1), heard: metric.dryRun !== true }));
  const confidenceOf = (name: string): Confidence => {
    // One that is only looked at takes nothing from the others; it is judged with what it would get if it counted.
    const sharing = weights.filter((each) => each.heard || each.name === name);
    const share = shareOut(sharing, whole).get(name) ?? whole;
    return { ...share, falseAlarm: share.falseAlarm / timesBegun(name, analysis, about) };
  };
  return measured.map(({ metric, measure }) => ({
    name: metric.name, kind: kindOf(metric), dryRun: metric.dryRun === true, ofSteps: analysis.ofSteps?.includes(metric.name) === true,
    measure, confidence: confidenceOf(metric.name),
  }));
}

/** How often a metric is judged from nothing: each step that names one of its own begins it afresh, and could be wrong anew. */
function timesBegun(name: string, { ofSteps = [] }: PlannedAnalysis, { steps = [] }: JudgedRelease): number {
  if (!ofSteps.includes(name)) return 1;
  return Math.max(1, steps.filter(({ kind, metrics }) => kind === 'analyze' && metrics?.includes(name) === true).length);
}

function kindOf({ errorRate, latency, saturation }: PlannedMetric): MetricKind {
  if (errorRate) return 'errorRate';
  if (latency) return 'latency';
  return saturation ? 'saturation' : 'condition';
}
