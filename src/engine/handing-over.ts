import { message } from '../model/messages.js';
import { versionName, type Release } from '../model/release.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import { routesReleased } from './routing.js';

/**
 * Gives the new version back full and alone, then the old ones at 0, puts routes back and lets the workload roll again, unless
 * it asks for yet another version by now, or nothing but staying paused would keep it from rolling to the next one.
 * Behind this point there is no abort; going back is a release of its own.
 */
export function handOver(draft: Draft, release: Release, observation: Observation): void {
  const { canary, stable } = observation.replicaSets;
  const { canary: _size, ...sizes } = draft.intent.sizes;
  draft.set({ intent: { ...draft.intent, sizes, holders: { ...draft.intent.holders, canary: 'home' } } });
  // One that somebody deleted is made again by the workload itself.
  if (canary && canary.holder !== 'home') return draft.wait(message('WaitsForOwners'));
  if (!observation.workload?.observed) return draft.wait(message('WaitsForWorkload'));
  draft.intend({ holders: { stable: 'home', others: 'home' } });
  const allHome = (stable?.holder ?? 'home') === 'home' && observation.others.every(({ holder }) => holder === 'home');
  if (!allHome) return draft.wait(message('WaitsForOwners'));
  draft.intend({ routing: 'release' });
  if (!routesReleased(draft, observation)) return draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? 'puts routes back' }));
  // A template that changed meanwhile is a release of its own, so it must not roll out now; nor may one that changes next.
  const mayRoll = observation.workload.template === 'canary' && observation.workload.pausing !== 'AtRest';
  draft.intend({ paused: !mayRoll });
  if (mayRoll && release.spec.workload.kind === 'Deployment' && observation.workload.paused) return draft.wait(message('WaitsForWorkload'));
  const { requests, failures } = observation.evidence.canary;
  draft.end('Completed');
  draft.happen(message('Completed', { canary: versionName(release.spec.canary), requests, failures }));
}
