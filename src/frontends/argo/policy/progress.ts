import { hasEnded, type Release } from '../../../model/release.js';
import type { Rollout } from '../kinds/rollout.js';

/** The names of the ReplicaSets that a release leads from and to. */
export const leadsBetween = ({ spec }: Release): { readonly stable: string; readonly canary: string } => ({ stable: spec.stable.replicaSet, canary: spec.canary.replicaSet });

/** Where in its plan the promotion stands, which ends it: `advanceTo` with it leaves out all that waits. */
export const promotionOf = ({ spec: { plan } }: Release): number => plan.steps.length - 1;

/** Whether a release takes none of the steps that the Rollout has. */
export function skipsSteps(release: Release, { spec }: Rollout): boolean {
  const steps = spec.strategy?.canary?.steps ?? [];
  return promotionOf(release) === 0 && steps.length > 0;
}

/**
 * The step of a canary Rollout that a release is at, from 0: one behind the last when all are done or none is taken; 0 again once
 * it is taken back. Undefined for a Rollout without steps.
 */
export function argoStepOf(release: Release, rollout: Rollout): number | undefined {
  const count = (rollout.spec.strategy?.canary?.steps ?? []).length;
  if (count === 0) return undefined;
  const { phase = 'Preparing', step } = release.status ?? {};
  if (phase === 'Aborting' || phase === 'Aborted' || release.spec.abort === true) return 0;
  if (skipsSteps(release, rollout) || phase === 'Completed' || phase === 'Promoting' || phase === 'HandingOver') return count;
  return Math.min(step?.index ?? 0, count);
}

/** Where a blue/green release is: what stands before the switch, the switch itself, the analysis behind it, the end. */
export type BlueGreenStage = 'Preview' | 'Switch' | 'After' | 'End';

/** The part of a blue/green release that it is in. */
export function blueGreenStage({ spec: { plan }, status }: Release): BlueGreenStage {
  const { phase = 'Preparing', step } = status ?? {};
  if (phase === 'Promoting' || phase === 'HandingOver' || hasEnded(phase)) return 'End';
  const index = step?.index ?? 0;
  const at = plan.steps.findIndex(({ kind }) => kind === 'weight');
  if (index < at) return 'Preview';
  if (index === at) return 'Switch';
  return index < plan.steps.length - 1 ? 'After' : 'End';
}
