import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { endedAt } from './job-pods.js';

const FIRST_MS = 10_000;
const LONGEST_MS = 600_000;

/** Failures of one Job since its last success. */
export interface FailureRecord {
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly lastFailure: number;
}

/** The record of a Job none of whose Pods has failed. */
export const NO_FAILURES: FailureRecord = { failures: 0, lastFailure: 0 };

/** The record after Pods that ended since it was made. Only what failed after the last success counts on. */
export function recordEnds(record: FailureRecord, succeeded: readonly Pod[], failed: readonly Pod[]): FailureRecord {
  if (succeeded.length === 0 && failed.length === 0) return record;
  const ends = failed.map(endedAt);
  if (succeeded.length === 0) return { failures: record.failures + failed.length, lastFailure: Math.max(...ends) };
  const lastSuccess = Math.max(...succeeded.map(endedAt));
  const later = ends.filter((end) => end > lastSuccess);
  return later.length === 0 ? NO_FAILURES : { failures: later.length, lastFailure: Math.max(...later) };
}

/** Milliseconds until a Pod may take the place of the last that failed: 10 s after it, doubling up to 10 min. */
export function backOffLeft({ failures, lastFailure }: FailureRecord, now: number): number {
  if (failures === 0) return 0;
  const delay = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 20), LONGEST_MS);
  return Math.max(0, lastFailure + delay - now);
}
