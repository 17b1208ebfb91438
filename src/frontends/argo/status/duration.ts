import { timestamp } from '../../../kubernetes/conditions.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import { createdAt } from '../rollouts/labels.js';
import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';

type Duration = NonNullable<RolloutStatus['duration']>;

/** How long an update has taken, how much of it was waiting for people, and how it ended. @param next the status but for this */
export function durationOf(facts: Facts, { update, aborted }: Course, next: RolloutStatus): Duration {
  const { found, done, now } = facts;
  const { startedAt } = update;
  const before: Duration = startedAt !== '' && found.duration?.rolloutStartedAt !== startedAt ? { rolloutStartedAt: startedAt } : (found.duration ?? {});
  // Back to stable within the same update: what was known of its end holds no longer.
  const { finishedAt, completionStatus, ...begun } = before;
  if ((done || aborted) && finishedAt !== undefined && !update.isNew) return before;
  const counted = withPause(begun, !done && !aborted && waitsForPeople(facts, next), now);
  if (aborted) return { ...counted, finishedAt: timestamp(now), completionStatus: 'Aborted' };
  return done ? { ...counted, finishedAt: timestamp(now), completionStatus: endOf(facts, completionStatus) } : counted;
}

function withPause(duration: Duration, waits: boolean, now: number): Duration {
  const { manualPauseStartedAt: since, ...rest } = duration;
  if (waits) return since === undefined ? { ...duration, manualPauseStartedAt: timestamp(now) } : duration;
  if (since === undefined) return duration;
  return { ...rest, totalManualPauseDurationSeconds: (rest.totalManualPauseDurationSeconds ?? 0) + Math.max(0, Math.round((now - Date.parse(since)) / 1000)) };
}

/** Whether only a person can end a pause. */
function waitsForPeople({ rollout, steps }: Facts, { pauseConditions = [], currentStepIndex = 0 }: RolloutStatus): boolean {
  if (rollout.spec.paused === true) return true;
  return pauseConditions.some(({ reason }) => {
    if (reason === 'CanaryPauseStep') return steps[currentStepIndex]?.pause?.duration === undefined;
    return reason !== 'BlueGreenPause' || rollout.spec.strategy?.blueGreen?.autoPromotionEnabled === false;
  });
}

/** How an update ended well: for a version that was stable before, as a way back. */
function endOf({ last, newest, observed, found, wanted, steps }: Facts, known: Duration['completionStatus']): NonNullable<Duration['completionStatus']> {
  if (known !== undefined) return known;
  const brought = last?.status?.phase === 'Completed' && last.spec.canary.replicaSet === wanted.replicaSet.metadata.name ? last : undefined;
  if (!brought) return (found.stableRS ?? '') === '' ? 'Promoted' : 'FastRolledBack';
  const before = observed.replicaSets.find(({ metadata }) => metadata.name === brought.spec.stable.replicaSet);
  const back = newest !== undefined && before !== undefined && createdAt(newest) < createdAt(before);
  const fast = found.promoteFull === true || (steps.length > 0 && brought.spec.plan.steps.length === 1);
  if (back) return fast ? 'FastRolledBack' : 'RolledBack';
  return fast ? 'FastPromoted' : 'Promoted';
}
