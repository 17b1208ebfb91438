import type { SecureContext } from 'node:tls';
import { anyRequest } from './http-match.js';
import type { CompiledRoute } from './http-routes.js';
import type { Caller, RoutedRequest } from './request.js';
import { defaultRetries } from './retries.js';

/** The routes of one host, in the order in which they are tried. */
export interface RouteTable {
  readonly routes: readonly CompiledRoute[];
  /** Why every request here is answered 503; undefined when they are not. */
  readonly refusal: string | undefined;
  /** Whose headers are added and whose words the gateway answers in; Envoy's when absent. */
  readonly manner?: 'nginx';
}

/** The routes that one product has for requests from outside. */
export interface OutsideRoutes {
  /**
   * @param port that the client means, such as 80 or 443, whatever local port stands for it
   * @param host of the request, without port
   * @returns undefined when the product does not claim the host at this port
   */
  table(port: number, host: string): RouteTable | undefined;
  /** The form that it gives to a path before it looks at routes; undefined for a path that it answers 400. None when absent. */
  normalizePath?(this: void, path: string): string | undefined;
  /** Ports at which plain requests are expected, besides 80. */
  readonly ports?: readonly number[];
  /** Ports at which TLS is ended here, besides 443. */
  readonly securePorts?: readonly number[];
  /** What answers for a name that a client asks for in its TLS greeting; undefined leaves it to the next product. */
  certificate?(port: number, serverName: string): SecureContext | undefined;
}

/** The first route that takes the request. */
export function findRoute(table: RouteTable, request: RoutedRequest, caller: Caller): CompiledRoute | undefined {
  for (const route of table.routes) if (route.match.matches(request, caller)) return route;
  return undefined;
}

/** What a Service without a VirtualService has. */
export function defaultRoute(host: string, port: number): CompiledRoute {
  const destination = { destination: { host, port, subset: undefined }, weight: 1, authority: undefined, requestHeaders: [], responseHeaders: [] };
  return {
    name: 'default',
    match: anyRequest,
    action: { kind: 'forward', destinations: [destination], totalWeight: 1 },
    rewritePath: undefined,
    timeout: 0,
    retries: defaultRetries,
    mirrors: [],
    fault: undefined,
  };
}
