import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';

/** What reading the cluster takes. */
export interface Reading {
  readonly client: ClusterClient;
  readonly signal: AbortSignal;
}

/** Lists kinds in a namespace, with the kind of each object; nothing of a kind that the API server does not know. */
export const foundNowList = ({ client, signal }: Reading, namespace: string) =>
  async <T extends KubernetesObject>(resource: Resource<T>): Promise<T[]> => {
    try {
      const { items } = await client.list(resource, { ...(resource.namespaced ? { namespace } : {}), signal });
      // Items of a list do not say what they are.
      return items.map((item) => ({ ...item, apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`, kind: resource.kind }));
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };
