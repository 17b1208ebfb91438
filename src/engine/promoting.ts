import { message } from '../model/messages.js';
import type { Release } from '../model/release.js';
import { WHOLE } from '../model/split.js';
import { batchShare, inBatches, keepBatch } from './batches.js';
import type { BatchGoal } from './batch-path.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import { formatTime } from './formatting.js';
import type { Observation } from './observation.js';
import { waitsForPodsGone } from './pods-gone.js';
import { shareForReadyPods, shareReached } from './routing.js';
import { keepCanarySize } from './sizes.js';
import { askShare } from './traffic.js';

/**
 * Capacity before traffic, traffic before removal: the canary gets its full size, then all traffic, then stable is
 * borrowed, drained and scaled down. Until then an abort leads back.
 */
export function promote(draft: Draft, release: Release, observation: Observation): Ending | undefined {
  const { stable, canary } = observation.replicaSets;
  const replicas = observation.workload?.replicas ?? 0;
  const batches = inBatches(release);
  const goal: BatchGoal = { canary: replicas, stable: 0, share: WHOLE };
  const failed = batches ? keepBatch(draft, release, observation, goal) : keepCanarySize(draft, release, observation, replicas);
  if (failed) return failed;
  // Scaled to 0 nothing is to be had: whoever looks after the Pods goes on without.
  const goesOn = replicas > 0 || release.spec.plan.leaves === true;
  const full = goesOn && (canary?.ready ?? 0) >= replicas;
  const mayRise = !release.spec.paused && goesOn;
  const present = batches && mayRise ? batchShare(draft, release, observation, goal) : draft.intent.share;
  const wanted = full && mayRise ? WHOLE : present;
  askShare(draft, release, observation, shareForReadyPods(wanted, observation, mayRise), wanted);
  if (release.spec.paused) return void draft.wait(message('WaitsForResume', { release: release.metadata.name }));
  if (!full) return undefined;
  // Behind this point all Pods are the canary's, whoever rewrites routes.
  const drained = draft.recorded.sizes.stable === 0 && stable?.holder === 'release' && stable.size === 0 && stable.pods === 0;
  if (drained) return void beginHandingOver(draft, release);
  if (!shareReached(draft, observation, WHOLE)) return void draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? 'takes over 100 %' }));
  if (release.spec.plan.keepsStable === true || release.spec.plan.leaves === true) return void beginHandingOver(draft, release);
  draft.intend({ holders: { stable: 'release' } });
  if (stable && stable.holder !== 'release') return void draft.wait(message('WaitsForOwners'));
  drainStable(draft, release, observation);
  return undefined;
}

function drainStable(draft: Draft, release: Release, observation: Observation): void {
  const { stable } = observation.replicaSets;
  const begun = draft.intent.sizes.stable === 0;
  if (!begun) {
    draft.intend({ sizes: { stable: stable?.size ?? 0 } });
    const left = release.spec.plan.drainMilliseconds - draft.waited();
    if (left > 0) return draft.wait(message('WaitsForDrain', { role: 'stable', until: formatTime(draft.now + left) }), draft.now + left);
    draft.intend({ sizes: { stable: 0 } });
    draft.endWait();
  }
  if (stable && (stable.size > 0 || stable.pods > 0)) return draft.wait(waitsForPodsGone('stable', observation, stable.pods, draft.now));
  beginHandingOver(draft, release);
}

function beginHandingOver(draft: Draft, release: Release): void {
  const { workload, plan, policy } = release.spec;
  draft.enter('HandingOver');
  if (workload.kind === 'Versions' && plan.leaves === true) draft.happen(message('LeavesOld'));
  else draft.happen(message('HandingOver', { owner: workload.kind !== 'Inline' ? `Deployment ${workload.name}` : `policy ${policy}` }));
}
