import type { RolloutObservation } from '../../../frontends/argo/advance.js';
import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Release } from '../../../model/release.js';
import { foundIn } from '../../found.js';
import type { RolloutContext } from './context.js';

/** Everything that there is of a Rollout, from the caches. @param otherController who else looks after it */
export async function observeRollout(context: RolloutContext, rollout: Rollout, otherController: string | undefined): Promise<RolloutObservation> {
  const { caches, argo, clock } = context;
  const { namespace = '', uid = '' } = rollout.metadata;
  const replicaSets = caches.replicaSets.controlledBy(uid);
  // Found by its owner: long names are shortened.
  const policy = caches.policies.list({ namespace }).find((each) => isControlledBy(each, rollout));
  const workload = await workloadOf(context, rollout);
  return {
    replicaSets,
    pods: replicaSets.flatMap(({ metadata }) => caches.pods.controlledBy(metadata.uid ?? '')),
    ...(workload === undefined ? {} : { workload }),
    ...(policy === undefined ? {} : { policy }),
    releases: policy === undefined ? [] : caches.releases.list({ namespace }).filter(({ spec }) => spec.policy === policy.metadata.name).sort(byAge),
    analysisRuns: argo.analysisRuns.controlledBy(uid),
    experiments: argo.experiments.controlledBy(uid),
    known: knownAround(context, namespace),
    found: foundIn(namespace, caches, clock.now()),
    otherController,
  };
}

/** Oldest first. Names count up, and times are whole seconds. */
function byAge(one: Release, other: Release): number {
  const [earlier, later] = [one, other].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') || 0) as [number, number];
  return earlier - later || one.metadata.name.localeCompare(other.metadata.name, 'en', { numeric: true });
}

/** What a check may ask for by name. What the cluster does not serve, or what cannot be seen, is not missed. */
function knownAround({ caches, argo }: RolloutContext, namespace: string): RolloutObservation['known'] {
  const listed = <T extends KubernetesObject>(resource: Resource<T>, where: { namespace?: string } = { namespace }): T[] | undefined => caches.routing(resource)?.list(where);
  const services = listed(resources.services);
  const ingresses = listed(resources.ingresses);
  // They may be another namespace's.
  const virtualServices = listed(resources.virtualServices, {});
  return {
    ...(services === undefined ? {} : { services }),
    ...(ingresses === undefined ? {} : { ingresses }),
    ...(virtualServices === undefined ? {} : { virtualServices }),
    deployments: caches.deployments.list({ namespace }),
    analysisTemplates: argo.analysisTemplates.list({ namespace }),
    ...(argo.clusterAnalysisTemplates === undefined ? {} : { clusterAnalysisTemplates: argo.clusterAnalysisTemplates.list() }),
  };
}

/** What workloadRef names; undefined where it names nothing that there is. */
async function workloadOf({ caches, client, signal }: RolloutContext, { metadata: { namespace = '' }, spec: { workloadRef } }: Rollout): Promise<KubernetesObject | undefined> {
  const at = { namespace, name: workloadRef?.name ?? '' };
  if (at.name === '') return undefined;
  switch (workloadRef?.kind) {
    case resources.deployments.kind:
      return caches.deployments.get(at);
    case resources.replicaSets.kind:
      return caches.replicaSets.get(at);
    case resources.podTemplates.kind:
      // So seldom that nobody watches them.
      return client.find(resources.podTemplates, at, { signal });
    default:
      return undefined;
  }
}
