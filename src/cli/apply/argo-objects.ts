import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { argoSurroundings, isArgo, virtualServiceNamespaces, type ArgoSource } from '../manifests/argo.js';
import { isOf } from '../manifests/surroundings.js';
import { listed, merged } from './cluster-objects.js';

/** Kinds of objects that are checked against others. */
const ASKING: readonly string[] = ['Rollout', 'Experiment'];

/**
 * What Rollouts and Experiments out of files will find: the cluster's objects, those of the files in their place. Of a kind that the
 * caller may not see nothing can be said to be missing.
 * @param sound objects of the files that can be looked at @param whole false where some were left out
 */
export async function argoObjects(client: ClusterClient, asking: readonly KubernetesObject[], sound: readonly KubernetesObject[], { whole, signal }: { readonly whole: boolean; readonly signal: AbortSignal }): Promise<ArgoSource> {
  const concerned = asking.filter((object) => isArgo(object) && ASKING.includes(object.kind));
  const namespaces = [...new Set(concerned.flatMap(virtualServiceNamespaces))];
  const wanted = namespaces.flatMap((namespace) => argoSurroundings.map((resource) => [resource, namespace] as const));
  const lists = new Map(await Promise.all(wanted.map(async ([resource, namespace]) => [keyOf(resource, namespace), await listed(client, resource, namespace, signal)] as const)));
  return <T extends KubernetesObject>(resource: Resource<T>, namespace: string): readonly T[] | undefined => {
    const found = lists.get(keyOf(resource, namespace));
    // A kind that the cluster does not know has no objects but those that bring it along.
    if (found === undefined || found === 'hidden' || !whole) return undefined;
    const coming = sound.filter((object) => isOf(object, resource) && (!resource.namespaced || object.metadata.namespace === namespace)) as T[];
    return merged(found === 'unserved' ? [] : (found as T[]), coming);
  };
}

const keyOf = ({ group, plural, namespaced }: Resource<KubernetesObject>, namespace: string): string => `${group}/${plural}/${namespaced ? namespace : ''}`;
