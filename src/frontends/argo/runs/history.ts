import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { AnalysisRun } from '../kinds/analysis.js';
import type { Rollout } from '../kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { isEnd } from './results.js';

const KEPT = 5;

/**
 * AnalysisRuns of a Rollout that are not kept: those of versions whose ReplicaSet is gone, and of those that ended the older ones
 * beyond the limits of the Rollout; a limit is for those that succeeded, another for those that did not.
 * @param current names of runs that the Rollout still looks at
 */
export function runsToRemove(runs: readonly AnalysisRun[], replicaSets: readonly ReplicaSet[], { analysis }: Pick<Rollout['spec'], 'analysis'>, current: ReadonlySet<string>): AnalysisRun[] {
  const hashes = new Set(replicaSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.labels?.[ROLLOUTS_HASH_LABEL]));
  const left = { Successful: analysis?.successfulRunHistoryLimit ?? KEPT, other: analysis?.unsuccessfulRunHistoryLimit ?? KEPT };
  const newestFirst = [...runs].sort((a, b) => createdAt(b) - createdAt(a) || (a.metadata.name < b.metadata.name ? 1 : -1));
  return newestFirst.filter(({ metadata, status }) => {
    if (metadata.deletionTimestamp !== undefined || current.has(metadata.name)) return false;
    const hash = metadata.labels?.[ROLLOUTS_HASH_LABEL];
    if (hash === undefined || !hashes.has(hash)) return true;
    if (!isEnd(status?.phase)) return false;
    return left[status?.phase === 'Successful' ? 'Successful' : 'other']-- <= 0;
  });
}

const createdAt = ({ metadata }: AnalysisRun): number => Date.parse(metadata.creationTimestamp ?? '') || 0;

/** When a run that has ended is to be deleted, in milliseconds since the epoch; undefined for one that is kept. */
export function expiresAt({ spec: { ttlStrategy }, status }: Pick<AnalysisRun, 'spec' | 'status'>): number | undefined {
  const endedAt = isEnd(status?.phase) ? Date.parse(status?.completedAt ?? '') : NaN;
  const { secondsAfterCompletion, secondsAfterFailure, secondsAfterSuccess } = ttlStrategy ?? {};
  const own = status?.phase === 'Successful' ? secondsAfterSuccess : status?.phase === 'Failed' ? secondsAfterFailure : undefined;
  const seconds = own ?? secondsAfterCompletion;
  return seconds === undefined || Number.isNaN(endedAt) ? undefined : endedAt + Math.max(0, seconds) * 1000;
}
