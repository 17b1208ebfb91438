import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { REVISION, REVISION_HISTORY } from './labels.js';

/** Which revision of its Rollout a ReplicaSet is; 0 where that is not known. */
export function revisionOf({ metadata }: Pick<ReplicaSet, 'metadata'>): number {
  const text = metadata.annotations?.[REVISION] ?? '';
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/** The newest revision first; the younger first where that is the same. */
export const byRevision = (a: ReplicaSet, b: ReplicaSet): number =>
  revisionOf(b) - revisionOf(a) || (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') || b.metadata.name.localeCompare(a.metadata.name);

/**
 * The annotations that make a ReplicaSet the newest revision: one more than all others, with what it was before on record.
 * @param others the other ReplicaSets of the Rollout
 */
export function revisionAnnotations(replicaSet: ReplicaSet | undefined, others: readonly ReplicaSet[]): { readonly revision: number; readonly annotations: Record<string, string> } {
  const next = Math.max(0, ...others.map(revisionOf)) + 1;
  const present = replicaSet ? revisionOf(replicaSet) : 0;
  // Others may be gone that were between: it stays what it is.
  if (present >= next) return { revision: present, annotations: {} };
  const history = [replicaSet?.metadata.annotations?.[REVISION_HISTORY] ?? '', present === 0 ? '' : String(present)].filter((each) => each !== '').join(',');
  return { revision: next, annotations: { [REVISION]: String(next), ...(history === '' ? {} : { [REVISION_HISTORY]: history }) } };
}
