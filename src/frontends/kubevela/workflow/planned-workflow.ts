import type { Application, WorkflowStep } from '../application.js';
import { stepSchemas } from '../properties/steps.js';
import { rolloutComponents, rolloutStepsOf, type RolloutStep } from '../rollout-steps.js';

/** How steps follow each other: one after the other, or as soon as those are over that they depend on. */
export type WorkflowMode = 'StepByStep' | 'DAG';

/** One step as it is to be done, with its defaults in place. */
export interface PlannedStep {
  readonly name: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly if: string | undefined;
  readonly timeout: string | undefined;
  readonly dependsOn: readonly string[];
  /** Of a group; empty otherwise. */
  readonly subSteps: readonly PlannedStep[];
  /** How the sub-steps of a group follow each other. */
  readonly subMode: WorkflowMode;
}

/** All steps of an Application's workflow. */
export interface PlannedWorkflow {
  readonly mode: WorkflowMode;
  readonly subMode: WorkflowMode;
  readonly steps: readonly PlannedStep[];
  /** Its canary-rollout steps, in their order. */
  readonly rollouts: readonly RolloutStep[];
  /** The components that a step moves itself, by its name. */
  readonly moved: ReadonlyMap<string, readonly string[]>;
  /** The components that no step names: the steps that move others apply them as well. */
  readonly unnamed: readonly string[];
}

/**
 * The workflow of an Application that was checked; where it has none, every component is applied as soon as those are that it
 * depends on.
 */
export function plannedWorkflow(app: Application): PlannedWorkflow {
  const { mode, subMode, steps } = workflowSteps(app);
  const rollouts = rolloutStepsOf(app);
  const released = rolloutComponents(app).map(({ name }) => name);
  const moved = new Map(leafSteps(steps).map((step): [string, readonly string[]] => [step.name, movedBy(step, rollouts, released)]));
  const named = new Set([...moved.values()].flat());
  return { mode, subMode, steps, rollouts, moved, unnamed: app.spec.components.flatMap(({ name }) => (named.has(name) ? [] : [name])) };
}

/** The steps of a workflow and how they follow each other; also of an Application that was not checked. */
export function workflowSteps({ spec }: Application): Pick<PlannedWorkflow, 'mode' | 'subMode' | 'steps'> {
  const steps = spec.workflow?.steps ?? [];
  if (steps.length === 0) {
    const each = spec.components.map(
      ({ name, dependsOn = [] }): PlannedStep => ({ name, type: 'apply-component', properties: { component: name }, if: undefined, timeout: undefined, dependsOn, subSteps: [], subMode: 'DAG' }),
    );
    return { mode: 'DAG', subMode: 'DAG', steps: each };
  }
  const mode = modeOf(spec.workflow?.mode?.steps, 'StepByStep');
  const subMode = modeOf(spec.workflow?.mode?.subSteps, 'DAG');
  return { mode, subMode, steps: steps.map((step) => plannedStep(step, subMode)) };
}

function movedBy(step: PlannedStep, rollouts: readonly RolloutStep[], released: readonly string[]): readonly string[] {
  switch (step.type) {
    case 'apply-component':
      return [stepSchemas['apply-component'].read(step.properties).component];
    case 'canary-rollout':
      return rollouts.flatMap((each) => (each.step === step.name ? [each.component] : []));
    case 'canary-rollback': {
      const { component } = stepSchemas['canary-rollback'].read(step.properties);
      return component === undefined ? released : [component];
    }
    default:
      return [];
  }
}

function plannedStep(step: WorkflowStep, subMode: WorkflowMode): PlannedStep {
  const own = modeOf(step.mode, subMode);
  return {
    name: step.name,
    type: step.type,
    properties: step.properties ?? {},
    if: step.if === '' ? undefined : step.if,
    timeout: step.timeout === '' ? undefined : step.timeout,
    dependsOn: step.dependsOn ?? [],
    subSteps: (step.subSteps ?? []).map((each) => plannedStep(each, own)),
    subMode: own,
  };
}

function modeOf(given: string | undefined, otherwise: WorkflowMode): WorkflowMode {
  return given === 'DAG' || given === 'StepByStep' ? given : otherwise;
}

/** All steps that do something, in their order: groups are replaced by their sub-steps. */
export function leafSteps(steps: readonly PlannedStep[]): PlannedStep[] {
  return steps.flatMap((step) => (step.type === 'step-group' ? leafSteps(step.subSteps) : [step]));
}
