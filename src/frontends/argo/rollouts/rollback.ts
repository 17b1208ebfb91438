import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { hasEnded, type Release } from '../../../model/release.js';
import type { Rollout } from '../kinds/rollout.js';
import { createdAt, EXPERIMENT_NAME, hashOfReplicaSet, SCALE_DOWN_DEADLINE, sizeOf } from './labels.js';

/** Why a version needs no steps: it was stable not long ago, or its Pods are still there. */
export type FastWay = 'RollbackWindow' | 'ScaleDownDelay';

/**
 * Whether going to a version takes neither steps nor pauses nor analyses.
 * @param replicaSets of the Rollout @param stable the one that users rely on @param wanted the one that they are to
 * @param releases of the Rollout's policy, oldest first: a version that was taken back last has to pass again
 */
export function fastWayBack(rollout: Rollout, replicaSets: readonly ReplicaSet[], stable: ReplicaSet | undefined, wanted: ReplicaSet | undefined, releases: readonly Release[] = []): FastWay | undefined {
  if (!stable || !wanted || hashOfReplicaSet(stable) === hashOfReplicaSet(wanted) || wasTakenBack(wanted, releases)) return undefined;
  if (isInWindow(rollout, replicaSets, stable, wanted)) return 'RollbackWindow';
  const waits = wanted.metadata.annotations?.[SCALE_DOWN_DEADLINE] !== undefined && sizeOf(wanted) > 0;
  return rollout.spec.strategy?.blueGreen && waits && rollout.status?.abort !== true ? 'ScaleDownDelay' : undefined;
}

function wasTakenBack({ metadata: { name } }: ReplicaSet, releases: readonly Release[]): boolean {
  const ended = releases.filter(({ spec, status }) => spec.canary.replicaSet === name && status !== undefined && hasEnded(status.phase));
  return ended.at(-1)?.status?.phase === 'Aborted';
}

/** Whether a version is older than stable, with fewer between them than the window says. Versions are told by when their ReplicaSets were made. */
export function isInWindow({ spec }: Rollout, replicaSets: readonly ReplicaSet[], stable: ReplicaSet, wanted: ReplicaSet): boolean {
  const revisions = spec.rollbackWindow?.revisions ?? 0;
  const [from, to] = [createdAt(wanted), createdAt(stable)];
  if (revisions <= 0 || from >= to) return false;
  const between = replicaSets.filter((each) => each.metadata.annotations?.[EXPERIMENT_NAME] === undefined && createdAt(each) > from && createdAt(each) < to);
  return between.length < revisions;
}
