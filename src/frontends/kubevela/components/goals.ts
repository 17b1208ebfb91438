import type { RolloutStep } from '../rollout-steps.js';
import type { StepStatus } from '../status.js';
import { timeOf } from '../workflow/durations.js';
import { hasBegun, isFinished } from '../workflow/phases.js';
import { leafSteps, type PlannedStep, type PlannedWorkflow } from '../workflow/planned-workflow.js';
import { earlierRevision } from './earlier-revision.js';
import { isReleased, type ComponentFacts, type ReleasedComponent } from './facts.js';
import type { Goal } from './releasing.js';
import { allAtOnce, ownBatches, rolloutsOf, wantedRevision } from './rollouts.js';

/** What tells where components are to get to. */
export interface GoalContext {
  readonly plan: PlannedWorkflow;
  readonly components: ReadonlyMap<string, ComponentFacts>;
  readonly records: ReadonlyMap<string, StepStatus>;
}

/** The components that a step moves itself. */
export const movedComponents = ({ name }: PlannedStep, { plan }: Pick<GoalContext, 'plan'>): readonly string[] => plan.moved.get(name) ?? [];

/** The components that a step applies beside those that it moves. */
export const appliedBeside = ({ type }: PlannedStep, { plan }: Pick<GoalContext, 'plan'>): readonly string[] =>
  type === 'canary-rollout' || type === 'canary-rollback' ? plan.unnamed : [];

/** The canary-rollout steps that move a component, in their order. */
export const rolloutStepsFor = ({ plan }: Pick<GoalContext, 'plan'>, component: string): RolloutStep[] => plan.rollouts.filter((step) => step.component === component);

/** Where a step leads a released component, whether it moves it or applies it beside others; undefined where it leads nowhere. */
export function goalOf(step: PlannedStep, facts: ReleasedComponent, context: GoalContext): Goal | undefined {
  const since = timeOf(context.records.get(step.name)?.firstExecuteTime) ?? Number.POSITIVE_INFINITY;
  const moves = movedComponents(step, context).includes(facts.component.name);
  if (moves && step.type === 'canary-rollout') return rolloutGoal(step, facts, context, since);
  if (moves && step.type === 'canary-rollback') return rollbackGoal(facts, since);
  return applyGoal(facts, since);
}

/** A release of all the steps of a component; one that was taken back since the first of them is not begun again by the next. */
function rolloutGoal(step: PlannedStep, facts: ReleasedComponent, context: GoalContext, since: number): Goal {
  const { records } = context;
  const steps = rolloutStepsFor(context, facts.component.name);
  const all = rolloutsOf(steps, facts);
  const whole = all.findIndex(({ pause }) => !pause);
  const number = steps.findIndex((each) => each.step === step.name);
  const begun = steps.flatMap((each) => (hasBegun(records.get(each.step)) ? (timeOf(records.get(each.step)?.firstExecuteTime) ?? []) : []));
  return { want: wantedRevision(facts), rollouts: whole < 0 ? all : all.slice(0, whole + 1), upTo: whole >= 0 && number >= whole ? undefined : number, anyPlan: false, since: Math.min(since, ...begun) };
}

/** Through all batches of the trait, or as far as it says. */
function applyGoal(facts: ReleasedComponent, since: number): Goal {
  const { batchPartition, batches } = facts.rendered.rollout;
  const upTo = batchPartition !== undefined && batchPartition < batches.length - 1 ? batchPartition : undefined;
  return { want: wantedRevision(facts), rollouts: ownBatches(facts), upTo, anyPlan: true, since };
}

function rollbackGoal(facts: ReleasedComponent, since: number): Goal | undefined {
  const want = earlierRevision(facts);
  return want === undefined ? undefined : { want, rollouts: allAtOnce(facts), upTo: undefined, anyPlan: true, since };
}

/** What a component is asked for, by the step of the run that asked last. */
export interface Wish {
  readonly step: PlannedStep;
  readonly record: StepStatus;
  /** Whether that step is not over. */
  readonly active: boolean;
  /** Absent for one that is not released, and for a rollback that leads nowhere. */
  readonly goal: Goal | undefined;
}

/** What a component is asked for; undefined while no step of the run has asked anything. */
export function wishOf(facts: ComponentFacts, context: GoalContext): Wish | undefined {
  const { plan, records } = context;
  const { name } = facts.component;
  const leftToRollouts = isReleased(facts) && rolloutStepsFor(context, name).length > 0;
  const step = leafSteps(plan.steps).findLast((each) => {
    if (!hasBegun(records.get(each.name)) || (each.type === 'apply-component' && leftToRollouts)) return false;
    return movedComponents(each, context).includes(name) || appliedBeside(each, context).includes(name);
  });
  const record = step && records.get(step.name);
  if (step === undefined || record === undefined) return undefined;
  return { step, record, active: !isFinished(record), goal: isReleased(facts) ? goalOf(step, facts, context) : undefined };
}
