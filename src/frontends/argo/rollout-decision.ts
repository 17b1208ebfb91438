import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import type { ReleaseSpec } from '../../model/release.js';
import type { RoutingWrite } from '../../routers/router.js';
import type { RolloutStatus } from './kinds/rollout-status.js';

/** What a Release is told. */
export interface ReleaseCommand {
  readonly release: string;
  readonly spec: Pick<Partial<ReleaseSpec>, 'abort' | 'paused' | 'advanceTo'>;
}

/** A merge patch for one object. */
export interface ObjectPatch {
  readonly resource: Resource<KubernetesObject>;
  readonly name: string;
  readonly patch: unknown;
}

export interface NamedObject {
  readonly resource: Resource<KubernetesObject>;
  readonly name: string;
}

export interface ReplicaSetSize {
  readonly replicaSet: string;
  readonly replicas: number;
}

/** What people read about a Rollout, with the reasons of Argo Rollouts. */
export interface RolloutEvent {
  readonly reason: string;
  readonly text: string;
  readonly type: 'Normal' | 'Warning';
}

/**
 * What is to be. The status is written first, guarded by the version that was read, then the rest in the order of the fields;
 * after a stop anywhere the same follows again from what is seen then.
 */
export interface RolloutDecision {
  readonly status: RolloutStatus;
  /** To be created or applied in this order. */
  readonly apply: readonly KubernetesObject[];
  readonly sizes: readonly ReplicaSetSize[];
  /** Merge patches: deadlines, metadata of Pods, sizes of what workloadRef names, ends of analyses. */
  readonly annotate: readonly ObjectPatch[];
  /** While no release is under way. */
  readonly routes: readonly RoutingWrite[];
  readonly remove: readonly NamedObject[];
  /** Names of Pods, for a restart. */
  readonly evict: readonly string[];
  readonly commands: readonly ReleaseCommand[];
  /** What happened, to be told once the status is written. */
  readonly events: readonly RolloutEvent[];
  /** Milliseconds since the epoch; undefined when only a change of what is seen can matter. */
  readonly lookAgainAt: number | undefined;
}
