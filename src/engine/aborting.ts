import { message, messageAbout } from '../model/messages.js';
import { versionName, type Release } from '../model/release.js';
import { sharesByPods } from '../model/sizing.js';
import { enoughPods, inBatches, returnBatch } from './batches.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import { formatShare, formatTime } from './formatting.js';
import type { Observation } from './observation.js';
import { waitsForPodsGone } from './pods-gone.js';
import { routesReleased, shareForReadyPods, shareReached, uncarriedShare } from './routing.js';
import { sameTraffic } from './same-traffic.js';

export function beginAbort(draft: Draft, { reason, why }: Ending): void {
  draft.enter('Aborting');
  draft.set({ abortReason: reason });
  draft.happen(messageAbout('Aborting', 'why', why));
}

/**
 * Takes the canary back: its share falls at once to what ready stable Pods cannot carry and never rises again; then its
 * Pods drain and go, routes are put back, and the policy holds every ReplicaSet but stable until the template is another.
 */
export function abort(draft: Draft, release: Release, observation: Observation): void {
  lowerShare(draft, release, observation);
  const stableHome = returnStable(draft, release, observation);
  if (draft.intent.routing === 'split') {
    if (draft.intent.share > 0) return waitForStable(draft, observation);
    // Whoever overwrote our routes sends users to all Pods alike, so only ending the canary's helps.
    const overwritten = observation.routing.problems.length > 0;
    if (!overwritten && !shareReached(draft, observation, 0)) return draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? 'takes over 0 %' }));
  }
  if (!stableHome) return waitForStable(draft, observation);
  if (!(release.spec.plan.leaves === true ? canaryLeft(draft, release, observation) : canaryGone(draft, release, observation))) return;
  draft.intend({ routing: 'release' });
  if (!routesReleased(draft, observation)) return draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? 'puts routes back' }));
  // An inline workload is at home with the policy anyway.
  const keeper = release.spec.workload.kind === 'Inline' ? 'home' : 'policy';
  draft.intend({ holders: { canary: keeper, others: keeper, stable: 'home' } });
  const { canary, stable } = observation.replicaSets;
  const handed = [canary, ...observation.others].every((replicaSet) => !replicaSet || replicaSet.holder === keeper) && (stable?.holder ?? 'home') === 'home';
  if (!handed) return draft.wait(message('WaitsForOwners'));
  const { requests, failures } = observation.evidence.canary;
  draft.end('Aborted');
  draft.happen(message('Aborted', { canary: versionName(release.spec.canary), requests, failures }));
}

function lowerShare(draft: Draft, release: Release, observation: Observation): void {
  if (draft.intent.routing !== 'split') return;
  const present = draft.intent.share;
  const share = shareForReadyPods(Math.min(present, uncarriedShare(observation, enoughPods(release, observation.workload?.replicas ?? 0))), observation, false);
  if (sameTraffic(draft.intent, { share })) return;
  draft.route({ share });
  if (share === present) return;
  draft.happen(message('ShareAsked', { share: formatShare(share), why: '@StableCanCarry' }));
}

/**
 * Brings a borrowed stable back to its full size and, once it carries everything, home. One that users run is borrowed for
 * that when it is smaller than what the policy asks for. @returns whether it is home
 */
function returnStable(draft: Draft, release: Release, observation: Observation): boolean {
  const { stable } = observation.replicaSets;
  const replicas = observation.workload?.replicas ?? stable?.size ?? 0;
  const tooSmall = release.spec.workload.kind === 'Versions' && (stable?.size ?? replicas) < replicas;
  if (!stable || (stable.holder === 'home' && !tooSmall)) {
    const { stable: _size, ...sizes } = draft.intent.sizes;
    draft.set({ intent: { ...draft.intent, sizes, holders: { ...draft.intent.holders, stable: 'home' } } });
    return true;
  }
  if (tooSmall) draft.intend({ holders: { stable: 'release' } });
  if (inBatches(release)) returnBatch(draft, release, observation);
  else draft.intend({ sizes: { stable: replicas } });
  if (stable.ready >= replicas && stable.size === replicas) draft.intend({ holders: { stable: 'home' } });
  return false;
}

function waitForStable(draft: Draft, observation: Observation): void {
  draft.wait(message('WaitsForStablePods', { ready: observation.replicaSets.stable?.ready ?? 0, wanted: observation.workload?.replicas ?? 0 }));
}

/** Leaves the canary's Pods as they are, unless their number alone gives them a share. @returns whether they have none */
function canaryLeft(draft: Draft, release: Release, observation: Observation): boolean {
  if (!sharesByPods(release.spec.plan)) return true;
  draft.intend({ sizes: { canary: 0 } });
  const { ready = 0 } = observation.replicaSets.canary ?? {};
  if (ready === 0) return true;
  draft.wait(waitsForPodsGone('canary', observation, ready, draft.now));
  return false;
}

/** Lets the canary finish its requests, then scales it to 0. @returns whether its Pods are gone */
export function canaryGone(draft: Draft, release: Release, observation: Observation): boolean {
  const { canary } = observation.replicaSets;
  if (!canary || (canary.size === 0 && canary.pods === 0)) {
    draft.intend({ sizes: { canary: 0 } });
    return true;
  }
  if (draft.intent.sizes.canary !== 0) {
    const left = canary.ready > 0 ? release.spec.plan.drainMilliseconds - draft.waited() : 0;
    if (left > 0) {
      draft.wait(message('WaitsForDrain', { role: 'canary', until: formatTime(draft.now + left) }), draft.now + left);
      return false;
    }
    draft.intend({ sizes: { canary: 0 } });
  }
  draft.wait(waitsForPodsGone('canary', observation, canary.pods, draft.now));
  return false;
}
