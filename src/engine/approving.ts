import type { ApproveStep } from './analysis-steps.js';
import type { ApprovalObservation } from './observation.js';

/** What people said to one step. */
export interface Consent {
  /** Who approved and may, each once. */
  readonly given: readonly string[];
  /** The first refusal by someone who may approve. */
  readonly refusal: ApprovalObservation | undefined;
}

/**
 * What counts of what people said: only words to this very step, from those who may; each person once.
 * @param index of the step, from 0
 */
export function approvalOf(approvals: readonly ApprovalObservation[], step: ApproveStep, index: number): Consent {
  const counting = approvals.filter((approval) => approval.step === index && mayApprove(approval, step));
  return {
    given: [...new Set(counting.filter(({ approved }) => approved).map(({ user }) => user))],
    refusal: counting.find(({ approved }) => !approved),
  };
}

function mayApprove({ user, groups }: ApprovalObservation, step: ApproveStep): boolean {
  if (step.users.length === 0 && step.groups.length === 0) return true;
  return step.users.includes(user) || step.groups.some((group) => groups.includes(group));
}
