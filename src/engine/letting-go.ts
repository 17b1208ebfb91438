import { message, messageAbout } from '../model/messages.js';
import type { Release } from '../model/release.js';
import { canaryGone } from './aborting.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import type { Observation } from './observation.js';
import { routesReleased } from './routing.js';

export function beginLettingGo(draft: Draft, { reason, why }: Ending): void {
  draft.enter('LettingGo');
  draft.set({ abortReason: reason });
  draft.happen(messageAbout('LettingGo', 'why', why));
}

/**
 * The workload rolls out by itself, or is gone: routes go back to what was found, then what was borrowed goes. The
 * canary's ReplicaSet is deleted and not given back, because the Deployment has made a twin of it by now.
 */
export function letGo(draft: Draft, release: Release, observation: Observation): void {
  const { workload } = observation;
  draft.intend({ routing: 'release', paused: false });
  if (!routesReleased(draft, observation)) return draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? 'puts routes back' }));
  if (workload && !workload.rolledOut) return draft.wait(message('WaitsForRollout'));
  if (draft.intent.holders.stable === 'release') draft.intend({ sizes: { stable: 0 } });
  if (!canaryGone(draft, release, observation)) return;
  const { stable, canary } = observation.replicaSets;
  draft.intend({ holders: { canary: 'nobody', stable: 'home', others: 'home' } });
  const settled = !canary && (!workload || [stable, ...observation.others].every((replicaSet) => (replicaSet?.holder ?? 'home') === 'home'));
  if (!settled) return draft.wait(message('WaitsForOwners'));
  const { requests, failures } = observation.evidence.canary;
  draft.end('Aborted');
  draft.happen(message('Aborted', { canary: release.spec.canary.replicaSet, requests, failures }));
}
