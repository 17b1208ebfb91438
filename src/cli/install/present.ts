import { ApiError, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { installedKinds } from '../../installation/kinds.js';
import type { InstalledObject } from '../../installation/objects.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { MANAGER } from './wanted.js';

/** Never taken away with the rest: what is in them would go too. */
const KEPT: ReadonlySet<string> = new Set(['Namespace', 'CustomResourceDefinition']);

/** What this command installed for a namespace and is still there, but for namespaces and definitions. Workloads first, then rights. */
export async function presentObjects(client: ClusterClient, namespace: string, signal: AbortSignal): Promise<InstalledObject[]> {
  const kinds: readonly Resource<KubernetesObject>[] = Object.values(installedKinds).filter(({ kind }) => !KEPT.has(kind));
  const labelSelector = `app.kubernetes.io/part-of=serin,app.kubernetes.io/managed-by=${MANAGER},app.kubernetes.io/instance=${namespace}`;
  const lists = await Promise.all(kinds.map(async (resource) => (await listed(client, resource, labelSelector, signal)).map((object) => ({ resource, object }))));
  return lists.flat().sort((one, other) => Number(other.object.kind === 'Deployment') - Number(one.object.kind === 'Deployment'));
}

/** Who is in charge of the controllers in a namespace, such as `Helm`; undefined where there are none. */
export async function managerOf(client: ClusterClient, namespace: string, signal: AbortSignal): Promise<string | undefined> {
  const deployment = await client.find(resources.deployments, { namespace, name: 'serin' }, { signal });
  return deployment && (deployment.metadata.labels?.['app.kubernetes.io/managed-by'] ?? 'somebody else');
}

async function listed(client: ClusterClient, resource: Resource<KubernetesObject>, labelSelector: string, signal: AbortSignal): Promise<KubernetesObject[]> {
  try {
    const { items } = await client.list(resource, { labelSelector, signal });
    // Items of a list say neither kind nor version.
    return items.map((item) => ({ ...item, kind: resource.kind }));
  } catch (error) {
    // Not served, or not to be seen: then there is nothing of ours that we could take away.
    if (isNotFound(error) || (error instanceof ApiError && error.code === 403)) return [];
    throw error;
  }
}
