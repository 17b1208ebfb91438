import { message } from '../model/messages.js';
import type { Release } from '../model/release.js';
import { allowances, nearestPodCounts, stablePodsFor, type PodCounts } from '../model/sizing.js';
import { WHOLE } from '../model/split.js';
import { batchPath, podsOnPath, saysShares, shareOfBatch, shareOnPath, type BatchGoal } from './batch-path.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import type { Observation } from './observation.js';
import { uncarriedShare } from './routing.js';
import { awaitReady, hasItsSize, mayGrowTo } from './sizes.js';

/** Whether stable shrinks as the canary grows, so that the release holds both. */
export const inBatches = ({ spec }: Release): boolean => spec.plan.sizing === 'batch';

/**
 * Moves sizes towards the Pods of a step, the canary's in place of stable's: never more Pods than the surge allows, never fewer ready
 * ones than may be missing, and no Pod goes before its share has.
 * @returns an ending when Pods were not ready in time
 */
export function keepBatch(draft: Draft, release: Release, observation: Observation, goal: BatchGoal): Ending | undefined {
  const { plan } = release.spec;
  const replicas = observation.workload?.replicas ?? 0;
  const { stable, canary } = observation.replicaSets;
  const [stableNow, canaryNow] = [draft.intent.sizes.stable ?? stable?.size ?? 0, draft.intent.sizes.canary ?? 0];
  if (replicas === 0) {
    const goesOn = plan.leaves === true;
    const said = goesOn ? goal.canary : 0;
    draft.intend({ sizes: { stable: 0, canary: said } });
    if (goesOn) return awaitReady(draft, observation, said, plan.readyTimeoutMilliseconds);
    draft.wait(message('WaitsForScaleUp'));
    return undefined;
  }
  const { surge, unavailable } = allowances(plan, replicas);
  // A step may ask for more Pods than the replicas: parts are rounded up, and sizes may be said.
  const most = Math.max(replicas + surge, goal.canary + goal.stable);
  const room = Math.max(0, most - (stable?.size ?? 0));
  const grown = Math.min(goal.canary, Math.max(canaryNow, room));
  const held = release.spec.paused ? sizesWhilePaused({ stable: stableNow, canary: canaryNow }, draft.intent.share, replicas, { surge, most }) : undefined;
  const canaryNext = held ? held.canary : mayGrowTo(draft, observation, Math.max(grown, Math.min(canaryNow, canaryNeeded(release, observation, goal, replicas - unavailable))));
  const carried = carriedPods(draft, release, observation, canary?.ready ?? 0, replicas);
  const needed = Math.max(replicas - unavailable - carried, leastServing(release, observation, replicas - unavailable));
  const last = lastStable(release, replicas, goal);
  const shrunk = Math.max(goal.stable, Math.min(stableNow, needed), keepsShare(draft, release, replicas) ? last : Math.min(last, stableNow), 0);
  const stableNext = held ? held.stable : stableNow < goal.stable ? Math.min(goal.stable, Math.max(stableNow, most - (canary?.size ?? 0))) : shrunk;
  // Each further part of a batch has its own time to get ready.
  if (canaryNext > canaryNow) draft.endWait();
  draft.intend({ sizes: { canary: canaryNext, stable: stableNext } });
  return awaitReady(draft, observation, canaryNext, plan.readyTimeoutMilliseconds);
}

/** While a person has paused it nothing moves, but that both versions follow replicas that have changed, each by its part. */
function sizesWhilePaused(now: PodCounts, share: number, replicas: number, { surge, most }: { readonly surge: number; readonly most: number }): PodCounts {
  const all = now.stable + now.canary;
  if (all >= replicas && all <= most) return now;
  return nearestPodCounts(all === 0 ? share : shareOfBatch(now.canary, all), replicas, surge > 0);
}

/** Canary Pods that stay, where a step asks for fewer, until stable is ready for their share. @param floor Pods that must be ready */
function canaryNeeded(release: Release, { routing, workload, replicaSets: { stable } }: Observation, goal: BatchGoal, floor: number): number {
  const lacking = floor - (stable?.ready ?? 0);
  if (release.spec.plan.countsPods === true) return lacking;
  const accepted = routing.accepted?.shares.canary ?? 0;
  // Where its share stays, its size is as the plan wants it.
  if (accepted <= goal.share) return 0;
  const replicas = workload?.replicas ?? 0;
  return Math.max(lacking, Math.ceil((replicas * accepted) / WHOLE) - (replicas - floor), Math.min(1, floor));
}

/** Whether stable is to keep a share by the words of the plan: then the Pod that stays for it comes back, too, when it was lost. */
const keepsShare = (draft: Draft, release: Release, replicas: number): boolean => saysShares(release) && (batchPath(release, draft.status.step.index, replicas).at(-1)?.share ?? WHOLE) < WHOLE;

