import { timestamp } from '../../../kubernetes/conditions.js';
import type { Job, JobStatus } from '../../../kubernetes/generated/batch-v1.js';
import { jobCondition, withJobCondition } from './job-conditions.js';

/** Counts of Pods that are there. */
export interface PodCounts {
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
}

/**
 * The status with its counts and times, before ended Pods are noted. A resumed Job starts anew.
 * @param managed whether Suspended is to follow `spec.suspend`
 */
export function jobStatus(job: Job, { active, ready, terminating }: PodCounts, managed: boolean, now: number): JobStatus {
  const { active: _active, startTime: _start, conditions = [], ...rest } = job.status ?? {};
  const suspended = job.spec.suspend === true;
  let startTime = job.status?.startTime ?? (suspended ? undefined : timestamp(now));
  let after = [...conditions];
  if (managed) {
    const condition = suspended ? jobCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', now) : jobCondition('Suspended', 'False', 'JobResumed', 'Job resumed', now);
    after = withJobCondition(conditions, condition);
    const changed = after.includes(condition);
    if (changed) startTime = suspended ? undefined : timestamp(now);
  }
  return {
    ...rest,
    ...(after.length > 0 && { conditions: after }),
    ...(startTime !== undefined && { startTime }),
    ...(active > 0 && { active }),
    ready,
    terminating,
  };
}
