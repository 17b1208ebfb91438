import { createClient, type ClientOptions } from '../../cluster/create-client.js';
import type { ClusterClient } from '../../cluster/client.js';
import { impersonating, withToken } from '../../cluster/impersonation.js';
import type { Transport } from '../../ports/transport.js';
import { forbidden } from '../errors.js';
import type { Identity } from '../identity.js';
import { impersonatedDeeds, type AllowedDeeds } from './impersonated-deeds.js';
import { limited } from './limited-transport.js';

/** How a server reaches the cluster as the people whom it serves. */
export interface ClusterClientsOptions {
  /** With the server's own credentials (locally: the person's kubeconfig). */
  readonly own: Transport;
  /** To the same cluster without any credentials (no client certificate either), for people's own tokens; absent: tokens are not taken. */
  readonly bare?: Transport;
  /** Whether people whom only the server knows (OIDC, chats) are impersonated. It takes the right to impersonate. */
  readonly impersonate: boolean;
  /** What may be asked in their place beside `impersonatedDeeds`: what routes ask that are not this server's own. */
  readonly moreDeeds?: readonly AllowedDeeds[];
  readonly client: ClientOptions;
}

/**
 * The cluster puts whoever is impersonated into this group by itself; to name it would take the right to be this group as well
 * (https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/), which a server that may be some groups only has not.
 */
const EVERYBODY = 'system:authenticated';

/**
 * The cluster as one person: their own token where they have one, the server's own credentials for whoever came by a one-time
 * link, impersonation for all others, which carries nothing but what the server's routes ask (`impersonatedDeeds`). Each call makes a new client over the same connections, which costs nothing.
 */
export function clusterClients({ own, bare, impersonate, moreDeeds = [], client }: ClusterClientsOptions): (identity: Identity) => ClusterClient {
  const self = createClient(own, client);
  const inTheirPlace = limited(own, [...impersonatedDeeds, ...moreDeeds]);
  return (identity) => {
    if (identity.token !== undefined) {
      if (bare === undefined) throw forbidden('This server takes no tokens: sign in by a one-time link.');
      return createClient(withToken(bare, identity.token), client);
    }
    if (identity.method === 'link') return self;
    if (!impersonate) throw forbidden('This server may not act for people whom the cluster does not know: start it with --impersonate, and give it the right to.');
    const { user, uid, extra } = identity;
    const groups = identity.groups.filter((group) => group !== EVERYBODY);
    return createClient(impersonating(inTheirPlace, { user, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) }), client);
  };
}
