import { oamResources } from '../../frontends/kubevela/application.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { onCluster } from '../cluster-command.js';
import { localClusters, type Connection } from '../connection.js';
import type { Shell } from '../shell.js';
import type { PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';
import type { NameKind } from './wanted.js';

const RESOURCES: Readonly<Record<Exclude<NameKind, 'locals'>, Resource<KubernetesObject>>> = {
  policies: serinResources.releasePolicies,
  releases: serinResources.releases,
  applications: oamResources.applications,
  namespaces: resources.namespaces,
};

/** Where names are asked for. */
export interface NamePlace extends PlaceOptions {
  /** Whether the command may go through a server at all. */
  readonly mayUseServer: boolean;
}

/** The names of such things, on the cluster or server that the options name or on this machine. */
export async function namesOf(shell: Shell, wanted: readonly NameKind[], { mayUseServer, ...options }: NamePlace): Promise<string[]> {
  if (wanted.includes('locals')) return localClusters(shell);
  const kinds = wanted.filter((kind) => kind !== 'locals');
  const cluster = async (connection: Connection): Promise<string[]> => sorted(await Promise.all(kinds.map((kind) => objectNames(shell, connection, kind))));
  if (!mayUseServer) return onCluster(shell, options, cluster);
  return onServerOrCluster(shell, options, {
    cluster,
    async server(server) {
      const { serverNames } = await import('../through-server/names.js');
      return sorted(await Promise.all(kinds.map((kind) => serverNames(server, kind))));
    },
  });
}

async function objectNames({ signal }: Shell, { client, namespace }: Connection, kind: keyof typeof RESOURCES): Promise<string[]> {
  const { items } = await client.list(RESOURCES[kind], { ...(kind === 'namespaces' ? {} : { namespace }), signal });
  return items.map(({ metadata }) => metadata.name);
}

/** Each kind for itself, by name. */
const sorted = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flatMap((names) => names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))))];
