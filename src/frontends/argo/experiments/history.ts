import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Experiment } from '../kinds/experiment.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { hasEnded } from './ended.js';

/** How many Experiments of a Rollout are kept: `spec.analysis` of it. */
export interface HistoryLimits {
  readonly successfulRunHistoryLimit?: number;
  readonly unsuccessfulRunHistoryLimit?: number;
}

const KEPT = 5;

/**
 * Which Experiments of a Rollout go: those whose version is gone, and of those that have ended all but the newest.
 * @param experiments of the Rollout, but for the one of the present step @param replicaSets of the Rollout
 */
export function experimentsToRemove(experiments: readonly Experiment[], replicaSets: readonly ReplicaSet[], limits: HistoryLimits = {}): Experiment[] {
  const alive = new Set(replicaSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.labels?.[ROLLOUTS_HASH_LABEL]));
  const kept = { successful: 0, unsuccessful: 0 };
  return [...experiments].sort(newestFirst).filter((experiment) => {
    const { labels, deletionTimestamp } = experiment.metadata;
    if (deletionTimestamp !== undefined) return false;
    const hash = labels?.[ROLLOUTS_HASH_LABEL];
    if (hash === undefined || !alive.has(hash)) return true;
    if (!hasEnded(experiment)) return false;
    return experiment.status?.phase === 'Successful' ? kept.successful++ >= (limits.successfulRunHistoryLimit ?? KEPT) : kept.unsuccessful++ >= (limits.unsuccessfulRunHistoryLimit ?? KEPT);
  });
}

function newestFirst({ metadata: a }: Experiment, { metadata: b }: Experiment): number {
  const [left, right] = [a.creationTimestamp ?? '', b.creationTimestamp ?? ''];
  return left === right ? (a.name < b.name ? 1 : -1) : left < right ? 1 : -1;
}
