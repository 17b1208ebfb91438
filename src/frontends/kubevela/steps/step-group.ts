import type { StepReason, StepStatus } from '../status.js';

/** What a group has come to, from its sub-steps. @param expected how many there are, begun or not */
export function groupOutcome(subSteps: readonly StepStatus[], expected: number): { readonly phase: NonNullable<StepStatus['phase']>; readonly reason?: StepReason } {
  const has = (phase: StepStatus['phase']): boolean => subSteps.some((each) => each.phase === phase);
  const retried = subSteps.some(({ phase, reason }) => phase === 'failed' && reason === 'Execute');
  if (has('running') || retried) return { phase: 'running', reason: 'Wait' };
  if (has('suspending')) return { phase: 'suspending', reason: 'Suspend' };
  if (subSteps.length < expected) return { phase: 'running', reason: 'Wait' };
  if (has('pending')) return { phase: 'pending', reason: 'Wait' };
  if (has('failed')) return { phase: 'failed', reason: worst.find((reason) => subSteps.some((each) => each.reason === reason)) ?? 'Action' };
  return subSteps.length > 0 && subSteps.every(({ phase }) => phase === 'skipped') ? { phase: 'skipped', reason: 'Skip' } : { phase: 'succeeded' };
}

const worst = ['FailedAfterRetries', 'Timeout', 'Action', 'Terminate'] as const;
