import { serviceNames } from '../service-names.js';
import { controllerOf } from '../../kubernetes/owners.js';
import { resources } from '../../kubernetes/resources.js';
import type { Release } from '../../model/release.js';
import { API_VERSION, EPOCH_ANNOTATION } from '../../model/resources.js';
import { splitOf } from '../../model/split.js';
import { HASH_LABEL, type VersionTarget } from '../../model/version.js';
import { configuredRouter } from '../../routers/registry.js';
import type { Claim, RouterContext, RoutingPlan } from '../../routers/router.js';
import { deletion, patch, write } from './actions.js';
import type { EjectAction, EjectView, HeldReplicaSet } from './view.js';

/**
 * Takes a release back that no controller ends: stable gets its full size, users go back to it, the canary's Pods end, and
 * routes are put back as they were found. One that is handing over already is led to its end instead.
 * @returns undefined when nothing of that is left to do
 */
export function takeBack(view: EjectView, release: Release): EjectAction | undefined {
  const find = (name: string): HeldReplicaSet | undefined => view.replicaSets.find(({ object }) => object.metadata.name === name);
  const [stable, canary] = [find(release.spec.stable.replicaSet), find(release.spec.canary.replicaSet)];
  const steered = (release.status?.claims ?? []).length > 0;
  const putBack = (): EjectAction | undefined =>
    steered ? (routing(view, release, 'routes are put back as they were found', (each) => each.router.release(each.config, view.found, each.claims, each.context)) ?? removeStamps(view, release)) : undefined;
  if (release.status?.phase === 'HandingOver') return putBack();
  // Un-paused by someone, the Deployment rolls by itself and has made a twin of the canary.
  if (view.deployment?.spec.paused !== true) return putBack() ?? (canary && isBorrowed(canary) ? (emptyOut(canary) ?? write(`ReplicaSet ${canary.object.metadata.name} is deleted`, deletion(resources.replicaSets, canary.object))) : undefined);
  const full = stable && fillUp(stable, view.deployment.spec.replicas ?? 1);
  if (full) return full;
  const running = canary !== undefined && (canary.pods > 0 || (canary.object.spec.replicas ?? 1) > 0);
  const off = steered && running ? routing(view, release, 'users go back to the stable version', (each) => each.router.write(each.config, splitOf(0), view.found, each.claims, each.context)) : undefined;
  return off ?? (canary && emptyOut(canary)) ?? putBack();
}

const isBorrowed = ({ object }: HeldReplicaSet): boolean => controllerOf(object)?.apiVersion === API_VERSION;

function fillUp({ object, ready }: HeldReplicaSet, replicas: number): EjectAction | undefined {
  const { name } = object.metadata;
  if ((object.spec.replicas ?? 1) < replicas) return write(`ReplicaSet ${name} gets its ${replicas} Pods back`, patch(resources.replicaSets, object, { op: 'add', path: '/spec/replicas', value: replicas }));
  return ready < replicas ? { do: 'wait', waitsFor: `Pods of ${name} to become ready: ${ready} of ${replicas}.` } : undefined;
}

function emptyOut({ object, pods }: HeldReplicaSet): EjectAction | undefined {
  const { name } = object.metadata;
  if ((object.spec.replicas ?? 1) > 0) return write(`ReplicaSet ${name} is scaled to 0`, patch(resources.replicaSets, object, { op: 'add', path: '/spec/replicas', value: 0 }));
  return pods > 0 ? { do: 'wait', waitsFor: `${pods} Pods of ${name} to end.` } : undefined;
}

type Configured = ReturnType<typeof configuredRouter> & { readonly claims: readonly Claim[]; readonly context: RouterContext };

/** The next write or wait of a routing plan. */
function routing(view: EjectView, release: Release, says: string, planOf: (configured: Configured) => RoutingPlan): EjectAction | undefined {
  const { spec, status } = release;
  const target = (replicaSet: string, hash: string): VersionTarget => {
    const found = view.replicaSets.find(({ object }) => object.metadata.name === replicaSet);
    return { hash, readyPods: found?.ready ?? 0, podLabels: { ...found?.object.spec.template?.metadata?.labels, [HASH_LABEL]: hash } };
  };
  const written = status?.shares?.written;
  const plan = planOf({
    ...configuredRouter(spec.router),
    claims: status?.claims ?? [],
    context: {
      namespace: view.namespace, policy: spec.policy, ...serviceNames(spec, spec.policy), lastWritten: written && { shares: written },
      versions: { stable: target(spec.stable.replicaSet, spec.stable.hash), canary: target(spec.canary.replicaSet, spec.canary.hash) },
    },
  });
  const stage = plan.stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
  const [first] = stage?.writes ?? [];
  if (first) return write(`${first.resource.kind} ${first.action === 'create' ? first.object.metadata.name : first.name}: ${says}`, first);
  return stage?.waitsFor === undefined ? undefined : { do: 'wait', waitsFor: stage.waitsFor };
}

/** Takes the stamp of the last controller off the shared objects. */
function removeStamps(view: EjectView, release: Release): EjectAction | undefined {
  const { router } = configuredRouter(release.spec.router);
  for (const { kind, name } of release.status?.claims ?? []) {
    const resource = router.watches.find((each) => each.kind === kind);
    const object = resource && view.found.get(resource, name)?.object;
    const annotations = object?.metadata.annotations;
    if (!resource || !object || annotations?.[EPOCH_ANNOTATION] === undefined) continue;
    const path = Object.keys(annotations).length === 1 ? '/metadata/annotations' : `/metadata/annotations/${EPOCH_ANNOTATION.replaceAll('/', '~1')}`;
    return write(`${kind} ${name} loses the controller's stamp`, patch(resource, object, { op: 'remove', path }));
  }
  return undefined;
}
