import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { podCondition } from '../pods/pod-state.js';
import { completionIndex, isIndexed } from './indexes.js';

/** Keeps a Pod's object until its Job has counted it. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

/** Whether its Job has still to count the Pod. */
export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** Whether a Pod counts as failed: a deleted one does at once, unless the Job replaces failed Pods only. */
export function isFailure(pod: Pod, job: Job): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Failed') return true;
  if (replacesFailedOnly(job)) return false;
  return pod.metadata.deletionTimestamp !== undefined && phase !== 'Succeeded';
}

/** Whether a Pod counts as succeeded. */
export function isSuccess({ status }: Pod): boolean {
  return status?.phase === 'Succeeded';
}

/** Whether a Pod that is going must be gone before another takes its place. */
export function replacesFailedOnly({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

/** What the status does not count yet: tracked Pods that have ended and are not noted as uncounted. */
export function newlyEnded(job: Job, pods: readonly Pod[]): { readonly succeeded: Pod[]; readonly failed: Pod[] } {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const fresh = (pod: Pod, noted: readonly string[]): boolean => isTracked(pod) && !noted.includes(pod.metadata.uid ?? '') && countsForIndex(pod, job);
  return {
    succeeded: pods.filter((pod) => isSuccess(pod) && fresh(pod, succeeded)),
    failed: pods.filter((pod) => isFailure(pod, job) && fresh(pod, failed)),
  };
}

/** Pods of an Indexed Job without an index, or with one beyond its completions, count for nothing. */
export function countsForIndex(pod: Pod, job: Job): boolean {
  if (!isIndexed(job)) return true;
  const index = completionIndex(pod);
  return index !== undefined && index < (job.spec.completions ?? 0);
}

/** When a Pod ended, in milliseconds since the epoch: by its containers, else its readiness, else its deletion. */
export function endedAt(pod: Pod): number {
  const statuses = pod.status?.containerStatuses ?? [];
  const ends = statuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  if (ends.length > 0 && ends.every(Number.isFinite)) return Math.max(...ends);
  const ready = podCondition(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) return Date.parse(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = pod.metadata;
  if (deletionTimestamp !== undefined) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}

/** With restartPolicy OnFailure: whether the containers of Pods that run have been restarted too often. */
export function restartsExceedLimit({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const open = pods.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
  const statuses = open.flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]);
  const restarts = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const limit = spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}
