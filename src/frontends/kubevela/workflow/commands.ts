import { timestamp } from '../../../kubernetes/conditions.js';
import type { StepStatus, WorkflowStatus, WorkflowStepStatus } from '../status.js';
import { isFinished, leavesOf, wasTerminated } from './phases.js';
import type { PlannedWorkflow } from './planned-workflow.js';

/** What a person told a run, as it was taken up. */
export type Told = 'suspend' | 'resume' | 'terminate' | undefined;

/**
 * Takes up what people wrote into the record of a run: `suspend` and `terminated` are commands there, whether somebody changed
 * only them or, as KubeVela's own tool does, the phases of the steps as well. A run that is over takes no commands.
 */
export function takeUp(workflow: WorkflowStatus, plan: PlannedWorkflow, now: number): { readonly workflow: WorkflowStatus; readonly told: Told } {
  if (workflow.finished === true) return { workflow, told: undefined };
  const steps = workflow.steps ?? [];
  // The tool of KubeVela has marked the steps already.
  if (workflow.terminated === true && !wasTerminated(steps)) {
    return { workflow: { ...workflow, suspend: false, steps: terminated(steps, plan, now) }, told: 'terminate' };
  }
  const leaves = leavesOf(steps);
  const suspended = leaves.filter(({ phase }) => phase === 'suspending');
  if (workflow.suspend === true && suspended.length === 0) return { workflow: { ...workflow, steps: suspendedByHand(steps) }, told: 'suspend' };
  if (workflow.suspend === true || suspended.length === 0) return { workflow: { ...workflow, steps: named(steps) }, told: undefined };
  // A newer tool marks the steps that go on, perhaps one of several; an older one only says that the run does.
  const isMarked = leaves.some(({ type, phase }) => type === 'suspend' && phase === 'running');
  return { workflow: { ...workflow, steps: isMarked ? named(steps) : changed(steps, (step) => (step.phase === 'suspending' ? { ...step, phase: 'running' } : step)) }, told: 'resume' };
}

const changed = (steps: readonly WorkflowStepStatus[], change: (step: StepStatus) => StepStatus): WorkflowStepStatus[] =>
  steps.map((step) => {
    const { subSteps, ...own } = step;
    return { ...change(own), ...(subSteps === undefined ? {} : { subSteps: subSteps.map(change) }) };
  });

/** Whether a step does something now, or will try again. */
const isAtWork = (step: StepStatus): boolean => step.phase === 'running' || (step.phase === 'failed' && !isFinished(step));

/** A step that somebody suspended says so, so that what is held for it goes on with it. */
const named = (steps: readonly WorkflowStepStatus[]): WorkflowStepStatus[] =>
  changed(steps, (step) => (step.phase === 'suspending' && step.type !== 'suspend' && step.type !== 'step-group' ? { ...step, reason: 'Suspend' } : step));

const suspendedByHand = (steps: readonly WorkflowStepStatus[]): WorkflowStepStatus[] =>
  changed(steps, (step) => (step.type !== 'step-group' && isAtWork(step) ? { ...step, phase: 'suspending', reason: 'Suspend', message: 'Somebody suspended it.' } : step));

/** Steps that are at work or suspended end as failed; where none is, the next one does. */
function terminated(steps: readonly WorkflowStepStatus[], plan: PlannedWorkflow, now: number): WorkflowStepStatus[] {
  const time = timestamp(now);
  const end = <T extends StepStatus>(step: T): T => ({ ...step, phase: 'failed', reason: 'Terminate', message: 'Somebody ended the run.', lastExecuteTime: time });
  const ended = changed(steps, (step) => (isAtWork(step) || step.phase === 'suspending' ? end(step) : step));
  if (wasTerminated(ended)) return ended;
  const next = plan.steps.find(({ name }) => !isFinished(ended.find((step) => step.name === name)));
  if (next === undefined) return ended;
  const found = ended.find(({ name }) => name === next.name);
  if (found !== undefined) return ended.map((step) => (step === found ? end(step) : step));
  return [...ended, end({ id: next.name, name: next.name, type: next.type, firstExecuteTime: time })];
}
