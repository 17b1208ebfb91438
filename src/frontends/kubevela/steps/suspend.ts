import { formatDuration } from '../../../model/duration.js';
import { durationOf, timeOf } from '../workflow/durations.js';
import type { StepHandler } from './step.js';

/** Waits until somebody goes on, or for its duration. One that stands at `running` was told to go on. */
export const suspend: StepHandler = ({ properties }, record, { now }, begins) => {
  if (!begins && record.phase === 'running') return { phase: 'succeeded', message: 'Somebody went on.' };
  const duration = durationOf(properties['duration']);
  const until = duration === undefined ? undefined : (timeOf(record.firstExecuteTime) ?? now) + duration;
  if (until !== undefined && now >= until) return { phase: 'succeeded', message: `Went on by itself after ${formatDuration(duration ?? 0)}.` };
  const message = properties['message'];
  return {
    phase: 'suspending',
    reason: 'Suspend',
    message: typeof message === 'string' && message !== '' ? message : until === undefined ? 'Waits until somebody goes on.' : `Goes on by itself after ${formatDuration(duration ?? 0)}.`,
    lookAgainAt: until,
  };
};
