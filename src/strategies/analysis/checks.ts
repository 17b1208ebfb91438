import { comparesWithStable, secretsOf } from '../../model/measure.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import type { Metric } from '../../model/policy/analysis.js';
import type { PolicySpec } from '../../model/release-policy.js';
import { nearestName } from '../../model/suggestion.js';
import { analyzeSteps } from '../check-steps.js';
import { leadingNumber } from './measure-checks.js';
import { likelyValues } from './placeholder-values.js';
import { metricsOf } from './planned-analysis.js';
import { fillMetric, unknownTemplates, type FilledMetric, type TemplateKind, type TemplateSource } from './templates.js';

type Path = PolicyProblem['path'];
const ANALYSIS: Path = ['spec', 'analysis'];
const METRICS: Path = [...ANALYSIS, 'metrics'];

/** What speaks against the analysis of a policy, as far as that takes no template; all at once. */
export function checkAnalysis(spec: PolicySpec): PolicyProblem[] {
  return [...chanceProblems(spec), ...metricProblems(filledMetrics(spec, unknownTemplates)), ...besideTemplates(spec), ...nameProblems(spec), ...afterProblems(spec, unknownTemplates)];
}

/** The same of the metrics that come from templates. */
export function checkTemplates(spec: PolicySpec, templates: TemplateSource): PolicyProblem[] {
  const fromTemplates = filledMetrics(spec, templates).filter(({ metric }) => metric.template !== undefined);
  return [...metricProblems(fromTemplates), ...afterProblems(spec, templates).filter(({ path }) => fromTemplates.some(({ metric }) => metric.name === spec.analysis?.after?.[Number(path.at(-1))]))];
}

/** The templates that a policy names. */
export function namedTemplates({ analysis }: PolicySpec): { readonly kind: TemplateKind; readonly name: string }[] {
  return (analysis?.metrics ?? []).flatMap(({ template }) => (template ? [{ kind: template.kind ?? 'MetricTemplate', name: template.name }] : []));
}

/** Names of the Secrets that the metrics of a policy read. */
export function namedSecrets(spec: PolicySpec, templates: TemplateSource): string[] {
  return [...new Set(filledMetrics(spec, templates).flatMap(({ filled }) => (filled !== 'unknown' && 'measure' in filled ? secretsOf(filled.measure.from) : [])))];
}

interface Filled {
  readonly metric: Metric;
  readonly filled: FilledMetric;
  readonly path: Path;
}

function filledMetrics(spec: PolicySpec, templates: TemplateSource): Filled[] {
  const values = likelyValues(spec);
  return (spec.analysis?.metrics ?? []).map((metric, index) => ({ metric, filled: fillMetric(metric, templates, values), path: [...METRICS, index] }));
}

function metricProblems(metrics: readonly Filled[]): PolicyProblem[] {
  return metrics.flatMap(({ filled, path }) => (filled !== 'unknown' && 'problems' in filled ? filled.problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] })) : []));
}

function besideTemplates({ analysis }: PolicySpec): PolicyProblem[] {
  return (analysis?.metrics ?? []).flatMap(({ template, from }, index) =>
    template && from ? [{ path: [...METRICS, index, 'from'], problem: 'a metric from a template takes its samples from where the template says.', remedy: 'Leave it out, or write the metric without a template.' }] : [],
  );
}

function chanceProblems({ analysis = {} }: PolicySpec): PolicyProblem[] {
  return (['falseAlarm', 'missed'] as const).flatMap((field) => {
    const chance = analysis[field];
    if (chance === undefined || (leadingNumber(chance) > 0 && leadingNumber(chance) < 50)) return [];
    return [{ path: [...ANALYSIS, field], problem: `${chance} cannot be promised.`, remedy: 'Write more than 0% and less than 50%: the surer, the longer it takes.' }];
  });
}

/** Where a policy names metrics. */
function uses({ analysis, strategy }: PolicySpec): { readonly name: string; readonly path: Path }[] {
  const at = (names: readonly string[] | undefined, path: Path): { name: string; path: Path }[] => (names ?? []).map((name, index) => ({ name, path: [...path, index] }));
  return [
    ...at(analysis?.before, [...ANALYSIS, 'before']),
    ...at(analysis?.after, [...ANALYSIS, 'after']),
    ...analyzeSteps(strategy).flatMap(({ analyze, path }) => at(analyze.metrics, [...path, 'metrics'])),
  ];
}

function nameProblems(spec: PolicySpec): PolicyProblem[] {
  const metrics = metricsOf(spec);
  const names = metrics.map(({ name }) => name);
  return uses(spec).flatMap(({ name, path }): PolicyProblem[] => {
    const metric = metrics.find((each) => each.name === name);
    if (metric?.dryRun) return [{ path, problem: `metric ${name} is a dryRun and decides nothing, so nothing can wait for it.`, remedy: 'Leave it out, or take dryRun off.' }];
    if (metric) return [];
    const meant = nearestName(name, names);
    return [{ path, problem: `there is no metric ${name}.`, remedy: meant !== undefined ? `Did you mean ${meant}?` : names.length > 0 ? `There ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}.` : 'Add it to spec.analysis.metrics.' }];
  });
}

/** Once the canary has all requests, stable has none that it could be compared with. */
function afterProblems(spec: PolicySpec, templates: TemplateSource): PolicyProblem[] {
  return (spec.analysis?.after ?? []).flatMap((name, index) => {
    const metric = metricsOf(spec).find((each) => each.name === name);
    if (!metric || !comparing(metric, spec, templates)) return [];
    return [{ path: [...ANALYSIS, 'after', index], problem: `metric ${name} compares with stable, which has no requests any more by then.`, remedy: 'Give it a limit (below), or name a condition.' }];
  });
}

/** Whether a metric says nothing without stable; false where its template is not known. */
export function comparing(metric: Metric, spec: PolicySpec, templates: TemplateSource): boolean {
  const filled = fillMetric(metric, templates, likelyValues(spec));
  return filled !== 'unknown' && 'measure' in filled && comparesWithStable(filled.measure);
}
