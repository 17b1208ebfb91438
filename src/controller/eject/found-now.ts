import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { namedGatewayRoutes, namedVirtualServices } from '../../model/policy/named-routes.js';
import type { Release } from '../../model/release.js';
import { routers } from '../../routers/registry.js';
import type { Found } from '../../routers/router.js';
import type { Memory } from './memory.js';

/** What reading the cluster takes. */
export interface Reading {
  readonly client: ClusterClient;
  readonly signal: AbortSignal;
}

/** What routers may see at this moment: the release's namespace, and the others that it steers in. @param now milliseconds since the epoch */
export async function foundNow(namespace: string, release: Release | undefined, { client, signal }: Reading, memory: Memory, now: number): Promise<Found> {
  const places = [...new Set([namespace, ...(release ? namespacesOf(release) : [])])];
  // Without a release under way nothing is steered.
  const watched = new Map(Object.values(release ? routers : {}).flatMap(({ watches }) => watches.map((resource) => [keyOf(resource), resource] as const)));
  const lists = new Map<string, KubernetesObject[] | undefined>();
  await Promise.all(
    [...watched.values()].flatMap((resource) =>
      (resource.namespaced ? places : ['']).map(async (place) => void lists.set(listKey(resource, place), await listOf({ client, signal }, resource, place))),
    ),
  );
  for (const objects of lists.values()) objects?.forEach((object) => memory.unchangedSince(object));
  const list = <T extends KubernetesObject>(resource: Resource<T>, place = namespace): T[] => (lists.get(listKey(resource, place)) ?? []) as T[];
  return {
    now,
    list,
    get: (resource, name, place) => {
      const object = list(resource, place).find(({ metadata }) => metadata.name === name);
      return object && { object, unchangedSince: memory.unchangedSince(object) };
    },
    serves: (resource) => lists.get(listKey(resource, namespace)) !== undefined,
  };
}

/** All objects of a kind in a namespace; undefined where the API server does not know the kind. */
export async function listOf<T extends KubernetesObject>({ client, signal }: Reading, resource: Resource<T>, namespace: string): Promise<T[] | undefined> {
  try {
    return (await client.list(resource, { ...(resource.namespaced ? { namespace } : {}), signal })).items;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Other namespaces that a release has changed objects in, or may have. */
function namespacesOf({ spec: { router }, status }: Release): string[] {
  const named = [...(status?.claims ?? []), ...namedVirtualServices(router), ...namedGatewayRoutes(router)];
  return named.flatMap(({ namespace }) => namespace ?? []);
}

const keyOf = ({ group, plural }: Resource<KubernetesObject>): string => `${group}/${plural}`;
const listKey = (resource: Resource<KubernetesObject>, namespace: string): string => `${keyOf(resource)}/${resource.namespaced ? namespace : ''}`;
