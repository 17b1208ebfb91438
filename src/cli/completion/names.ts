import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { onCluster } from '../cluster-command.js';
import { localClusters, type ConnectionOptions } from '../connection.js';
import type { Shell } from '../shell.js';
import type { NameKind } from './wanted.js';

/** The names of such things, on the cluster that the options name or on this machine. */
export async function namesOf(shell: Shell, kinds: readonly NameKind[], options: ConnectionOptions): Promise<string[]> {
  if (kinds.includes('locals')) return localClusters(shell);
  return onCluster(shell, options, async ({ client, namespace }) => {
    const { signal } = shell;
    const lists = await Promise.all(kinds.map(async (kind) => {
      const { items } = kind === 'namespaces'
        ? await client.list(resources.namespaces, { signal })
        : kind === 'policies' ? await client.list(serinResources.releasePolicies, { namespace, signal }) : await client.list(serinResources.releases, { namespace, signal });
      return items.map(({ metadata }) => metadata.name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    }));
    return [...new Set(lists.flat())];
  });
}
