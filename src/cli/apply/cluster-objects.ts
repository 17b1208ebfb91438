import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { routers } from '../../routers/registry.js';
import { isOf, otherWorkloads, type ObjectSource } from '../manifests/surroundings.js';
import { fileObjects } from '../manifests/file-objects.js';

const keyOf = ({ group, plural }: Resource<KubernetesObject>): string => `${group}/${plural}`;

/** Everything that policies are checked against; a change of routers changes it. */
const WATCHED: readonly Resource<KubernetesObject>[] = [
  ...new Map([resources.deployments, ...otherWorkloads, serinResources.releasePolicies, resources.services, ...Object.values(routers).flatMap(({ watches }) => watches)].map((resource) => [keyOf(resource), resource])).values(),
];

/**
 * What a namespace will hold once the files are applied: the cluster's objects, those of the files in their place. A
 * policy out of a file keeps what the cluster knows of it.
 * @param whole false where some objects of the files are left out, so that none can be said to be missing
 */
export async function plannedObjects(client: ClusterClient, objects: readonly KubernetesObject[], namespace: string, { whole, signal }: { readonly whole: boolean; readonly signal: AbortSignal }): Promise<ObjectSource> {
  const lists = new Map(await Promise.all(WATCHED.map(async (resource) => [keyOf(resource), await listed(client, resource, namespace, signal)] as const)));
  const files = fileObjects(objects, namespace);
  return {
    list<T extends KubernetesObject>(resource: Resource<T>): T[] {
      const there = (lists.get(keyOf(resource)) ?? []) as T[];
      const coming = files.list(resource);
      const find = (all: readonly T[], { metadata }: T): T | undefined => all.find((each) => each.metadata.name === metadata.name);
      return [...there.filter((object) => !find(coming, object)), ...coming.map((object) => overlaid(object, find(there, object)))];
    },
    serves: (resource) => lists.get(keyOf(resource)) !== undefined || objects.some((object) => isOf(object, resource)),
    complete: () => whole,
  };
}

/** A newcomer is the youngest of all. */
function overlaid<T extends KubernetesObject>(coming: T, there: T | undefined): T {
  const status: unknown = there && Reflect.get(there, 'status');
  const creationTimestamp = there?.metadata.creationTimestamp ?? '9999-12-31T23:59:59Z';
  return { ...coming, metadata: { ...coming.metadata, creationTimestamp }, ...(status === undefined ? {} : { status }) };
}

/** Undefined where the cluster does not know the kind. */
async function listed(client: ClusterClient, resource: Resource<KubernetesObject>, namespace: string, signal: AbortSignal): Promise<KubernetesObject[] | undefined> {
  try {
    return (await client.list(resource, { namespace, signal })).items;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
