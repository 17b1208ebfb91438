import type { StepOutcome } from '../steps/step.js';
import type { PlannedStep } from '../workflow/planned-workflow.js';
import { isReleased, type ComponentFacts } from './facts.js';
import { goalOf, type GoalContext } from './goals.js';
import { readinessOf } from './readiness.js';
import { progressBackTo, progressTo, type Progress } from './releasing.js';

/** How far a component is with what a step asks of it. */
export function componentProgress(step: PlannedStep, facts: ComponentFacts, context: GoalContext): Progress {
  const { component: { name }, revision } = facts;
  if (!isReleased(facts)) {
    const { ready, message } = readinessOf(facts.deployments.get(name), { revision: revision.name });
    return { state: ready ? 'reached' : 'waits', message: `${name}: ${message}`, commands: [] };
  }
  const goal = goalOf(step, facts, context);
  if (goal === undefined) return { state: 'failed', message: `There is no earlier revision of ${name} to go back to.`, commands: [] };
  return step.type === 'canary-rollback' ? progressBackTo(facts, goal) : progressTo(facts, goal);
}

/** The outcome of a step that moves components: over when all have got there, failed as soon as one has. @param beside of those that it applies as well */
export function outcomeOf(moved: readonly Progress[], beside: readonly Progress[]): StepOutcome {
  const all = [...moved, ...beside];
  const commands = all.flatMap((each) => each.commands);
  const said = (state: Progress['state']): string => all.flatMap((each) => (each.state === state ? [each.message] : [])).join(' ');
  if (all.some(({ state }) => state === 'failed')) return { phase: 'failed', reason: 'Action', message: said('failed'), commands };
  if (all.some(({ state }) => state === 'waits')) return { phase: 'running', reason: 'Wait', message: said('waits'), commands };
  return { phase: 'succeeded', message: moved.map(({ message }) => message).join(' '), commands };
}
