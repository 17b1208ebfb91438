import type { StepStatus, WorkflowStepStatus } from '../status.js';

/** Whether a step moves no more. One that failed may still be tried again, as its reason says. */
export function isFinished(step: Pick<StepStatus, 'phase' | 'reason'> | undefined): boolean {
  switch (step?.phase) {
    case 'succeeded':
    case 'skipped':
    case 'stopped':
      return true;
    case 'failed':
      return step.reason !== undefined && step.reason !== '' && step.reason !== 'Execute';
    case undefined:
    case 'pending':
    case 'running':
    case 'suspending':
      return false;
  }
}

/** Whether a step has begun: it may have changed something. */
export function hasBegun(step: Pick<StepStatus, 'phase' | 'firstExecuteTime'> | undefined): boolean {
  return step !== undefined && step.phase !== 'pending' && step.phase !== 'skipped' && typeof step.firstExecuteTime === 'string';
}

/** Whether steps that come after one are left out unless they say otherwise. */
export const speaksAgainst = (step: Pick<StepStatus, 'phase'> | undefined): boolean => step?.phase !== 'succeeded' && step?.phase !== 'skipped';

/** The steps that do something: of a group its sub-steps. */
export const leavesOf = (steps: readonly WorkflowStepStatus[]): StepStatus[] =>
  steps.flatMap((step): StepStatus[] => (step.subSteps === undefined && step.type !== 'step-group' ? [step] : (step.subSteps ?? [])));

/** All steps by name, groups and sub-steps alike. */
export const stepsByName = (steps: readonly WorkflowStepStatus[]): Map<string, StepStatus> =>
  new Map(steps.flatMap((step) => [step, ...(step.subSteps ?? [])]).map((step) => [step.name ?? '', step]));

/** Whether a person ended the run. */
export const wasTerminated = (steps: readonly WorkflowStepStatus[]): boolean => [...stepsByName(steps).values()].some(({ reason }) => reason === 'Terminate');
