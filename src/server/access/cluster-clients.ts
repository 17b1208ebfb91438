import { createClient, type ClientOptions } from '../../cluster/create-client.js';
import type { ClusterClient } from '../../cluster/client.js';
import { impersonating, withToken } from '../../cluster/impersonation.js';
import type { Transport } from '../../ports/transport.js';
import { forbidden } from '../errors.js';
import type { Identity } from '../identity.js';

/** How a server reaches the cluster as the people whom it serves. */
export interface ClusterClientsOptions {
  /** With the server's own credentials (locally: the person's kubeconfig). */
  readonly own: Transport;
  /** To the same cluster without any credentials (no client certificate either), for people's own tokens; absent: tokens are not taken. */
  readonly bare?: Transport;
  /** Whether people whom only the server knows (OIDC, chats) are impersonated. It takes the right to impersonate. */
  readonly impersonate: boolean;
  readonly client: ClientOptions;
}

/**
 * The cluster as one person: their own token where they have one, the server's own credentials for whoever came by a one-time
 * link, impersonation for all others. Each call makes a new client over the same connections, which costs nothing.
 */
export function clusterClients({ own, bare, impersonate, client }: ClusterClientsOptions): (identity: Identity) => ClusterClient {
  const self = createClient(own, client);
  return (identity) => {
    if (identity.token !== undefined) {
      if (bare === undefined) throw forbidden('This server takes no tokens: sign in by a one-time link.');
      return createClient(withToken(bare, identity.token), client);
    }
    if (identity.method === 'link') return self;
    if (!impersonate) throw forbidden('This server may not act for people whom the cluster does not know: start it with --impersonate, and give it the right to.');
    const { user, groups, uid, extra } = identity;
    return createClient(impersonating(own, { user, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) }), client);
  };
}
