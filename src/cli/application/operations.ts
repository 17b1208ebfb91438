import type { Application } from '../../frontends/kubevela/application.js';
import type { StepStatus, WorkflowStatus, WorkflowStepStatus } from '../../frontends/kubevela/status.js';
import { withoutFrom } from './restarted-steps.js';

export type ApplicationVerb = 'resume' | 'suspend' | 'terminate' | 'restart';

/** What a command comes to: the workflow's status to write (null begins the run anew), or nothing where it is so already, or why it cannot be. */
export type ApplicationOperation =
  | { readonly outcome: 'write'; readonly workflow: WorkflowStatus | null; readonly done: string; readonly next: string }
  | { readonly outcome: 'nothing'; readonly done: string; readonly next: string }
  | { readonly outcome: 'refused'; readonly why: string };

/**
 * From an Application and a verb to the status that carries it out: what `vela workflow` writes, and under the conditions
 * that it knows. Pure. @param step resume, restart: this step alone; suspended, or failed
 */
export function planOperation(verb: ApplicationVerb, app: Application, { step }: { readonly step?: string | undefined } = {}): ApplicationOperation {
  const { name } = app.metadata;
  const workflow = app.status?.workflow;
  if (workflow === undefined) return { outcome: 'refused', why: `no run of Application ${name} has begun, so there is nothing to ${verb}. See: serin app status ${name}.` };
  switch (verb) {
    case 'resume':
      return resume(name, workflow, step);
    case 'suspend':
      return suspend(name, workflow);
    case 'terminate':
      return terminate(name, workflow);
    case 'restart':
      return restart(app, workflow, step);
  }
}

function resume(name: string, workflow: WorkflowStatus, step: string | undefined): ApplicationOperation {
  if (workflow.terminated) return { outcome: 'refused', why: `the run of Application ${name} ${endOf(workflow) ?? ''} and cannot be resumed. Begin it anew with: serin app restart ${name}.` };
  const suspended = leaves(workflow.steps).filter(({ phase }) => phase === 'suspending');
  if (!workflow.suspend) return { outcome: 'nothing', done: `Application ${name} is not suspended.`, next: follow(name) };
  if (step === undefined) {
    return { outcome: 'write', workflow: { ...workflow, suspend: false, ...changed(workflow, ({ phase }) => phase === 'suspending', () => ({ phase: 'running' })) }, done: `Application ${name} goes on.`, next: follow(name) };
  }
  const meant = new Set(leaves((workflow.steps ?? []).filter((each) => each.name === step)).concat(suspended.filter((each) => each.name === step)).filter(({ phase }) => phase === 'suspending').map((each) => each.name));
  if (meant.size === 0) return { outcome: 'refused', why: `step ${step} of Application ${name} is not suspended${suspended.length === 0 ? '' : `; suspended ${suspended.length === 1 ? 'is' : 'are'} ${namesOf(suspended)}`}.` };
  const others = suspended.filter((each) => !meant.has(each.name));
  return {
    outcome: 'write',
    workflow: { ...workflow, suspend: others.length > 0, ...changed(workflow, (each) => each.phase === 'suspending' && meant.has(each.name), () => ({ phase: 'running' })) },
    done: `Step ${step} of Application ${name} goes on.`,
    next: others.length === 0 ? follow(name) : `Still suspended: ${namesOf(others)}. ${follow(name)}`,
  };
}

function suspend(name: string, workflow: WorkflowStatus): ApplicationOperation {
  const ended = endOf(workflow);
  if (ended !== undefined) return { outcome: 'refused', why: `the run of Application ${name} ${ended}; there is nothing to suspend.` };
  const all = leaves(workflow.steps);
  const waits = all.some(({ phase }) => phase === 'suspending');
  if (workflow.suspend && !all.some(({ phase }) => phase === 'running')) return { outcome: 'nothing', done: `Application ${name} is suspended already.`, next: `It goes on with: serin app resume ${name}.` };
  return {
    outcome: 'write',
    // Where none waits yet the controller marks all that have not ended, those included that have yet to begin.
    workflow: { ...workflow, suspend: true, ...(waits ? changed(workflow, ({ phase }) => phase === 'running', () => ({ phase: 'suspending' })) : {}) },
    done: `Application ${name} is suspended.`,
    next: `Pods and shares stay as they are. It goes on with: serin app resume ${name}.`,
  };
}

function terminate(name: string, workflow: WorkflowStatus): ApplicationOperation {
  const ended = endOf(workflow);
  if (ended === 'was terminated') return { outcome: 'nothing', done: `The run of Application ${name} was terminated already.`, next: `Begin it anew with: serin app restart ${name}.` };
  if (ended !== undefined) return { outcome: 'refused', why: `the run of Application ${name} ${ended}; there is nothing to terminate.` };
  return {
    outcome: 'write',
    workflow: { ...workflow, terminated: true, suspend: false, ...changed(workflow, ({ phase }) => phase === 'running' || phase === 'suspending', () => ({ phase: 'failed', reason: 'Terminate', message: 'Somebody ended the run.' })) },
    done: `The run of Application ${name} is terminated.`,
    next: `Pods and shares stay as they are now. Go back with: serin app rollback ${name}; begin anew with: serin app restart ${name}.`,
  };
}

function restart(app: Application, workflow: WorkflowStatus, step: string | undefined): ApplicationOperation {
  const { name } = app.metadata;
  if (step === undefined) return { outcome: 'write', workflow: null, done: `The run of Application ${name} begins anew.`, next: follow(name) };
  const steps = withoutFrom(app, workflow.steps ?? [], step);
  if ('why' in steps) return { outcome: 'refused', why: steps.why };
  return {
    outcome: 'write',
    workflow: { ...workflow, terminated: false, suspend: false, finished: false, endTime: null, steps: [...steps.kept] },
    done: `The run of Application ${name} begins anew at step ${step}.`,
    next: follow(name),
  };
}

/** How a run has ended; undefined while it goes on. A run that failed counts as terminated, too. */
export function endOf({ terminated, finished, status }: WorkflowStatus): string | undefined {
  if (finished && status !== 'terminated') return `has ended (${status ?? 'finished'})`;
  return terminated || finished ? 'was terminated' : undefined;
}

/** Steps that do something: groups are replaced by their sub-steps. */
export const leaves = (steps: readonly WorkflowStepStatus[] = []): readonly StepStatus[] => steps.flatMap((step) => (step.subSteps === undefined || step.subSteps.length === 0 ? [step] : step.subSteps));

/** The steps with something changed in those that are meant, groups and sub-steps alike. */
function changed({ steps }: WorkflowStatus, meant: (step: StepStatus) => boolean, change: (step: StepStatus) => Partial<StepStatus>): Pick<WorkflowStatus, 'steps'> {
  if (steps === undefined) return {};
  const one = <T extends StepStatus>(step: T): T => (meant(step) ? { ...step, ...change(step) } : step);
  return { steps: steps.map((step) => (step.subSteps === undefined ? one(step) : { ...one(step), subSteps: step.subSteps.map(one) })) };
}

const namesOf = (steps: readonly StepStatus[]): string => steps.map(({ name, id }) => name ?? id).join(', ');
const follow = (name: string): string => `Follow it with: serin app status ${name}.`;
