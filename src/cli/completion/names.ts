import { oamResources } from '../../frontends/kubevela/application.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { onCluster } from '../cluster-command.js';
import { localClusters, type ConnectionOptions } from '../connection.js';
import type { Shell } from '../shell.js';
import type { NameKind } from './wanted.js';

const RESOURCES: Readonly<Record<Exclude<NameKind, 'locals'>, Resource<KubernetesObject>>> = {
  policies: serinResources.releasePolicies,
  releases: serinResources.releases,
  applications: oamResources.applications,
  namespaces: resources.namespaces,
};

/** The names of such things, on the cluster that the options name or on this machine. */
export async function namesOf(shell: Shell, wanted: readonly NameKind[], options: ConnectionOptions): Promise<string[]> {
  if (wanted.includes('locals')) return localClusters(shell);
  const kinds = wanted.filter((kind) => kind !== 'locals');
  return onCluster(shell, options, async ({ client, namespace }) => {
    const { signal } = shell;
    const lists = await Promise.all(kinds.map(async (kind) => {
      const { items } = await client.list(RESOURCES[kind], { ...(kind === 'namespaces' ? {} : { namespace }), signal });
      return items.map(({ metadata }) => metadata.name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    }));
    return [...new Set(lists.flat())];
  });
}
