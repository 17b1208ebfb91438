import type { ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { Found } from '../../routers/router.js';
import type { KnownObjects } from './checks/known-objects.js';
import type { AnalysisRun } from './kinds/analysis.js';
import type { Experiment } from './kinds/experiment.js';

/** What is seen of a Rollout on its cluster. */
export interface RolloutObservation {
  /** Those that the Rollout controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Of these ReplicaSets. */
  readonly pods: readonly Pod[];
  /** What workloadRef names. */
  readonly workload?: KubernetesObject;
  readonly policy?: ReleasePolicy;
  /** Of the Rollout's policy, oldest first. */
  readonly releases: readonly Release[];
  /** Those that the Rollout controls. */
  readonly analysisRuns: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
  /** Services, routing objects and templates of metrics of the namespace. */
  readonly known: KnownObjects;
  /** Routing objects as routers read them. */
  readonly found: Found;
  /** Who else looks after Rollouts on this cluster, if somebody does. */
  readonly otherController?: string | undefined;
}
