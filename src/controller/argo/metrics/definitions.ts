import { runPhases } from '../../../frontends/argo/kinds/analysis.js';
import type { MetricDefinition } from '../../metrics/definitions.js';

/** What passes are counted and timed for, as metrics are named. */
export const timedKinds = ['rollout', 'analysis_run', 'experiment'] as const;
export type TimedKind = (typeof timedKinds)[number];

/** What a Rollout does, as its metrics call it: other words than those of its status. */
export const rolloutMetricPhases = ['Completed', 'Progressing', 'Paused', 'Timeout', 'Error', 'Abort', 'InvalidSpec'] as const;
export type RolloutMetricPhase = (typeof rolloutMetricPhases)[number];

const object = { namespace: 'of the object', name: 'of the object' };
const type = 'of the provider, as `Prometheus`, `Web`, `Job`, `Datadog`';
const metric = 'its name in the spec';

/** The metrics that dashboards of Argo Rollouts ask for. They name objects, and go with them. */
export const argoMetricDefinitions = {
  rollout: { name: 'rollout_info', type: 'gauge', help: 'Always 1, for each Rollout.', labels: { ...object, strategy: ['canary', 'blueGreen', 'none'], traffic_router: ['Nginx', 'Istio', ''], phase: rolloutMetricPhases } },
  available: { name: 'rollout_info_replicas_available', type: 'gauge', help: 'Available Pods of a Rollout.', labels: object },
  unavailable: { name: 'rollout_info_replicas_unavailable', type: 'gauge', help: 'Pods of a Rollout that are not available.', labels: object },
  desired: { name: 'rollout_info_replicas_desired', type: 'gauge', help: 'Pods that a Rollout asks for.', labels: object },
  updated: { name: 'rollout_info_replicas_updated', type: 'gauge', help: 'Pods of the newest version of a Rollout.', labels: object },
  rolloutPhase: { name: 'rollout_phase', type: 'gauge', help: '1 for the phase that a Rollout is in, 0 for the others; rollout_info says the same.', labels: { ...object, strategy: ['canary', 'blueGreen', 'none'], phase: rolloutMetricPhases.filter((each) => each !== 'InvalidSpec') } },
  events: { name: 'rollout_events_total', type: 'counter', help: 'Events of a Rollout.', labels: { ...object, type: ['Normal', 'Warning'], reason: 'of the Event' } },
  run: { name: 'analysis_run_info', type: 'gauge', help: 'Always 1, for each AnalysisRun.', labels: { ...object, phase: runPhases } },
  runPhase: { name: 'analysis_run_phase', type: 'gauge', help: '1 for the phase that an AnalysisRun is in, 0 for the others; analysis_run_info says the same.', labels: { ...object, phase: runPhases } },
  runMetricType: { name: 'analysis_run_metric_type', type: 'gauge', help: 'Always 1, for each metric of an AnalysisRun.', labels: { ...object, metric, type } },
  runMetricPhase: { name: 'analysis_run_metric_phase', type: 'gauge', help: '1 for the phase that a metric of an AnalysisRun is in, 0 for the others.', labels: { ...object, metric, type, dry_run: ['true', 'false'], phase: runPhases } },
  template: { name: 'analysis_template_info', type: 'gauge', help: 'Always 1, for each AnalysisTemplate and ClusterAnalysisTemplate.', labels: object },
  templateMetric: { name: 'analysis_template_metric_info', type: 'gauge', help: 'Always 1, for each metric of a template.', labels: { ...object, type, metric } },
  experiment: { name: 'experiment_info', type: 'gauge', help: 'Always 1, for each Experiment.', labels: { ...object, phase: runPhases } },
  experimentPhase: { name: 'experiment_phase', type: 'gauge', help: '1 for the phase that an Experiment is in, 0 for the others; experiment_info says the same.', labels: { ...object, phase: runPhases } },
} as const satisfies Record<string, MetricDefinition>;

/** How long passes over objects of a kind took, in seconds. */
export const passDefinition = (kind: TimedKind): MetricDefinition => ({
  name: `${kind}_reconcile`, type: 'histogram', help: 'How long one pass over an object took.', labels: object, buckets: [0.01, 0.15, 0.25, 0.5, 1],
});

/** How many passes over objects of a kind failed and were done again. */
export const failedPassDefinition = (kind: TimedKind): MetricDefinition => ({ name: `${kind}_reconcile_error`, type: 'counter', help: 'Passes that failed, and are done again.', labels: object });

/** All that there is, in the order in which docs tell of it. */
export const allArgoDefinitions: readonly MetricDefinition[] = [...Object.values(argoMetricDefinitions), ...timedKinds.flatMap((kind) => [passDefinition(kind), failedPassDefinition(kind)])];
