import { timestamp } from '../../../kubernetes/conditions.js';
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../../kubernetes/generated/apps-v1.js';

/** The conditions of a Deployment. */
export type ConditionType = 'Available' | 'Progressing' | 'ReplicaFailure';

const NO_LIMIT = 0x7fffffff;

/** Whether lack of progress is to be noticed at all. */
export function hasProgressDeadline(deployment: Deployment): boolean {
  const { progressDeadlineSeconds } = deployment.spec;
  return progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== NO_LIMIT;
}

/** The condition of that type, whatever its status. */
export function conditionOf(status: DeploymentStatus | undefined, type: ConditionType): DeploymentCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** A condition that changed just now. */
export function newCondition(type: ConditionType, status: 'True' | 'False' | 'Unknown', reason: string, message: string, now: number): DeploymentCondition {
  return { type, status, lastUpdateTime: timestamp(now), lastTransitionTime: timestamp(now), reason, message };
}

export function withoutCondition(conditions: readonly DeploymentCondition[], type: ConditionType): DeploymentCondition[] {
  return conditions.filter((condition) => condition.type !== type);
}

/**
 * Puts `condition` last in place of the one of its type. Same status and reason: nothing changes, not even the message;
 * same status: the time of the transition stays.
 */
export function withCondition(conditions: readonly DeploymentCondition[], condition: DeploymentCondition): DeploymentCondition[] {
  const former = conditions.find(({ type }) => type === condition.type);
  if (former?.status === condition.status && former.reason === condition.reason) return [...conditions];
  const others = conditions.filter(({ type }) => type !== condition.type);
  return [...others, former?.status === condition.status ? keepTransition(condition, former) : condition];
}

/** As `condition`, with the time of transition of `former`. */
export function keepTransition(condition: DeploymentCondition, former: DeploymentCondition): DeploymentCondition {
  return former.lastTransitionTime === undefined ? condition : { ...condition, lastTransitionTime: former.lastTransitionTime };
}
