import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import type { Stage } from './stage.js';

/** In the order in which a backup tool puts them back: what runs first. */
const kinds: readonly Resource<KubernetesObject>[] = [
  resources.pods, resources.replicaSets, resources.deployments, resources.destinationRules, serinResources.releasePolicies, serinResources.releases, resources.services, resources.virtualServices,
] as readonly Resource<KubernetesObject>[];

/** What is in a namespace, without what an API server gives an object for its life: uid, versions, times, owners. */
export interface Backup {
  readonly items: readonly { readonly resource: Resource<KubernetesObject>; readonly object: KubernetesObject; readonly status: unknown }[];
}

/** Reads all of it. */
export async function takeBackup(stage: Stage): Promise<Backup> {
  const lists = await Promise.all(kinds.map(async (resource) => (await stage.run(() => stage.client.list(resource, { namespace: stage.namespace }))).items.map((item) => ({ resource, item }))));
  return {
    items: lists.flat().map(({ resource, item }) => {
      const { metadata: { name, labels, annotations, finalizers }, status, spec, ...rest } = item as KubernetesObject & { spec?: object; status?: unknown };
      // Addresses and nodes are the old cluster's.
      const { clusterIP: _ip, clusterIPs: _ips, nodeName: _node, ...kept } = (spec ?? {}) as Record<string, unknown>;
      return { resource, status, object: { ...rest, spec: kept, apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`, kind: resource.kind, metadata: { name, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}), ...(finalizers ? { finalizers } : {}) } } };
    }),
  };
}

/** Puts it into a namespace, under new UIDs. @param withStatus also the status of Serin's kinds, as some tools can be told to */
export async function restoreBackup(stage: Stage, namespace: string, { items }: Backup, { withStatus = false } = {}): Promise<void> {
  for (const { resource, object, status } of items) {
    await stage.run(() => stage.client.create(resource, { ...object, metadata: { ...object.metadata, namespace } }));
    if (withStatus && resource.group === 'serin.dev' && status !== undefined) {
      await stage.run(() => stage.client.patch(resource, { namespace, name: object.metadata.name }, { kind: 'merge', body: { status } }, { subresource: 'status' }));
    }
  }
}
