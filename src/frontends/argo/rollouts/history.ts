import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Rollout } from '../kinds/rollout.js';
import { byAge, sizeOf } from './labels.js';

/** How many old ReplicaSets are kept where the Rollout does not say. */
const KEPT = 10;

/**
 * The old ReplicaSets that are beyond what the Rollout keeps; the oldest go first, and none that has Pods. Analyses and
 * experiments of their hashes go with them.
 * @param inUse names of ReplicaSets that are more than history: stable, the newest, and those of a release under way
 */
export function beyondHistory({ spec }: Rollout, replicaSets: readonly ReplicaSet[], inUse: ReadonlySet<string>): ReplicaSet[] {
  const old = replicaSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined && !inUse.has(metadata.name)).sort(byAge);
  const excess = old.length - (spec.revisionHistoryLimit ?? KEPT);
  return excess <= 0 ? [] : old.slice(0, excess).filter(isEmpty);
}

/** Whether nothing of it runs, which it must have been seen to say of its present size. */
function isEmpty(replicaSet: ReplicaSet): boolean {
  const { metadata, status } = replicaSet;
  return sizeOf(replicaSet) === 0 && (status?.replicas ?? 0) === 0 && (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}
