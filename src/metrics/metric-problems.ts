import type { PlannedMetric } from '../model/policy/analysis.js';
import { conditionProblems } from './conditions/condition.js';
import { parseJsonPath } from './web/json-path.js';

/** Something in a metric that keeps it from being measured. */
export interface MetricProblem {
  /** Where, below the metric, such as `from.prometheus.bad`. */
  readonly field: string;
  readonly problem: string;
}

/** What each kind of metric has to be told. */
const NEEDED = { errorRate: ['all', 'bad'], latency: ['histogram'], saturation: ['gauge'], condition: ['value'] } as const;

/** All that keeps a metric from being measured; nothing when it can be. What the schema says already is not said again. */
export function metricProblems(metric: PlannedMetric): MetricProblem[] {
  const { from = {}, condition } = metric;
  const kind = (['errorRate', 'latency', 'saturation', 'condition'] as const).find((each) => metric[each] !== undefined);
  if (kind === undefined) return [];
  const problems: MetricProblem[] = conditionProblems(condition ?? {}).map(({ field, problem }) => ({ field: `condition.${field}`, problem }));
  for (const source of ['web', 'job'] as const) {
    if (from[source] && kind !== 'condition') problems.push({ field: `from.${source}`, problem: `${source} gives one value, which only a condition can judge; ${kind} needs scrape, prometheus or datadog` });
  }
  if (kind === 'condition' && !from.web && !from.job && !from.prometheus && !from.datadog) {
    problems.push({ field: 'from', problem: 'a condition needs a value: say prometheus, datadog, web or job' });
  }
  for (const source of ['prometheus', 'datadog'] as const) {
    const settings = from[source];
    if (!settings) continue;
    const missing = NEEDED[kind].filter((query) => !(query in settings));
    if (missing.length > 0) problems.push({ field: `from.${source}`, problem: `${kind} needs the ${missing.length === 1 ? 'query' : 'queries'} ${missing.join(' and ')}` });
  }
  try {
    if (from.web?.path !== undefined) parseJsonPath(from.web.path);
  } catch (error) {
    problems.push({ field: 'from.web.path', problem: error instanceof Error ? error.message : String(error) });
  }
  return problems;
}
