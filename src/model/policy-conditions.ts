import { timestamp, withCondition, withoutCondition } from '../kubernetes/conditions.js';
import type { Condition, PolicyStatus } from './release-policy.js';

/** Whether a policy is on its way to what it asks for, gets nowhere until somebody changes something, or neither. */
export type Standing = 'moving' | 'stuck' | 'rests';

/**
 * The conditions of a policy: `Ready`, and `Reconciling` or `Stalled`, which are there only while they are true, as kstatus
 * reads them. @param now milliseconds since the epoch
 */
export function policyConditions(status: PolicyStatus, standing: Standing, now: number): Condition[] {
  const time = timestamp(now);
  const { phase = 'Adopting', message = '' } = status;
  const make = (type: string, value: Condition['status']): Condition => ({ type, status: value, reason: phase, message, lastTransitionTime: time });
  const ready = make('Ready', phase === 'Refused' ? 'False' : phase === 'Adopting' ? 'Unknown' : 'True');
  const withReady = withCondition(status.conditions, ready, time);
  return ([['Reconciling', 'moving'], ['Stalled', 'stuck']] as const).reduce<Condition[]>(
    (all, [type, when]) => (standing === when ? [...withCondition(all, make(type, 'True'), time)] : withoutCondition(all, type)),
    [...withReady],
  );
}
