import { isReleased, type ReleasedComponent } from '../components/facts.js';
import { wantedRevision } from '../components/rollouts.js';
import { moving } from './moving.js';
import type { StepHandler } from './step.js';

/** Brings so many Pods of the new revision, then its share of the requests, then takes as many of the old one away. */
export const canaryRollout: StepHandler = (step, record, context, begins) => {
  const own = context.plan.rollouts.find((each) => each.step === step.name);
  const facts = context.components.get(own?.component ?? '');
  if (own === undefined || facts === undefined || !isReleased(facts)) return { phase: 'failed', reason: 'Action', message: 'There is no component with the trait rollout.' };
  const stranger = strangeRevision(own.weights ?? [], facts);
  if (begins && stranger !== undefined) {
    return { phase: 'failed', reason: 'Action', message: `${stranger} is given a share, but ${facts.stable ?? 'nothing'} runs and ${wantedRevision(facts)} is released.` };
  }
  return moving(step, record, context, begins);
};

/** A revision with a weight that is neither the one that runs nor the one that is released. */
function strangeRevision(weights: readonly { readonly revision: string; readonly weight: number }[], facts: ReleasedComponent): string | undefined {
  const want = wantedRevision(facts);
  // There already, nothing is given shares any more.
  if (facts.stable === want) return undefined;
  return weights.find(({ revision, weight }) => weight > 0 && revision !== want && revision !== facts.stable)?.revision;
}
