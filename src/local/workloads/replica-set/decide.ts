import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { deletionOrder } from '../pods/deletion-order.js';

/** At most so many Pods are created or deleted in one pass. */
const BURST = 500;

/** What the controller sees of one ReplicaSet. */
export interface ObservedReplicaSet {
  readonly replicaSet: ReplicaSet;
  /** Its active Pods. */
  readonly active: readonly Pod[];
  /** Pods of all ReplicaSets with the same controller, its own included. */
  readonly related: readonly Pod[];
  /** False while deletions of an earlier pass are not yet seen: nothing is created or deleted then. */
  readonly settled: boolean;
  readonly now: number;
}

/** What to do about a ReplicaSet now. */
export interface ReplicaSetDecision {
  readonly create: number;
  readonly delete: readonly Pod[];
}

/** How many Pods to create, or which to delete. */
export function decideReplicaSet({ replicaSet, active, related, settled, now }: ObservedReplicaSet): ReplicaSetDecision {
  if (!settled || replicaSet.metadata.deletionTimestamp !== undefined) return { create: 0, delete: [] };
  const surplus = active.length - (replicaSet.spec.replicas ?? 1);
  if (surplus < 0) return { create: Math.min(BURST, -surplus), delete: [] };
  const count = Math.min(BURST, surplus);
  return { create: 0, delete: deletionOrder(active, related, now).slice(0, count) };
}
