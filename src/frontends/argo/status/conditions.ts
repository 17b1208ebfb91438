import type { Static } from 'typebox';
import { findCondition, timestamp, withoutCondition } from '../../../kubernetes/conditions.js';
import type { ArgoConditionSchema } from '../kinds/rollout-status.js';

/** A condition as Argo's kinds have it. */
export type ArgoCondition = Static<typeof ArgoConditionSchema>;

/** A condition to be set. */
export interface Stated {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** Something has moved: it is new although it says the same. */
  readonly anew?: boolean;
}

/**
 * Conditions with this one set. One that says the same for the same reason stays as it was, times and words; the time of its
 * last transition moves only with its status.
 * @param now milliseconds since the epoch
 */
export function withStated(all: readonly ArgoCondition[], { anew = false, ...stated }: Stated, now: number): ArgoCondition[] {
  const before = findCondition(all, stated.type);
  if (before?.status === stated.status && before.reason === stated.reason && !anew) return [...all];
  const time = timestamp(now);
  const next: ArgoCondition = { ...stated, lastUpdateTime: time, lastTransitionTime: before?.status === stated.status ? (before.lastTransitionTime ?? time) : time };
  return [...withoutCondition(all, stated.type), next];
}

/** The same with another text for the same reason. */
export function withMessage(all: readonly ArgoCondition[], stated: Stated, now: number): ArgoCondition[] {
  return withStated(all, { ...stated, anew: findCondition(all, stated.type)?.message !== stated.message }, now);
}
