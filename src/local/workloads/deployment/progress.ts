import type { DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { hasProgressDeadline, keepTransition, newCondition, withCondition, withoutCondition } from './conditions.js';
import { newAndOld } from './new-replica-set.js';
import type { DeploymentPass } from './pass.js';
import { isComplete, statusOf } from './status.js';

/** Writes counts, Available, Progressing and ReplicaFailure; when nothing changes, looks again when the deadline ends. */
export function writeRolloutStatus(pass: DeploymentPass): void {
  const { deployment, replicaSets } = pass;
  const { current, old } = newAndOld(deployment, replicaSets);
  const counted = statusOf(pass);
  const progressed = withProgress(pass, counted, current);
  const failure = replicaFailure(current ? [current, ...old] : old);
  const conditions = failure ? withCondition(progressed, failure) : withoutCondition(progressed, 'ReplicaFailure');
  const former = pass.condition('Progressing');
  if (!pass.writeStatus({ ...counted, conditions })) {
    if (former && !isComplete(deployment, counted)) pass.lookAgainAfter = untilDeadline(pass, former);
  }
}

function withProgress(pass: DeploymentPass, status: DeploymentStatus, current: ReplicaSet | undefined): DeploymentCondition[] {
  const { deployment, now } = pass;
  const conditions = status.conditions ?? [];
  if (!hasProgressDeadline(deployment)) return withoutCondition(conditions, 'Progressing');
  const former = pass.condition('Progressing');
  const atRest = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && former?.reason === 'NewReplicaSetAvailable';
  if (atRest) return conditions;
  const subject = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    return withCondition(conditions, newCondition('Progressing', 'True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`, now));
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const fresh = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    // Even with the same reason the time of the update moves: the deadline counts from here.
    return [...withoutCondition(conditions, 'Progressing'), former?.status === 'True' ? keepTransition(fresh, former) : fresh];
  }
  if (former && isLate(pass, former)) {
    return withCondition(conditions, newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`, now));
  }
  return conditions;
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const grew = (count: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'): boolean => (after[count] ?? 0) > (before[count] ?? 0);
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return grew('updatedReplicas') || old(after) < old(before) || grew('readyReplicas') || grew('availableReplicas');
}

function isLate(pass: DeploymentPass, former: DeploymentCondition): boolean {
  if (former.reason === 'NewReplicaSetAvailable') return false;
  return former.reason === 'ProgressDeadlineExceeded' || deadlineOf(pass, former) < pass.now;
}

function deadlineOf(pass: DeploymentPass, former: DeploymentCondition): number {
  return Date.parse(former.lastUpdateTime ?? '') + (pass.deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

/** Milliseconds until the deadline and a second, so that it is surely past then. */
function untilDeadline(pass: DeploymentPass, former: DeploymentCondition): number | undefined {
  if (!hasProgressDeadline(pass.deployment) || former.reason === 'ProgressDeadlineExceeded') return undefined;
  const left = deadlineOf(pass, former) - pass.now;
  return Number.isNaN(left) ? undefined : Math.max(0, left) + 1000;
}

/** The first failure that a ReplicaSet reports, the new one's before the others'. */
function replicaFailure(replicaSets: readonly ReplicaSet[]): DeploymentCondition | undefined {
  const [found] = replicaSets.flatMap(({ status }) => status?.conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? []);
  return found && (found.lastTransitionTime === undefined ? { ...found } : { ...found, lastUpdateTime: found.lastTransitionTime });
}
