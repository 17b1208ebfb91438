import type { AbortReason, Release } from '../../../model/release.js';
import type { Delivery } from '../../schemas/policies.js';

const WEEK = 7 * 86_400_000;

/** Endings that say nothing against a version: somebody wanted another one, or took the program away. */
const NOT_ITS_FAULT: ReadonlySet<AbortReason> = new Set(['Superseded', 'Reverted', 'PolicyDeleted', 'ReleaseDeleted', 'TakenOver', 'WorkloadGone', 'Restored', 'ApprovalRefused', 'ApprovalExpired']);

/**
 * The four delivery metrics of the releases on record (Forsgren, Humble, Kim: Accelerate): how often versions become stable, how
 * long that takes, how many are taken back, and how long that takes; and how many requests failed on new versions.
 * @param now milliseconds since the epoch
 */
export function deliveryOf(releases: readonly Release[], now: number): Delivery {
  const ended = releases.filter(({ status }) => status?.phase === 'Completed' || status?.phase === 'Aborted');
  const completed = ended.filter(({ status }) => status?.phase === 'Completed');
  const takenBack = ended.filter(({ status }) => status?.phase === 'Aborted' && !NOT_ITS_FAULT.has(status.abortReason ?? 'AbortedByUser'));
  const since = Math.min(now, ...releases.map(startOf).filter((time) => !Number.isNaN(time)));
  // Less than a week says nothing of a week yet.
  const weeks = Math.max(1, (now - since) / WEEK);
  const median = medianOf(completed.map((release) => (endOf(release) - startOf(release)) / 1000));
  const recovery = medianOf(takenBack.map((release) => (endOf(release) - decidedAt(release)) / 1000));
  const judged = completed.length + takenBack.length;
  return {
    releases: ended.length,
    perWeek: completed.length / weeks,
    ...(median === undefined ? {} : { medianSeconds: median }),
    takenBack: takenBack.length,
    ...(judged === 0 ? {} : { takenBackShare: takenBack.length / judged }),
    usersHurt: releases.reduce((sum, { status }) => sum + (status?.evidence?.canary.failures ?? 0), 0),
    ...(recovery === undefined ? {} : { medianRecoverySeconds: recovery }),
    since: new Date(since).toISOString(),
  };
}

const startOf = ({ status, metadata }: Release): number => Date.parse(status?.startedAt ?? metadata.creationTimestamp ?? '');
const endOf = ({ status }: Release): number => Date.parse(status?.endedAt ?? '');
const decidedAt = ({ status }: Release): number => Date.parse(status?.log?.findLast(({ code }) => code === 'Aborting')?.time ?? '');

/** Of those that are numbers; undefined without any. */
function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
