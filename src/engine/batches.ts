import { message } from '../model/messages.js';
import type { Release } from '../model/release.js';
import { allowances } from '../model/sizing.js';
import { WHOLE } from '../model/split.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import type { Observation } from './observation.js';
import { shareOfBatch } from './planned.js';
import { awaitReady } from './sizes.js';

/** Whether stable shrinks as the canary grows, so that the release holds both. */
export const inBatches = ({ spec }: Release): boolean => spec.plan.sizing === 'batch';

/**
 * Moves sizes towards so many canary Pods in place of as many of stable's: never more Pods than the surge allows, never
 * fewer ready ones than may be missing, and no stable Pod goes before its share has.
 * @param last how many stable Pods stay for the drain @returns an ending when Pods were not ready in time
 */
export function keepBatch(draft: Draft, release: Release, observation: Observation, target: number, last = 0): Ending | undefined {
  const { plan } = release.spec;
  const replicas = observation.workload?.replicas ?? 0;
  const { stable, canary } = observation.replicaSets;
  const [stableNow, canaryNow] = [draft.intent.sizes.stable ?? stable?.size ?? 0, draft.intent.sizes.canary ?? 0];
  if (replicas === 0) {
    draft.intend({ sizes: { stable: 0, canary: 0 } });
    draft.wait(message('WaitsForScaleUp'));
    return undefined;
  }
  const { surge, unavailable } = allowances(plan, replicas);
  const room = Math.max(0, replicas + surge - (stable?.size ?? 0));
  const canaryNext = release.spec.paused ? canaryNow : Math.min(target, Math.max(canaryNow, room));
  const needed = Math.max(replicas - unavailable - carriedPods(release, observation, canary?.ready ?? 0, replicas), leastServing(release, observation, replicas - unavailable));
  const stableNext = release.spec.paused ? stableNow : Math.max(replicas - target, Math.min(stableNow, needed), Math.min(last, stableNow), 0);
  // Each further part of a batch has its own time to get ready.
  if (canaryNext > canaryNow) draft.endWait();
  draft.intend({ sizes: { canary: canaryNext, stable: stableNext } });
  return awaitReady(draft, observation, canaryNext, plan.readyTimeoutMilliseconds);
}

/** Canary Pods that really carry traffic: the ready ones, as far as the share that is accepted reaches. */
function carriedPods({ spec: { plan } }: Release, { routing }: Observation, ready: number, replicas: number): number {
  if (plan.countsPods === true) return ready;
  return Math.min(ready, Math.round((replicas * (routing.accepted?.shares.canary ?? 0)) / WHOLE));
}

/** While stable has a share, one of its Pods stays for it, unless all may be missing. @param floor Pods that must be ready */
function leastServing({ spec: { plan } }: Release, { routing }: Observation, floor: number): number {
  const alone = plan.countsPods === true || routing.accepted?.shares.canary === WHOLE;
  return alone ? 0 : Math.min(1, floor);
}

/**
 * The share that the ready part of a batch means, once all Pods that were asked for are ready; less than before only when the
 * workload has grown and stable's Pods for the rest are ready. Where nothing may be beyond the replicas, stable's last Pod
 * makes room for the canary's last one, so all but one carry everything.
 */
export function batchShare(draft: Draft, { spec: { plan } }: Release, { workload, replicaSets: { stable, canary } }: Observation, target: number): number {
  const asked = draft.recorded.sizes.canary ?? 0;
  const ready = canary?.ready ?? 0;
  const replicas = workload?.replicas ?? 0;
  const present = draft.intent.share;
  if (ready < asked) return present;
  const makesRoom = plan.countsPods !== true && target >= replicas && allowances(plan, replicas).surge === 0 && ready > 0 && ready >= replicas - 1;
  if (makesRoom) return WHOLE;
  const share = shareOfBatch(Math.min(ready, target), replicas);
  const mayFall = replicas > 0 && (stable?.ready ?? 0) >= replicas - Math.min(ready, target);
  return mayFall ? share : Math.max(present, share);
}

/** How many stable Pods stay behind a batch that replaces all, for the requests that they still serve, until the promotion. */
export function lastStable({ spec: { plan } }: Release, replicas: number, target: number): number {
  return target >= replicas && allowances(plan, replicas).surge > 0 ? 1 : 0;
}

/** Whether a batch has taken the place of stable's Pods. @param left how many of them may be left */
export function batchStands({ replicaSets: { stable, canary } }: Observation, target: number, left: number): boolean {
  return (canary?.ready ?? 0) >= target && (stable?.size ?? 0) <= left && (stable?.pods ?? 0) <= left;
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
  const carrying = plan.countsPods === true ? 0 : Math.round((replicas * (observation.routing.accepted?.shares.canary ?? WHOLE)) / WHOLE);
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
