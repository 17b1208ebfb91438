import type { Configuration } from '../configuration/configuration.js';
import type { Cluster } from '../configuration/clusters.js';
import type { RoutedRequest } from '../configuration/request.js';
import type { RouteTable } from '../configuration/route-tables.js';
import type { ProxyIdentity } from '../telemetry/proxies.js';
import type { LocalReply } from './local-replies.js';

/** Where a request goes in this configuration, before any route is looked at. */
export type Resolution =
  | {
      readonly kind: 'routes';
      readonly table: RouteTable;
      readonly port: number;
      readonly host: string;
      /** The form of the path that routes are chosen by and that is sent on; undefined for none, as it stands without this. */
      readonly normalizePath?: (path: string) => string | undefined;
      /** The proxy that the request passes through, where it is not the entry's own. */
      readonly identity?: ProxyIdentity;
    }
  /** Straight to an address, past all routes. */
  | { readonly kind: 'cluster'; readonly cluster: Cluster }
  | { readonly kind: 'reply'; readonly reply: LocalReply };

/** One way into the gateway: what real Istio has a proxy for. */
export interface Entry {
  /** The proxy that requests here pass through on the sender's side. */
  identity(): ProxyIdentity;
  /** At the edge the sender's address is added to `x-forwarded-for`. */
  readonly edge: boolean;
  resolve(request: RoutedRequest, configuration: Configuration): Resolution;
}
