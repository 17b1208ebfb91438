import { appliedBeside, movedComponents } from '../components/goals.js';
import { componentProgress, outcomeOf } from '../components/progress.js';
import type { StepStatus } from '../status.js';
import type { PlannedStep } from '../workflow/planned-workflow.js';
import type { Command, StepContext, StepOutcome } from './step.js';

/** Moves the components of a step, and applies those that it applies beside them. */
export function moving(step: PlannedStep, record: StepStatus, context: StepContext, begins: boolean): StepOutcome {
  const { components } = context;
  const moved = movedComponents(step, context);
  // When the step began tells which releases are its own.
  const seen = { ...context, records: new Map([...context.records, [step.name, record]]) };
  const progressOf = (names: readonly string[]) => names.flatMap((name) => {
    const facts = components.get(name);
    return facts === undefined ? [] : [componentProgress(step, facts, seen)];
  });
  const outcome = outcomeOf(progressOf(moved), progressOf(appliedBeside(step, context)));
  const resumes = begins || record.reason === 'Resume' || record.reason === 'Suspend';
  const held = resumes && outcome.phase === 'running' ? moved.flatMap((name) => goOn(name, context)) : [];
  return held.length === 0 ? outcome : { ...outcome, reason: 'Resume', commands: [...held, ...(outcome.commands ?? [])] };
}

/** A release that was held while its step was suspended, or when its run was ended, goes on with the step. */
function goOn(component: string, { components }: StepContext): Command[] {
  const release = components.get(component)?.moving;
  return release?.spec.paused === true ? [{ release: release.metadata.name ?? '', spec: { paused: false } }] : [];
}
