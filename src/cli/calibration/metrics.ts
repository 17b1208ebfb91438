import { judgedMetrics, type JudgedMetric } from '../../engine/judging/judged-metrics.js';
import type { Plan } from '../../model/plan.js';
import type { Metric, PlannedMetric } from '../../model/policy/analysis.js';
import type { PolicySpec } from '../../model/release-policy.js';
import { metricsOf } from '../../strategies/analysis/planned-analysis.js';
import { CliError } from '../errors.js';

/** A metric that is calibrated. */
export interface CalibratedMetric {
  readonly name: string;
  /** With its template filled in: where its samples come from. */
  readonly planned: PlannedMetric;
  /** How it is judged, and its part of what the policy promises. */
  readonly judged: JudgedMetric;
  /** Where it is written, if not in the policy itself. */
  readonly template: Metric['template'];
}

/** A metric that is not, and why, in a sentence. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/**
 * The metrics of a policy that can be held against themselves.
 * @param plan of the policy, templates filled in
 * @param wanted names; all when empty
 * @throws CliError for a name that is not there, or one that cannot be calibrated
 */
export function calibratedMetrics(spec: PolicySpec, plan: Plan, wanted: readonly string[]): { readonly metrics: readonly CalibratedMetric[]; readonly leftOut: readonly LeftOut[] } {
  const written = metricsOf(spec);
  const names = written.map(({ name }) => name).join(', ');
  if (written.length === 0) throw new CliError('the policy names no metrics, and nobody sends its program requests: there is nothing to calibrate.');
  const unknown = wanted.find((name) => !written.some((metric) => metric.name === name));
  if (unknown !== undefined) throw new CliError(`the policy has no metric "${unknown}". It has ${names}.`);
  const judged = plan.analysis ? judgedMetrics(plan.analysis, { first: false, steps: plan.steps }) : [];
  const metrics: CalibratedMetric[] = [];
  const leftOut: LeftOut[] = [];
  for (const { name, template } of written.filter((metric) => wanted.length === 0 || wanted.includes(metric.name))) {
    const planned = plan.analysis?.metrics.find((metric) => metric.name === name);
    const how = judged.find((metric) => metric.name === name);
    if (!planned || !how || how.measure.how === 'condition') leftOut.push({ name, why: 'it is a condition, which promises nothing: there is no margin to it.' });
    else metrics.push({ name, planned, judged: how, template });
  }
  const [first] = leftOut;
  if (first && (wanted.length > 0 || metrics.length === 0)) throw new CliError(`metric ${first.name} cannot be calibrated: ${first.why}`);
  return { metrics, leftOut };
}

/** Whether the Pods are asked themselves. */
export const asksPods = ({ planned: { from } }: Pick<CalibratedMetric, 'planned'>): boolean => from === undefined || from.scrape !== undefined;
