import { isReleased } from '../components/facts.js';
import { movedComponents, rolloutStepsFor } from '../components/goals.js';
import { moving } from './moving.js';
import type { StepHandler } from './step.js';

/** Puts a component on the cluster and waits until it runs. One that canary-rollout steps move is left to them. */
export const applyComponent: StepHandler = (step, record, context, begins) => {
  const [name = ''] = movedComponents(step, context);
  const facts = context.components.get(name);
  if (facts === undefined) return { phase: 'failed', reason: 'Action', message: `There is no component ${name}.` };
  if (isReleased(facts) && rolloutStepsFor(context, name).length > 0) return { phase: 'succeeded', message: `${name} goes out in the canary-rollout steps.` };
  return moving(step, record, context, begins);
};
