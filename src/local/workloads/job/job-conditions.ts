import { timestamp } from '../../../kubernetes/conditions.js';
import type { Job, JobCondition } from '../../../kubernetes/generated/batch-v1.js';

/** @param now milliseconds since the epoch */
export function jobCondition(type: string, status: 'True' | 'False', reason: string, message: string, now: number): JobCondition {
  const time = timestamp(now);
  return { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
}

/** The condition of that type, if it holds. */
export function holding(conditions: readonly JobCondition[] | undefined, type: string): JobCondition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** Complete or Failed: the end of a Job, after which nothing of it changes any more. */
export function finalCondition({ status }: Job): JobCondition | undefined {
  return holding(status?.conditions, 'Complete') ?? holding(status?.conditions, 'Failed');
}

/** The conditions with this one set. One that does not hold and never did is not added. */
export function withJobCondition(conditions: readonly JobCondition[], condition: JobCondition): JobCondition[] {
  const before = conditions.find(({ type }) => type === condition.type);
  if (before === undefined) return condition.status === 'True' ? [...conditions, condition] : [...conditions];
  const same = before.status === condition.status && before.reason === condition.reason && before.message === condition.message;
  return same ? [...conditions] : conditions.map((each) => (each === before ? condition : each));
}
