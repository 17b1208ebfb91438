import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { revisionOf } from './annotations.js';
import type { DeploymentPass } from './pass.js';
import { oldestFirst, wantedOf } from './replica-sets.js';

const NO_LIMIT = 0x7fffffff;

/** Deletes the lowest revisions beyond revisionHistoryLimit, as far as they are empty and seen to be. */
export function cleanUpHistory(pass: DeploymentPass, old: readonly ReplicaSet[]): void {
  const limit = pass.deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === NO_LIMIT) return;
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = lowestRevisionFirst(alive).slice(0, Math.max(0, alive.length - limit));
  for (const each of surplus) if (isEmpty(each)) pass.delete(each);
}

function isEmpty({ metadata, spec, status }: ReplicaSet): boolean {
  return (status?.replicas ?? 0) === 0 && wantedOf({ spec }) === 0 && (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
}

function lowestRevisionFirst(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return oldestFirst(replicaSets).sort((a, b) => {
    const [left, right] = [revisionOf(a), revisionOf(b)];
    return left === undefined || right === undefined ? 0 : left - right;
  });
}
