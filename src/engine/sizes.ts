import { message } from '../model/messages.js';
import type { Release } from '../model/release.js';
import { canaryPodsFor, enoughReady, podsOf, sharesByPods } from '../model/sizing.js';
import type { Draft } from './draft.js';
import { notReadyEnding, troubleText, type Ending } from './endings.js';
import type { Observation } from './observation.js';
import { plannedSize } from './planned.js';
import { waitsForPodsGone } from './pods-gone.js';

/** How many canary Pods a share needs in the step with this index. @param share per mille */
export function podsNeeded(release: Release, index: number, share: number, replicas: number): number {
  const own = plannedSize(release, index);
  return own === undefined ? canaryPodsFor(share, replicas, release.spec.plan) : Math.max(podsOf(own, replicas) ?? 0, share > 0 && replicas > 0 ? 1 : 0);
}

/** Canary Pods beyond the size on record that nobody was seen to tell to end yet. */
function pastRecorded(draft: Draft, { replicaSets: { canary } }: Observation): number {
  const { holders, sizes } = draft.recorded;
  if (!canary || holders.canary !== 'release' || sizes.canary === undefined) return 0;
  return Math.max(0, canary.pods - (canary.ending?.length ?? 0) - sizes.canary);
}

/**
 * The size that the canary may be asked for. Until Pods that were one too many are seen to end, none is added: nobody could
 * tell them from those that come instead, and they would count as ready for a moment after they were told to end.
 */
export function mayGrowTo(draft: Draft, observation: Observation, wanted: number): number {
  const past = pastRecorded(draft, observation);
  const recorded = draft.recorded.sizes.canary ?? 0;
  if (past === 0 || wanted <= recorded) return wanted;
  draft.wait(waitsForPodsGone('canary', observation, past, draft.now));
  return recorded;
}

/** Whether the canary has as many ready Pods as it is asked for, and no more that are still to be told to end. */
export const hasItsSize = (draft: Draft, observation: Observation): boolean =>
  pastRecorded(draft, observation) === 0 && (observation.replicaSets.canary?.ready ?? 0) >= (draft.intent.sizes.canary ?? 0);

/** The observation, with no more ready canary Pods than are to stay. */
export function withoutLeaving(draft: Draft, observation: Observation): Observation {
  const { canary } = observation.replicaSets;
  const leaving = pastRecorded(draft, observation);
  if (!canary || leaving === 0) return observation;
  return { ...observation, replicaSets: { ...observation.replicaSets, canary: { ...canary, ready: Math.min(canary.ready, draft.recorded.sizes.canary ?? 0) } } };
}

/** The observation, with all canary Pods that were asked for counted as ready where as many are as the plan calls enough. */
export function withEnoughReady(draft: Draft, { spec: { plan } }: Release, observation: Observation): Observation {
  const { canary } = observation.replicaSets;
  const asked = draft.recorded.sizes.canary ?? 0;
  if (!canary || plan.readyThreshold === undefined || canary.ready === 0 || canary.ready >= asked || canary.ready < enoughReady(asked, plan)) return observation;
  return { ...observation, replicaSets: { ...observation.replicaSets, canary: { ...canary, ready: asked } } };
}

/**
 * Asks for the Pods that the wanted share needs, and never for fewer than its present share does. While paused by a
 * person no Pods are added. @returns an ending when they were not ready in time
 */
export function keepCanarySize(draft: Draft, release: Release, observation: Observation, needed: number): Ending | undefined {
  const { plan } = release.spec;
  const replicas = observation.workload?.replicas ?? 0;
  // A share that falls is carried until routes have taken that over.
  const accepted = sharesByPods(plan) ? 0 : (observation.routing.accepted?.shares.canary ?? 0);
  const share = Math.max(draft.intent.share, accepted);
  const present = share > 0 ? podsNeeded(release, draft.status.step.index, share, replicas) : 0;
  const wanted = Math.max(needed, present);
  const held = mayGrowTo(draft, observation, release.spec.paused && replicas > 0 ? Math.min(wanted, draft.intent.sizes.canary ?? 0) : wanted);
  draft.intend({ sizes: { canary: held } });
  if (replicas === 0 && plan.leaves !== true) {
    draft.wait(message('WaitsForScaleUp'));
    return undefined;
  }
  return awaitReady(draft, observation, held, plan.readyTimeoutMilliseconds);
}

/** Waits for canary Pods to get ready, for so long in milliseconds. @returns an ending when they were not in time */
export function awaitReady(draft: Draft, { replicaSets: { canary } }: Observation, wanted: number, limit: number): Ending | undefined {
  if ((canary?.ready ?? 0) >= wanted) return undefined;
  const waited = draft.waited();
  const troubles = canary?.troubles ?? [];
  if (waited >= limit) return notReadyEnding(limit, troubles);
  draft.wait(message('WaitsForPods', { ready: canary?.ready ?? 0, wanted, trouble: troubleText(troubles) }), draft.now + limit - waited);
  return undefined;
}
