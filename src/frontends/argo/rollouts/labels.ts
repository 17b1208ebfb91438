import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';

/** Labels and annotations by which Argo's tools find their way. */

/** On a ReplicaSet, and on the Rollout: which revision it is, counted from 1. */
export const REVISION = 'rollout.argoproj.io/revision';
/** On a Rollout: the generation of what workloadRef names. Argo CD waits until the status speaks of the same. */
export const WORKLOAD_GENERATION = 'rollout.argoproj.io/workload-generation';
/** On a ReplicaSet that came back: the revisions it was before, with commas between. */
export const REVISION_HISTORY = 'rollout.argoproj.io/revision-history';
/** On a ReplicaSet: spec.replicas of the Rollout. */
export const DESIRED_REPLICAS = 'rollout.argoproj.io/desired-replicas';
/** On a ReplicaSet: the labels and annotations that its Pods have for their role, as JSON. */
export const EPHEMERAL_METADATA = 'rollout.argoproj.io/ephemeral-metadata';
/** On a ReplicaSet that nobody is sent to any more: when its Pods go, in RFC 3339. */
export const SCALE_DOWN_DEADLINE = 'scale-down-deadline';
/** On everything, where several controllers share a cluster: whose it is. */
export const INSTANCE_ID = 'argo-rollouts.argoproj.io/controller-instance-id';
/** On a ReplicaSet of an Experiment: the Experiment. */
export const EXPERIMENT_NAME = 'experiment.argoproj.io/name';

/** The hash that tells the Pods of a ReplicaSet from those of others; empty where it has none. */
export const hashOfReplicaSet = ({ metadata }: ReplicaSet): string => metadata.labels?.[ROLLOUTS_HASH_LABEL] ?? '';

/** The ReplicaSet whose Pods have this hash. */
export const withHash = (replicaSets: readonly ReplicaSet[], hash: string | undefined): ReplicaSet | undefined =>
  hash === undefined || hash === '' ? undefined : replicaSets.find((each) => hashOfReplicaSet(each) === hash);

/** How many Pods a ReplicaSet is asked for. */
export const sizeOf = ({ spec }: ReplicaSet): number => spec.replicas ?? 1;

/** When an object was created, in milliseconds; the far future for one that was not created yet. */
export function createdAt({ metadata }: ReplicaSet): number {
  return metadata.creationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(metadata.creationTimestamp);
}

/** Oldest first; by name where the server's seconds do not tell. */
export const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  createdAt(a) === createdAt(b) ? ((a.metadata.name) < (b.metadata.name) ? -1 : 1) : createdAt(a) < createdAt(b) ? -1 : 1;
