import { message } from '../model/messages.js';
import type { Release } from '../model/release.js';
import { inBatches } from './batches.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import { beginStep } from './progressing.js';
import { shareReached } from './routing.js';

/**
 * Before the canary's first Pod starts: the workload is kept from rolling, every ReplicaSet but stable is borrowed, and
 * routes are pinned to stable, because canary Pods carry the same labels.
 */
export function prepare(draft: Draft, release: Release, observation: Observation): void {
  const { canary, stable } = observation.replicaSets;
  // In batches stable shrinks as well, and a Deployment that owns none of the ReplicaSets touches none. It goes last: of
  // those left without it, the Deployment would scale one up.
  const batches = inBatches(release);
  const borrowed = canary?.holder === 'release' && observation.others.every(({ holder }) => holder === 'release');
  const lends = batches && (borrowed || draft.intent.holders.stable === 'release');
  draft.intend({
    paused: true, routing: 'split', share: 0,
    // A version that users run may have Pods already, which take no traffic but by the split.
    sizes: { canary: release.spec.workload.kind === 'Versions' ? (canary?.size ?? 0) : 0, ...(lends && stable ? { stable: draft.intent.sizes.stable ?? stable.size } : {}) },
    holders: { stable: lends ? 'release' : 'home', canary: 'release', others: 'release' },
  });
  const lent = !batches || stable === undefined || stable.holder === 'release';
  if (!observation.workload?.paused) return draft.wait(message('WaitsForPausing'));
  if (!borrowed || !lent) return draft.wait(message('WaitsForOwners'));
  if (!shareReached(draft, observation, 0)) return draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? 'pins routes to stable' }));
  draft.enter('Progressing');
  beginStep(draft, release, observation, 0);
}
