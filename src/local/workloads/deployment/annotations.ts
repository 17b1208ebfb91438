import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { limitsOf } from './limits.js';
import { wantedOf } from './replica-sets.js';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a Deployment that its ReplicaSets never get a copy of. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

/** The revision history annotation is kept under this many characters; the oldest go first. */
const HISTORY_LIMIT = 2000;

/** The revision that the annotation names; 0 without one; undefined when it is not a whole number. */
export function revisionOf(replicaSet: ReplicaSet): number | undefined {
  const text = replicaSet.metadata.annotations?.[REVISION];
  if (text === undefined) return 0;
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** The highest revision of these, 0 when there is none. */
export function highestRevision(replicaSets: readonly ReplicaSet[]): number {
  return Math.max(0, ...replicaSets.map((each) => revisionOf(each) ?? 0));
}

/** The size of the Deployment that the ReplicaSet was last scaled for; undefined where the annotation does not say. */
export function desiredReplicasOf(replicaSet: ReplicaSet): number | undefined {
  return countAnnotation(replicaSet, DESIRED_REPLICAS);
}

/** Size and surge together, as of the last scaling; undefined where the annotation does not say. */
export function maxReplicasOf(replicaSet: ReplicaSet): number | undefined {
  return countAnnotation(replicaSet, MAX_REPLICAS);
}

function countAnnotation(replicaSet: ReplicaSet, name: string): number | undefined {
  const text = replicaSet.metadata.annotations?.[name];
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const count = Number(text);
  return count <= 0x7fffffff ? count : undefined;
}

/** The two annotations by which a later pass notices that the Deployment was scaled. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const wanted = wantedOf(deployment);
  return { [DESIRED_REPLICAS]: String(wanted), [MAX_REPLICAS]: String(wanted + limitsOf(deployment).maxSurge) };
}

/**
 * The annotations that the Deployment's new ReplicaSet should have: copies of the Deployment's, the revision (never
 * lowered), and the revisions that it had before. A revision that is not a number is left as it is.
 */
export function newReplicaSetAnnotations(deployment: Deployment, current: Readonly<Record<string, string>>, revision: number): Record<string, string> {
  const annotations = { ...current };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(name)) annotations[name] = value;
  }
  const former = current[REVISION];
  if (former !== undefined && former !== '' && !/^[+-]?\d+$/.test(former)) return annotations;
  if (Number(former ?? 0) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (former !== undefined) annotations[REVISION_HISTORY] = appendRevision(annotations[REVISION_HISTORY] ?? '', former);
  return annotations;
}

function appendRevision(history: string, revision: string): string {
  if (history === '') return revision;
  const kept = history.split(',');
  while (kept.length > 0 && [...kept, revision].join(',').length > HISTORY_LIMIT) kept.shift();
  return [...kept, revision].join(',');
}
