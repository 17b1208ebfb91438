import { controllerOf } from '../../kubernetes/owners.js';
import { resources } from '../../kubernetes/resources.js';
import type { Release } from '../../model/release.js';
import { API_VERSION } from '../../model/resources.js';
import { isLost } from '../set-apart.js';
import { deletion, write } from './actions.js';
import { leadToStable, putRoutesBack } from './routes.js';
import { emptyOut, fillUp, isRunning } from './sizes.js';
import { takeVersionsBack } from './take-versions-back.js';
import type { EjectAction, EjectView, HeldReplicaSet } from './view.js';

/**
 * Takes a release back that no controller ends: stable gets its full size, users go back to it, the canary's Pods end, and
 * routes are put back as they were found. One that is handing over already is led to its end instead.
 * @returns undefined when nothing of that is left to do
 */
export function takeBack(view: EjectView, release: Release): EjectAction | undefined {
  // Before its first status a release has done nothing, and one that puts the first version through its checks never does.
  if (!release.status || release.spec.first) return undefined;
  if (release.status.phase === 'HandingOver') return putRoutesBack(view, release, 'canary');
  return release.spec.workload.kind === 'Versions' ? takeVersionsBack(view, release, release.status) : takeReplicaSetsBack(view, release);
}

function takeReplicaSetsBack(view: EjectView, release: Release): EjectAction | undefined {
  const { spec } = release;
  const find = (name: string): HeldReplicaSet | undefined => view.replicaSets.find(({ object }) => object.metadata.name === name);
  const [stable, canary] = [find(spec.stable.replicaSet), find(spec.canary.replicaSet)];
  const empty = (): EjectAction | undefined => canary && emptyOut(canary, view, spec.plan.drainMilliseconds);
  // Un-paused by someone, the Deployment rolls by itself and has made a twin of the canary.
  if (view.deployment?.spec.paused !== true) {
    const twin = canary && (controllerOf(canary.object)?.apiVersion === API_VERSION || isLost(canary.object, view.name)) ? canary : undefined;
    return putRoutesBack(view, release, 'stable') ?? (twin && (empty() ?? write(`ReplicaSet ${twin.object.metadata.name} is deleted`, deletion(resources.replicaSets, twin.object))));
  }
  const full = stable && fillUp(stable, view.deployment.spec.replicas ?? 1);
  const off = (): EjectAction | undefined => (canary && isRunning(canary) ? leadToStable(view, release) : undefined);
  return full ?? off() ?? empty() ?? putRoutesBack(view, release, 'stable');
}
