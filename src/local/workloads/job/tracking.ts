import type { Job, JobCondition, JobStatus } from '../../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import { countsAsFailed } from './failure-policy.js';
import { completionIndex, formatIndexes, isIndexed, succeededIndexes } from './indexes.js';
import { holding, jobCondition, withJobCondition } from './job-conditions.js';
import { countsForIndex, isFailure, isSuccess, isTracked } from './job-pods.js';

/** The status with what ended noted in it, and the Pods that may go once it is written. */
export interface Noted {
  readonly status: JobStatus;
  readonly release: readonly Pod[];
  /** What the Job's end will say, once all Pods are counted and gone. */
  readonly final: JobCondition | undefined;
}

/** Notes ended Pods by uid, before their finalizers are taken off: a crash in between counts none twice and loses none. */
export function noteEnds(job: Job, status: JobStatus, pods: readonly Pod[], verdict: JobCondition | undefined, now: number): Noted {
  const succeeded = new Set(status.uncountedTerminatedPods?.succeeded);
  const failed = new Set(status.uncountedTerminatedPods?.failed);
  const release: Pod[] = [];
  const done = isIndexed(job) ? succeededIndexes(job, []) : undefined;
  const lost = verdict !== undefined && verdict.type !== 'SuccessCriteriaMet';
  for (const pod of pods.filter(isTracked)) {
    const uid = pod.metadata.uid ?? '';
    const failure = isFailure(pod, job);
    if (!isSuccess(pod) && !failure && verdict === undefined && job.metadata.deletionTimestamp === undefined) continue;
    release.push(pod);
    if (!countsForIndex(pod, job)) continue;
    if (isSuccess(pod) && !failed.has(uid)) {
      if (done === undefined) succeeded.add(uid);
      else done.add(completionIndex(pod) ?? 0);
    } else if ((failure || lost) && countsAsFailed(job, pod)) {
      failed.add(uid);
    }
  }
  const conditions = verdict === undefined ? (status.conditions ?? []) : interim(status.conditions ?? [], verdict);
  return {
    release,
    final: verdict && finalOf(verdict, now),
    status: {
      ...status,
      ...(conditions.length > 0 && { conditions }),
      ...(done && done.size > 0 && { succeeded: done.size, completedIndexes: formatIndexes(done) }),
      uncountedTerminatedPods: {
        ...(succeeded.size > 0 && { succeeded: [...succeeded] }),
        ...(failed.size > 0 && { failed: [...failed] }),
      },
    },
  };
}

function interim(conditions: readonly JobCondition[], verdict: JobCondition): JobCondition[] {
  const isInterim = verdict.type === 'FailureTarget' || verdict.type === 'SuccessCriteriaMet';
  return isInterim && holding(conditions, verdict.type) === undefined ? [...conditions, verdict] : [...conditions];
}

function finalOf({ type, reason = '', message = '' }: JobCondition, now: number): JobCondition {
  return jobCondition(type === 'SuccessCriteriaMet' ? 'Complete' : 'Failed', 'True', reason, message, now);
}

/** The status with the Pods counted whose finalizer is off. @param tracked uids of Pods that still have it */
export function countReleased(status: JobStatus, tracked: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = { succeeded: succeeded.filter((uid) => tracked.has(uid)), failed: failed.filter((uid) => tracked.has(uid)) };
  const total = { succeeded: (status.succeeded ?? 0) + succeeded.length - left.succeeded.length, failed: (status.failed ?? 0) + failed.length - left.failed.length };
  return {
    ...status,
    ...(total.succeeded > 0 && { succeeded: total.succeeded }),
    ...(total.failed > 0 && { failed: total.failed }),
    uncountedTerminatedPods: { ...(left.succeeded.length > 0 && { succeeded: left.succeeded }), ...(left.failed.length > 0 && { failed: left.failed }) },
  };
}

/** The status of the ended Job; undefined while Pods are uncounted or still going. */
export function finished(status: JobStatus, final: JobCondition): JobStatus | undefined {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0) return undefined;
  const conditions = withJobCondition(status.conditions ?? [], final);
  return { ...status, conditions, ...(final.type === 'Complete' && { completionTime: final.lastTransitionTime ?? timestamp(0) }) };
}
