import { anyRequest } from './http-match.js';
import type { CompiledRoute } from './http-routes.js';
import type { Caller, RoutedRequest } from './request.js';
import { defaultRetries } from './retries.js';

/** The routes of one host, in the order in which they are tried. */
export interface RouteTable {
  readonly routes: readonly CompiledRoute[];
  /** Why every request here is answered 503; undefined when they are not. */
  readonly refusal: string | undefined;
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
