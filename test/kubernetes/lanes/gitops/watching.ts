import type { ClusterClient } from '../../../../src/cluster/client.js';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';

/** Tells every version of the objects of a namespace from now on, until the signal is aborted. */
export async function watchObjects<T extends KubernetesObject>(client: ClusterClient, resource: Resource<T>, namespace: string, tell: (object: KubernetesObject) => void, signal: AbortSignal): Promise<void> {
  const { items, resourceVersion: first } = await client.list(resource, { namespace });
  let resourceVersion = first;
  for (const item of items) tell(item);
  while (!signal.aborted) {
    try {
      for await (const event of client.watch(resource, { namespace, resourceVersion, signal })) {
        if (event.type === 'BOOKMARK') resourceVersion = event.resourceVersion;
        else {
          resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
          if (event.type !== 'DELETED') tell(event.object);
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
