import { timestamp, withCondition } from '../kubernetes/conditions.js';
import type { ReleaseStatus } from './release.js';
import type { Condition } from './release-policy.js';

/**
 * The conditions that `kubectl wait` may wait for: `Completed` and `Aborted` turn True at the two ends, `Progressing` is
 * True until then. @param now milliseconds since the epoch
 */
export function releaseConditions(status: ReleaseStatus, generation: number | undefined, now: number): Condition[] {
  const reason = status.abortReason ?? status.phase;
  const text = status.message ?? '';
  const ended = status.phase === 'Completed' || status.phase === 'Aborted';
  const state = (is: boolean): Condition['status'] => (is ? 'True' : 'False');
  const make = (type: string, value: Condition['status']): Condition => ({
    type,
    status: value,
    reason,
    message: text,
    lastTransitionTime: timestamp(now),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  });
  const wanted = [make('Progressing', state(!ended)), make('Completed', state(status.phase === 'Completed')), make('Aborted', state(status.phase === 'Aborted'))];
  return wanted.reduce<readonly Condition[]>((all, condition) => withCondition(all, condition, timestamp(now)), status.conditions ?? []).slice();
}
