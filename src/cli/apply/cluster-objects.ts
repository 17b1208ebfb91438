import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import { configuredRouter } from '../../routers/registry.js';
import { isOf, otherWorkloads, runsByReplicaSets, type ObjectSource } from '../manifests/surroundings.js';
import { fileObjects } from '../manifests/file-objects.js';

const keyOf = ({ group, plural }: Resource<KubernetesObject>): string => `${group}/${plural}`;

/** What every policy is checked against, whatever router it has. */
const ALWAYS: readonly Resource<KubernetesObject>[] = [resources.deployments, ...otherWorkloads, serinResources.releasePolicies, resources.services];

/** Whoever may not see them cannot be told that one is missing, and everything else all the same. */
const TEMPLATES: readonly Resource<KubernetesObject>[] = [serinResources.metricTemplates, serinResources.clusterMetricTemplates];
const isTemplate = (resource: Resource<KubernetesObject>): boolean => TEMPLATES.some((each) => keyOf(each) === keyOf(resource));

/** What these policies are checked against; of routing products only their own, which the caller may well not be allowed to see. */
function lookedAt(policies: readonly ReleasePolicy[]): Resource<KubernetesObject>[] {
  const watched = policies.flatMap(({ spec }) => configuredRouter(spec.router).router.watches);
  const versions = policies.some(runsByReplicaSets) ? [resources.replicaSets] : [];
  return [...new Map([...ALWAYS, ...versions, ...watched].map((resource) => [keyOf(resource), resource])).values()];
}

/**
 * What a namespace will hold once the files are applied: the cluster's objects, those of the files in their place. A
 * policy out of a file keeps what the cluster knows of it. Where the caller may not see a kind, nothing can be said to be missing.
 * @param whole false where some objects of the files are left out, so that none can be said to be missing
 * @param policies those that are checked, beside the ones in the files
 */
export async function plannedObjects(client: ClusterClient, objects: readonly KubernetesObject[], namespace: string, { whole, policies = [], signal }: { readonly whole: boolean; readonly policies?: readonly ReleasePolicy[]; readonly signal: AbortSignal }): Promise<ObjectSource> {
  const files = fileObjects(objects, namespace);
  const looked = [...lookedAt([...policies, ...files.list(serinResources.releasePolicies)]), ...TEMPLATES];
  const lists = new Map(await Promise.all(looked.map(async (resource) => [keyOf(resource), await listed(client, resource, namespace, signal)] as const)));
  const all = whole && looked.every((resource) => isTemplate(resource) || lists.get(keyOf(resource)) !== 'hidden');
  return {
    list<T extends KubernetesObject>(resource: Resource<T>): T[] {
      const found = lists.get(keyOf(resource));
      const there = (Array.isArray(found) ? found : []) as T[];
      return merged(there, files.list(resource));
    },
    serves: (resource) => lists.get(keyOf(resource)) !== 'unserved' || objects.some((object) => isOf(object, resource)),
    holdsAll: (resource) => whole && lists.get(keyOf(resource)) !== 'hidden',
    complete: () => all,
  };
}

/** Objects as they will be once others are applied: these in the place of those of their names. */
export function merged<T extends KubernetesObject>(there: readonly T[], coming: readonly T[]): T[] {
  const find = (among: readonly T[], { metadata }: T): T | undefined => among.find((each) => each.metadata.name === metadata.name);
  return [...there.filter((object) => !find(coming, object)), ...coming.map((object) => overlaid(object, find(there, object)))];
}

/** A newcomer is the youngest of all. */
function overlaid<T extends KubernetesObject>(coming: T, there: T | undefined): T {
  const status: unknown = there && Reflect.get(there, 'status');
  const creationTimestamp = there?.metadata.creationTimestamp ?? '9999-12-31T23:59:59Z';
  return { ...coming, metadata: { ...coming.metadata, creationTimestamp }, ...(status === undefined ? {} : { status }) };
}

/** The objects of a kind in a namespace, or everywhere for a kind of the whole cluster; or that the cluster does not know it, or that the caller may not see it. */
export async function listed(client: ClusterClient, resource: Resource<KubernetesObject>, namespace: string, signal: AbortSignal): Promise<KubernetesObject[] | 'unserved' | 'hidden'> {
  try {
    return (await client.list(resource, { ...(resource.namespaced ? { namespace } : {}), signal })).items;
  } catch (error) {
    if (isNotFound(error)) return 'unserved';
    // Of kinds that are not there API servers say the same to who may not see them.
    if (isForbidden(error)) return 'hidden';
    throw error;
  }
}
