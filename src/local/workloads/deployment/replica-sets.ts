import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';

/** How many Pods the object asks for. */
export function wantedOf(object: { spec: { replicas?: number } }): number {
  return object.spec.replicas ?? 1;
}

export function availableOf(replicaSet: ReplicaSet): number {
  return replicaSet.status?.availableReplicas ?? 0;
}

export function sumOf(replicaSets: readonly ReplicaSet[], count: (replicaSet: ReplicaSet) => number): number {
  return replicaSets.reduce((sum, each) => sum + count(each), 0);
}

/** Those that ask for Pods. */
export function active(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return replicaSets.filter((each) => wantedOf(each) > 0);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byCreation = (a: ReplicaSet, b: ReplicaSet): number =>
  compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareText(a.metadata.name, b.metadata.name);

/** The name decides where the seconds are equal. */
export function oldestFirst(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return [...replicaSets].sort(byCreation);
}

export function newestFirst(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return [...replicaSets].sort((a, b) => byCreation(b, a));
}

/** Equal sizes: the older first. */
export function largestThenOldestFirst(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return [...replicaSets].sort((a, b) => wantedOf(b) - wantedOf(a) || byCreation(a, b));
}

/** Equal sizes: the newer first. */
export function largestThenNewestFirst(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return [...replicaSets].sort((a, b) => wantedOf(b) - wantedOf(a) || byCreation(b, a));
}
