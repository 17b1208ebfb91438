import { traitOf, type Application, type Component, type WorkflowStep } from './application.js';
import { stepProperties } from './properties/read.js';
import type { CanaryRolloutProperties } from './properties/steps.js';

/** One step canary-rollout: how far a component's release goes, and who gets which part of the requests there. */
export interface RolloutStep {
  /** The step's name. */
  readonly step: string;
  readonly component: string;
  /** The index of the last batch that is done. */
  readonly batchPartition: number;
  /** In per cent, together 100; undefined where shares are what Pods are. */
  readonly weights?: readonly { readonly revision: string; readonly weight: number }[];
}

/** A step of a workflow and where it stands; steps of groups come behind their group. */
export interface PlacedStep {
  readonly step: WorkflowStep;
  readonly path: readonly (string | number)[];
  /** The step-group that it is in. */
  readonly group?: WorkflowStep;
}

/** All steps of an Application's workflow, those of groups included, in the order of the text. */
export function stepsOf(app: Application): PlacedStep[] {
  return (app.spec.workflow?.steps ?? []).flatMap((step, index): PlacedStep[] => {
    const path = ['spec', 'workflow', 'steps', index];
    return [{ step, path }, ...(step.subSteps ?? []).map((sub, at): PlacedStep => ({ step: sub, path: [...path, 'subSteps', at], group: step }))];
  });
}

/** Components with the trait rollout, in their order. */
export const rolloutComponents = (app: Application): Component[] => app.spec.components.filter((component) => traitOf(component, 'rollout') !== undefined);

/**
 * The component that a step canary-rollout is about: the one that it names, else the one whose revisions it weighs, else the
 * only one with the trait rollout. Undefined when that is none or more than one.
 */
export function componentOfRollout(app: Application, { component, traffic }: CanaryRolloutProperties): Component | undefined {
  const candidates = rolloutComponents(app);
  if (component !== undefined) return candidates.find(({ name }) => name === component);
  const weighed = candidates.filter(({ name }) => traffic?.weightedTargets.some(({ revision }) => isRevisionOf(name, revision)));
  if (weighed.length > 0) return weighed.length === 1 ? weighed[0] : undefined;
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** Whether a name is that of a revision of this component. */
export const isRevisionOf = (component: string, revision: string): boolean => revision.startsWith(`${component}-v`) && /^[0-9]+$/.test(revision.slice(component.length + 2));

/** The steps canary-rollout of an Application that was checked, in their order. */
export function rolloutStepsOf(app: Application): RolloutStep[] {
  return stepsOf(app).filter(({ step }) => step.type === 'canary-rollout').flatMap(({ step }) => {
    const properties = stepProperties('canary-rollout', step);
    const component = componentOfRollout(app, properties);
    const { batchPartition, traffic } = properties;
    return component ? [{ step: step.name, component: component.name, batchPartition, ...(traffic ? { weights: traffic.weightedTargets } : {}) }] : [];
  });
}
