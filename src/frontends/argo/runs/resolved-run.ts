import { compilePattern, PatternError } from '../../../schema/pattern/pattern.js';
import { formatProblem } from '../../../model/policy-problem.js';
import { checkMetrics } from '../checks/metrics.js';
import type { AnalysisRunSpec } from '../kinds/analysis.js';
import type { ArgoMetric } from '../kinds/metrics.js';
import { fillArguments } from './filling.js';

/** So many measurements of a metric are kept where no rule says otherwise. */
const KEPT = 10;

/** What an AnalysisRun measures, as far as it can be known without reading Secrets. */
export interface ResolvedRun {
  /** With arguments filled in, but those from Secrets. */
  readonly metrics: readonly ArgoMetric[];
  /** Names of metrics that decide nothing. */
  readonly dryRun: ReadonlySet<string>;
  /** How many measurements are kept, by the name of the metric. */
  readonly kept: ReadonlyMap<string, number>;
}

/** Defaults that are the same for all runs of a controller. */
export interface RunDefaults {
  /** Where Prometheus is for metrics that do not say it. */
  readonly prometheusAddress?: string | undefined;
}

/** Fills in a spec and checks it. @returns a sentence with every problem where it cannot be run */
export function resolveRun({ metrics: given, args = [], dryRun = [], measurementRetention = [] }: AnalysisRunSpec, defaults: RunDefaults): ResolvedRun | string {
  const unresolved = new Set<string>();
  const values = new Map<string, string>();
  const later = new Set<string>();
  for (const { name, value, valueFrom } of args) {
    if (value !== undefined) values.set(name, value);
    else if (valueFrom?.secretKeyRef) later.add(name);
    else unresolved.add(`nothing gives a value to argument ${name}${valueFrom?.fieldRef ? `: ${valueFrom.fieldRef.fieldPath} is a field of a Rollout, and this run is for none` : ''}`);
  }
  const metrics = fillArguments(given, { values, later }, unresolved).map((metric) => withDefaults(metric, defaults));
  if (unresolved.size > 0) return `Unable to resolve metric arguments: ${[...unresolved].join('; ')}`;
  const problems = checkMetrics({ metrics, args: args.map(({ name, value, valueFrom }) => ({ name, ...(value === undefined ? {} : { value }), ...(valueFrom ? { valueFrom } : {}) })) })
    .filter(({ severity }) => severity !== 'warning').map(formatProblem);
  if (metrics.length === 0) problems.push('metrics: it measures nothing.');
  const names = metrics.map(({ name }) => name);
  const matched = (field: string, rules: readonly { readonly metricName: string }[]): string[][] => rules.map(({ metricName }, index) => {
    const found = matching(metricName, names);
    if (found === undefined) problems.push(`${field}[${index}]: "${metricName}" is no regular expression.`);
    else if (found.length === 0) problems.push(`${field}[${index}]: "${metricName}" matches the name of no metric.`);
    return found ?? [];
  });
  const dry = matched('dryRun', dryRun).flat();
  const kept = new Map(matched('measurementRetention', measurementRetention).flatMap((found, index) => {
    const limit = measurementRetention[index]?.limit ?? 0;
    return limit > 0 ? found.map((name) => [name, limit] as const) : [];
  }));
  return problems.length > 0 ? `Analysis spec invalid: ${problems.join(' ')}` : { metrics, dryRun: new Set(dry), kept };
}

/** How many measurements of a metric are kept. */
export const keptOf = ({ kept }: Pick<ResolvedRun, 'kept'>, name: string): number => kept.get(name) ?? KEPT;

function withDefaults(metric: ArgoMetric, { prometheusAddress }: RunDefaults): ArgoMetric {
  const { prometheus } = metric.provider;
  if (!prometheus || (prometheus.address ?? '') !== '' || prometheusAddress === undefined) return metric;
  return { ...metric, provider: { ...metric.provider, prometheus: { ...prometheus, address: prometheusAddress } } };
}

/** Names in which the pattern is found; undefined where it is none. */
function matching(pattern: string, names: readonly string[]): string[] | undefined {
  try {
    const compiled = compilePattern(pattern);
    return names.filter((name) => compiled.test(name));
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}