/** Canary Pods that really carry traffic: the ready ones, as far as the share that is accepted reaches, or stands for by the plan. */
function carriedPods(draft: Draft, release: Release, { routing }: Observation, ready: number, replicas: number): number {
  const { plan } = release.spec;
  if (plan.countsPods === true) return ready;
  const accepted = routing.accepted?.shares.canary ?? 0;
  if (!saysShares(release)) return Math.min(ready, Math.round((replicas * accepted) / WHOLE));
  const said = podsOnPath(batchPath(release, draft.status.step.index, replicas), accepted);
  // Where sizes are said apart from shares, so many are to carry the share, however few they are.
  const sized = plan.steps.slice(0, draft.status.step.index + 1).some(({ kind }) => kind === 'scale');
  const carried = Math.max(Math.min(ready, said), sized && ready >= said ? replicas - stablePodsFor(accepted, replicas, plan) : 0);
  // Batches may say a share that is less than their Pods; where weights are said, Pods follow them.
  return plan.steps.some(({ kind }) => kind === 'batch') ? carried : Math.min(carried, Math.ceil((replicas * accepted) / WHOLE));
}

/** While stable has a share, one of its Pods stays for it, unless all may be missing. @param floor Pods that must be ready */
function leastServing({ spec: { plan } }: Release, { routing }: Observation, floor: number): number {
  const alone = plan.countsPods === true || routing.accepted?.shares.canary === WHOLE;
  return alone ? 0 : Math.min(1, floor);
}

/**
 * The share that the ready part of a batch means, or its part of what the batch says, once all Pods that were asked for are ready; less than before only when the
 * workload has grown or a step goes back, as far as stable's ready Pods carry the rest. Where nothing may be beyond the replicas, stable's last Pod
 * makes room for the canary's last one, so all but one carry everything.
 */
export function batchShare(draft: Draft, release: Release, observation: Observation, goal: BatchGoal): number {
  const { workload, replicaSets: { stable, canary } } = observation;
  const { plan } = release.spec;
  const asked = draft.recorded.sizes.canary ?? 0;
  const ready = canary?.ready ?? 0;
  const replicas = workload?.replicas ?? 0;
  const present = draft.intent.share;
  if (ready < asked) return present;
  const makesRoom = plan.countsPods !== true && goal.share === WHOLE && goal.canary >= replicas && allowances(plan, replicas).surge === 0 && ready > 0 && ready >= replicas - 1;
  if (makesRoom) return WHOLE;
  const pods = Math.min(ready, goal.canary);
  const share = saysShares(release) ? shareOnPath(batchPath(release, draft.status.step.index, replicas), pods) : shareOfBatch(pods, replicas);
  if (replicas === 0 && plan.leaves === true) return share;
  if (share >= present || replicas === 0) return Math.max(present, share);
  const enough = Math.min(stablePodsFor(share, replicas, plan), Math.max(goal.stable, replicas - pods));
  return (stable?.ready ?? 0) >= enough ? share : Math.max(share, Math.min(present, uncarriedShare(observation, replicas)));
}

/**
 * How many stable Pods stay behind a step that replaces all, for the requests that they still serve, until the promotion; none
 * where Pod counts are said by shares, since they would have a share.
 */
function lastStable({ spec: { plan } }: Release, replicas: number, goal: BatchGoal): number {
  const none = plan.countsPods === true && plan.steps.some(({ kind }) => kind === 'weight');
  return !none && goal.stable === 0 && replicas > 0 && allowances(plan, replicas).surge > 0 ? 1 : 0;
}

/** How many stable Pods may be left when a step is done. */
export const stableLeft = (release: Release, replicas: number, goal: BatchGoal): number => Math.max(goal.stable, lastStable(release, replicas, goal));

/** Whether the canary has taken the place of stable's Pods, as far as a step goes. @param left how many of them may be left */
export function batchStands(draft: Draft, observation: Observation, goal: BatchGoal, left: number): boolean {
  const { stable, canary } = observation.replicaSets;
  return (canary?.ready ?? 0) >= goal.canary && hasItsSize(draft, observation) && (stable?.size ?? 0) <= left && (stable?.pods ?? 0) <= left;
}

/**
 * The way back: stable grows into the room that the canary leaves, the canary goes as stable gets ready. Where nothing may be
 * beyond the replicas the canary makes room first, by as many Pods as may be missing.
 */
export function returnBatch(draft: Draft, release: Release, observation: Observation): void {
  const { plan } = release.spec;
  const { stable, canary } = observation.replicaSets;
  const replicas = observation.workload?.replicas ?? stable?.size ?? 0;
  const { surge, unavailable } = allowances(plan, replicas);
  const present = draft.intent.sizes.stable ?? stable?.size ?? 0;
  const share = plan.countsPods === true ? 0 : (observation.routing.accepted?.shares.canary ?? WHOLE);
  // However small a share is, a Pod stays for it.
  const carrying = Math.max(Math.round((replicas * share) / WHOLE), share > 0 ? Math.min(1, replicas) : 0);
  const kept = carrying === 0 ? 0 : Math.max(carrying - unavailable, Math.min(1, replicas - unavailable));
  const canaryNext = Math.max(replicas - unavailable - (stable?.ready ?? 0), kept, 0);
  draft.intend({
    sizes: {
      stable: Math.min(replicas, Math.max(present, replicas + surge - (canary?.size ?? 0))),
      canary: Math.min(draft.intent.sizes.canary ?? 0, canaryNext),
    },
  });
}

/** How many stable Pods carry everything, as far as Pods may be missing. */
export function enoughPods({ spec: { plan } }: Release, replicas: number): number {
  return plan.sizing === 'batch' ? Math.max(1, replicas - allowances(plan, replicas).unavailable) : replicas;
}
