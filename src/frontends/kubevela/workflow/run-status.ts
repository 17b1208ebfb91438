import { timestamp } from '../../../kubernetes/conditions.js';
import { message, type Message } from '../../../model/messages.js';
import type { Application } from '../application.js';
import type { RunPhase, StepStatus, WorkflowStatus } from '../status.js';
import type { Told } from './commands.js';
import type { MachinePass } from './machine.js';
import { leavesOf, wasTerminated } from './phases.js';
import type { PresentRun } from './run.js';

/** The record of a run after a pass over its steps. */
export function runStatus(workflow: WorkflowStatus, { steps, finished }: Pick<MachinePass, 'steps' | 'finished'>, now: number): WorkflowStatus {
  if (workflow.finished === true) return workflow.suspend === true ? { ...workflow, suspend: false } : workflow;
  const { message: _message, endTime: _endTime, ...rest } = workflow;
  const leaves = leavesOf(steps);
  const suspended = leaves.filter(({ phase }) => phase === 'suspending');
  const status = phaseOf([...steps, ...leaves], finished);
  const text = sentence(status, leaves);
  return {
    ...rest,
    status,
    ...(text === '' ? {} : { message: text }),
    suspend: !finished && suspended.length > 0,
    terminated: finished ? status !== 'succeeded' : workflow.terminated === true,
    finished,
    ...(finished ? { endTime: timestamp(now) } : {}),
    steps: [...steps],
  };
}

function phaseOf(steps: readonly StepStatus[], finished: boolean): RunPhase {
  const has = (phase: StepStatus['phase']): boolean => steps.some((each) => each.phase === phase && each.type !== 'step-group');
  if (finished) return wasTerminated(steps) ? 'terminated' : steps.some(({ phase }) => phase === 'failed') ? 'failed' : 'succeeded';
  return has('suspending') && !has('running') && !steps.some(({ phase, reason }) => phase === 'failed' && reason === 'Execute') ? 'suspending' : 'executing';
}

/** What a run does or waits for, or why it ended. */
function sentence(status: RunPhase, leaves: readonly StepStatus[]): string {
  const said = (phase: StepStatus['phase']): string => leaves.flatMap((step) => (step.phase === phase ? [`${step.name ?? ''}: ${step.message ?? step.reason ?? ''}`] : [])).join(' ');
  switch (status) {
    case 'suspending':
      return said('suspending');
    case 'terminated':
      return 'Somebody ended the run; everything stays as it is.';
    case 'failed':
      return said('failed');
    case 'executing':
      return said('running');
    case 'succeeded':
    case 'initializing':
    case 'skipped':
      return '';
  }
}

/** What happened to a run in a pass. @param before as it was taken up */
export function runEvents({ metadata: { name } }: Application, run: PresentRun, told: Told, before: WorkflowStatus, after: WorkflowStatus): Message[] {
  const events: Message[] = [];
  if (run.ended) events.push(message('WorkflowSuperseded', { run: run.ended.appRevision ?? '' }));
  if (run.begins) events.push(message('WorkflowStarted', { run: after.appRevision ?? '' }));
  const wasSuspended = run.workflow.suspend === true && told !== 'suspend' && !run.begins;
  if (told === 'resume' || (wasSuspended && after.suspend === false && after.status === 'executing')) events.push(message('WorkflowResumed'));
  if (after.suspend === true && (!wasSuspended || told === 'resume')) {
    const steps = leavesOf(after.steps ?? []).flatMap((step) => (step.phase === 'suspending' ? [step.name ?? ''] : []));
    events.push(message('WorkflowSuspended', { steps: steps.join(', '), app: name }));
  }
  if (after.finished !== true || before.finished === true) return events;
  if (after.status === 'succeeded') events.push(message('WorkflowSucceeded'));
  else events.push(after.status === 'terminated' ? message('WorkflowTerminated') : message('WorkflowFailed', { why: after.message ?? '' }));
  return events;
}
