import { NamespaceListSchema } from '../../server/schemas/release-summary.js';
import type { NameKind } from '../completion/wanted.js';
import { listPolicies, listReleases } from './reading.js';
import type { ServerConnection } from './server-connection.js';

/** The names of what a server tells of in the namespace that is meant; none of what it knows nothing of. @throws as `ServerConnection.get` */
export async function serverNames(server: ServerConnection, kind: Exclude<NameKind, 'locals'>): Promise<readonly string[]> {
  switch (kind) {
    case 'policies':
      return (await listPolicies(server, server.namespace)).map(({ name }) => name);
    case 'releases':
      return (await listReleases(server, server.namespace)).map(({ name }) => name);
    case 'namespaces':
      return (await server.get(NamespaceListSchema, '/namespaces')).items;
    case 'applications':
      return [];
  }
}
