import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { namedGatewayRoutes, namedVirtualServices } from '../../model/policy/named-routes.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { configuredRouter } from '../../routers/registry.js';
import { ClusterCopy } from './cluster-copy.js';
import type { PlannedWorkload } from './planned-versions.js';

type AnyResource = Resource<KubernetesObject>;

/** A copy of what a policy would touch, and the workload that it releases. */
export interface Loaded {
  readonly copy: ClusterCopy;
  readonly workload: PlannedWorkload;
}

const key = ({ group, plural }: AnyResource): string => `${group}/${plural}`;

/** What a plan looks at, beside what its router watches. Pods and EndpointSlices are made up. */
const ALWAYS: readonly AnyResource[] = [resources.deployments, resources.replicaSets, resources.services, resources.namespaces];
const MADE_UP: readonly string[] = [resources.pods, resources.endpointSlices].map(key);

const lookedAt = (policy: ReleasePolicy): AnyResource[] =>
  [...new Map([...ALWAYS, ...configuredRouter(policy.spec.router).router.watches].map((resource) => [key(resource), resource])).values()].filter((resource) => !MADE_UP.includes(key(resource)));

/** Copies what stands on a cluster. @param now milliseconds since the epoch */
export async function loadFromCluster(client: ClusterClient, policy: ReleasePolicy, now: number, signal: AbortSignal): Promise<Loaded> {
  const namespace = policy.metadata.namespace ?? '';
  const unserved = new Set<string>();
  const fetch = async (resource: AnyResource): Promise<readonly KubernetesObject[]> => {
    try {
      const places = resource.namespaced ? [namespace, ...elsewhere(policy)] : [undefined];
      return (await Promise.all(places.map(async (place) => (await client.list(resource, { ...(place === undefined ? {} : { namespace: place }), signal })).items))).flat();
    } catch (error) {
      if (isNotFound(error)) unserved.add(key(resource));
      // Namespaces may be hidden from who may see everything in one of them.
      else if (resource.namespaced) throw error;
      return [];
    }
  };
  const objects = (await Promise.all(lookedAt(policy).map(fetch))).flat();
  return loaded(objects, namespace, now, (resource) => !unserved.has(key(resource)));
}

/** Takes the objects of files for all there is. @param now milliseconds since the epoch */
export function loadFromFiles(objects: readonly KubernetesObject[], policy: ReleasePolicy, now: number): Loaded {
  return loaded(objects, policy.metadata.namespace ?? '', now, () => true);
}

function loaded(objects: readonly KubernetesObject[], namespace: string, now: number, serves: (resource: AnyResource) => boolean): Loaded {
  const copy = new ClusterCopy({ namespace, objects: objects.filter(({ kind }) => kind !== 'Pod' && kind !== 'EndpointSlice'), now, serves });
  return { copy, workload: { deployments: copy.list(resources.deployments), replicaSets: copy.list(resources.replicaSets) } };
}

/** Other namespaces whose objects a policy steers. */
function elsewhere({ spec, metadata }: ReleasePolicy): string[] {
  const named = [...namedVirtualServices(spec.router), ...namedGatewayRoutes(spec.router)].flatMap(({ namespace }) => namespace ?? []);
  return [...new Set(named)].filter((namespace) => namespace !== metadata.namespace);
}
