import { canonicalJson, fingerprint, isRecord } from '../json-values.js';
import type { Claim } from '../router.js';
import type { Destination, HttpRoute } from './objects.js';

/** What was found in one http route, and by what to find the route again. */
export interface RouteClaim {
  readonly name?: string;
  /** Where it stood; says only which of several equal routes it is. */
  readonly index: number;
  /** Of all of the route but its name and destinations. */
  readonly print: string;
  readonly route: readonly Destination[];
  /** Found after others were claimed, so that it may not have been written yet when they were. */
  readonly late?: true;
}

/** The claims in one VirtualService. */
export interface VirtualServiceClaim {
  readonly name: string;
  readonly routes: readonly RouteClaim[];
}

export function printOf(route: HttpRoute): string {
  const { name: _name, route: _route, ...rest } = route;
  return fingerprint(canonicalJson(rest));
}

export function claimRoute(route: HttpRoute, index: number, late: boolean): RouteClaim {
  return { ...(route.name ? { name: route.name } : {}), index, print: printOf(route), route: route.route ?? [], ...(late ? { late: true } : {}) };
}

/** The claims of this router among those on record. Claims that cannot be read are left out. */
export function parseClaims(claims: readonly Claim[]): VirtualServiceClaim[] {
  return claims.flatMap(({ kind, name, found }) =>
    kind === 'VirtualService' && isRecord(found) && Array.isArray(found.routes) ? [{ name, routes: found.routes.filter(isRouteClaim) }] : [],
  );
}

export function recordClaims(claims: readonly VirtualServiceClaim[]): Claim[] {
  return claims.map(({ name, routes }) => ({ kind: 'VirtualService', name, found: { routes } }));
}

function isRouteClaim(value: unknown): value is RouteClaim {
  return (
    isRecord(value) &&
    typeof value.index === 'number' &&
    typeof value.print === 'string' &&
    (value.name === undefined || typeof value.name === 'string') &&
    Array.isArray(value.route) &&
    value.route.every((item) => isRecord(item) && isRecord(item.destination) && typeof item.destination.host === 'string')
  );
}
