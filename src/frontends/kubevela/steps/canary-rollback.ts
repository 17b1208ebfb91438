import { isReleased } from '../components/facts.js';
import { movedComponents } from '../components/goals.js';
import { moving } from './moving.js';
import type { StepHandler } from './step.js';

/** Leads back to the newest revision that a release was finished for; there already, it has nothing to do. */
export const canaryRollback: StepHandler = (step, record, context, begins) => {
  const released = movedComponents(step, context).filter((name) => {
    const facts = context.components.get(name);
    return facts !== undefined && isReleased(facts);
  });
  if (released.length === 0) return { phase: 'failed', reason: 'Action', message: 'No component has the trait rollout, so there is nothing to take back.' };
  return moving(step, record, context, begins);
};
