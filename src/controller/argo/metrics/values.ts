import type { AnalysisRun, AnalysisTemplate, RunPhase } from '../../../frontends/argo/kinds/analysis.js';
import type { ArgoMetric } from '../../../frontends/argo/kinds/metrics.js';
import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import { reasons } from '../../../frontends/argo/status/texts.js';
import { findCondition } from '../../../kubernetes/conditions.js';
import { compilePattern, PatternError } from '../../../schema/pattern/pattern.js';
import type { RolloutMetricPhase } from './definitions.js';

/** What a Rollout does, as dashboards have it. */
export function metricPhaseOf({ status: { conditions } = {} }: Rollout): RolloutMetricPhase {
  if (findCondition(conditions, 'InvalidSpec')) return 'InvalidSpec';
  return PHASES[findCondition(conditions, 'Progressing')?.reason ?? ''] ?? 'Progressing';
}

const PHASES: Readonly<Record<string, RolloutMetricPhase>> = {
  [reasons.progressed]: 'Completed', [reasons.paused]: 'Paused', [reasons.late]: 'Timeout', [reasons.aborted]: 'Abort', ReplicaSetCreateError: 'Error',
};

/** `canary`, `blueGreen` or `none`. */
export const strategyOf = ({ spec: { strategy } }: Rollout): string => (strategy?.blueGreen ? 'blueGreen' : strategy?.canary ? 'canary' : 'none');

/** What moves traffic; empty where nothing does, or a plugin. */
export function trafficRouterOf({ spec: { strategy } }: Rollout): string {
  const routing = strategy?.blueGreen ? undefined : strategy?.canary?.trafficRouting;
  return routing?.nginx ? 'Nginx' : routing?.istio ? 'Istio' : '';
}

/** What a metric asks, as dashboards call it. */
export function providerTypeOf({ provider }: ArgoMetric): string {
  const found = Object.entries(TYPES).find(([name]) => Reflect.get(provider, name) !== undefined);
  return found?.[1] ?? 'Unknown Provider';
}

const TYPES: Readonly<Record<string, string>> = {
  prometheus: 'Prometheus', job: 'Job', kayenta: 'Kayenta', web: 'Web', datadog: 'Datadog', wavefront: 'Wavefront', newRelic: 'NewRelic', cloudWatch: 'CloudWatch', graphite: 'Graphite', influxdb: 'Influxdb', skywalking: 'skywalking', plugin: 'RPCPlugin',
};

/** A metric of a run. */
export interface RunMetric {
  readonly metric: string;
  readonly type: string;
  readonly dryRun: boolean;
  readonly phase: RunPhase;
}

/** The metrics of a run. */
export function runMetricsOf({ spec, status }: AnalysisRun): RunMetric[] {
  return spec.metrics.map((each) => ({
    metric: each.name,
    type: providerTypeOf(each),
    dryRun: (spec.dryRun ?? []).some(({ metricName }) => matches(metricName, each.name)),
    phase: status?.metricResults?.find(({ name }) => name === each.name)?.phase ?? 'Pending',
  }));
}

/** The metrics of a template: their names with what they ask. */
export const templateMetricsOf = ({ spec }: AnalysisTemplate): { type: string; metric: string }[] => (spec.metrics ?? []).map((each) => ({ type: providerTypeOf(each), metric: each.name }));

/** A pattern that is none matches nothing: the run says so. */
function matches(pattern: string, name: string): boolean {
  try {
    return compilePattern(pattern).test(name);
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}
