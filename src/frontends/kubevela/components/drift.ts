import type { ComponentFacts } from './facts.js';
import { isReleased } from './facts.js';
import { wantedRevision } from './rollouts.js';

/** That another revision runs than the spec asks for, as after a rollback; undefined where it is the same, or on its way. */
export function driftOf(facts: ComponentFacts): string | undefined {
  const { stable, moving } = facts;
  if (!isReleased(facts) || stable === undefined) return undefined;
  const wanted = wantedRevision(facts);
  if (stable === wanted || moving?.spec.canary.replicaSet === wanted) return undefined;
  return `The spec asks for ${wanted}, and ${stable} runs.`;
}
