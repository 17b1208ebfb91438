import { message, messageAbout } from '../model/messages.js';
import { versionName, type Release } from '../model/release.js';
import { canaryGone } from './aborting.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import type { Observation } from './observation.js';
import { routesReleased } from './routing.js';

export function beginLettingGo(draft: Draft, { reason, why }: Ending, observation: Observation): void {
  draft.enter('LettingGo');
  draft.set({ abortReason: reason });
  // What the Deployment makes while it rolls is its own: taking that would be a war.
  draft.intend({ paused: false, holders: { others: 'home' } });
  if (!observation.workload && leavesCanary(observation)) draft.intend({ holders: { canary: 'free' } });
  draft.happen(messageAbout('LettingGo', 'why', why));
}

/** A workload that was deleted but for its Pods, which are the canary's by now, or those of both where stable is borrowed too. */
function leavesCanary({ orphaned, replicaSets: { stable, canary } }: Observation): boolean {
  return orphaned === true && (canary?.ready ?? 0) > 0 && ((stable?.ready ?? 0) === 0 || stable?.holder === 'release');
}

/**
 * The workload rolls out by itself, or is gone: routes go back to what was found, then what was borrowed goes. The
 * canary's ReplicaSet is deleted and not given back, because the Deployment has made a twin of it by now.
 */
export function letGo(draft: Draft, release: Release, observation: Observation): void {
  const { workload } = observation;
  const { stable, canary } = observation.replicaSets;
  draft.intend({ routing: 'release', paused: false });
  if (!routesReleased(draft, observation)) return draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? 'puts routes back' }));
  if (workload && !workload.rolledOut) return draft.wait(message('WaitsForRollout'));
  if (draft.intent.holders.stable === 'release' && draft.intent.holders.canary !== 'free') draft.intend({ sizes: { stable: 0 } });
  if (draft.intent.holders.canary !== 'free') {
    if (!canaryGone(draft, release, observation)) return;
    draft.intend({ holders: { canary: 'nobody' } });
  }
  draft.intend({ holders: { stable: 'home', others: 'home' } });
  const rest = [stable, ...observation.others];
  const canaryLeft = draft.intent.holders.canary === 'free' ? canary?.holder !== 'release' : !canary;
  const restLeft = workload ? rest.every((replicaSet) => (replicaSet?.holder ?? 'home') === 'home') : rest.every((replicaSet) => replicaSet?.holder !== 'release');
  if (!canaryLeft || !restLeft) return draft.wait(message('WaitsForOwners'));
  const { requests, failures } = observation.evidence.canary;
  draft.end('Aborted');
  draft.happen(message('Aborted', { canary: versionName(release.spec.canary), requests, failures }));
}
