import type { StepStatus } from '../status.js';
import { timeOf } from '../workflow/durations.js';
import { MOST_ATTEMPTS, waitAfter } from '../workflow/retrying.js';
import type { Call, StepContext, StepOutcome } from './step.js';

/** Names one attempt of one step of one run: who is called tells repetitions by it. */
export const callKey = ({ id }: Pick<StepStatus, 'id'>, attempt: number): string => `${id}-${attempt}`;

/** Sends a call and waits for its answer; one that was refused is made again, up to ten times, at growing intervals. */
export function calling(record: StepStatus, { answers, now }: StepContext, type: Call['type'], properties: unknown): StepOutcome {
  const attempt = record.attempts ?? 1;
  const key = callKey(record, attempt);
  const answer = answers.get(key);
  const waits: StepOutcome = { phase: 'running', reason: 'Wait', message: 'Waits for the answer.', attempts: attempt, calls: [{ key, type, properties }] };
  if (answer === undefined) return waits;
  if (answer.succeeded) return { phase: 'succeeded', message: answer.message, attempts: attempt };
  if (attempt >= MOST_ATTEMPTS) return { phase: 'failed', reason: 'FailedAfterRetries', message: answer.message, attempts: attempt };
  // The phase turned to failed when the answer was seen first; the wait counts from then.
  const failedAt = record.phase === 'failed' ? (timeOf(record.lastExecuteTime) ?? now) : now;
  const again = failedAt + waitAfter(attempt);
  if (now < again) return { phase: 'failed', reason: 'Execute', message: answer.message, attempts: attempt, lookAgainAt: again };
  return { ...waits, attempts: attempt + 1, calls: [{ key: callKey(record, attempt + 1), type, properties }] };
}
