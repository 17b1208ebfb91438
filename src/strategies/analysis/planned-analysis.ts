import { parseDuration } from '../../model/duration.js';
import { formatProblem } from '../../model/policy-problem.js';
import type { Metric, PlannedAnalysis, PlannedMetric } from '../../model/policy/analysis.js';
import type { PlaceholderValues } from '../../model/placeholders.js';
import type { PolicySpec } from '../../model/release-policy.js';
import { analyzeSteps } from '../check-steps.js';
import { leadingNumber } from './measure-checks.js';
import { fillMetric, type TemplateSource } from './templates.js';

/** What an analysis is where a policy says nothing. */
export const analysisDefaults = { falseAlarm: 0.01, missed: 0.05, undecidedMilliseconds: 300_000, then: 'promote', minimumRequests: 20 } as const;

/** What is judged where a policy names no metrics; nothing of it of a program that nobody sends requests. */
const REQUESTS: readonly Metric[] = [{ name: 'errors', errorRate: {} }, { name: 'latency', latency: {} }];

/** Whether anybody sends the program requests that could be counted. */
export const hasRequests = ({ service, router }: PolicySpec): boolean => service !== undefined || router !== undefined;

/** The metrics of a policy, or those that it has when it names none. */
export const metricsOf = (spec: PolicySpec): readonly Metric[] => spec.analysis?.metrics ?? (hasRequests(spec) ? REQUESTS : []);

/** Names of the metrics that some step of a policy names, or `before` or `after`. */
export function metricsOfSteps(spec: PolicySpec): string[] {
  const { before = [], after = [] } = spec.analysis ?? {};
  const inSteps = analyzeSteps(spec.strategy).flatMap(({ analyze }) => analyze.metrics ?? []);
  const named = new Set([...before, ...after, ...inSteps]);
  return metricsOf(spec).map(({ name }) => name).filter((name) => named.has(name));
}

const fraction = (percent: string | undefined, absent: number): number => (percent === undefined ? absent : leadingNumber(percent) / 100);

/**
 * The analysis of a plan, but for which metrics its steps name. The policy must have passed the checks, those of its templates too.
 * @throws Error when a metric cannot be filled in, saying why
 */
export function planAnalysis(spec: PolicySpec, templates: TemplateSource, values: PlaceholderValues): PlannedAnalysis {
  const { falseAlarm, missed, undecided = {} } = spec.analysis ?? {};
  return {
    falseAlarm: fraction(falseAlarm, analysisDefaults.falseAlarm),
    missed: fraction(missed, analysisDefaults.missed),
    undecided: {
      milliseconds: undecided.after === undefined ? analysisDefaults.undecidedMilliseconds : parseDuration(undecided.after),
      then: undecided.then ?? analysisDefaults.then,
      minimumRequests: undecided.minimumRequests ?? (hasRequests(spec) ? analysisDefaults.minimumRequests : 0),
    },
    metrics: metricsOf(spec).map((metric) => planMetric(metric, templates, values)),
  };
}

function planMetric(metric: Metric, templates: TemplateSource, values: PlaceholderValues): PlannedMetric {
  const { name, weight, dryRun } = metric;
  const filled = fillMetric(metric, templates, values);
  if (filled === 'unknown') throw new Error(`metric ${name}: its template ${metric.template?.name ?? ''} is not known here`);
  if ('problems' in filled) throw new Error(`metric ${name}: ${filled.problems.map(formatProblem).join(' ')}`);
  return { name, ...(weight === undefined ? {} : { weight }), ...(dryRun === undefined ? {} : { dryRun }), ...filled.measure };
}
