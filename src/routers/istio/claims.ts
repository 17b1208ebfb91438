import { canonicalJson, fingerprint, isRecord } from '../json-values.js';
import type { Claim } from '../router.js';
import { mirrorFields, mirroringOf, type Mirroring } from './mirroring.js';
import { routeLists, type Destination, type HttpRoute, type RouteList } from './objects.js';

/** What was found in one route, and by what to find the route again. */
export interface RouteClaim {
  /** `http` when absent. */
  readonly list?: Exclude<RouteList, 'http'>;
  readonly name?: string;
  /** Where it stood among the routes that are not Serin's; says only which of several equal routes it is. */
  readonly index: number;
  /** Of all of the route but its name and what Serin changes. */
  readonly print: string;
  readonly route: readonly Destination[];
  /** Where the user mirrored, too. */
  readonly mirroring?: Mirroring;
  /** Found after others were claimed, so that it may not have been written yet when they were. */
  readonly late?: true;
}

/** The claims in one VirtualService. */
export interface VirtualServiceClaim {
  readonly name: string;
  /** The release's own when absent. */
  readonly namespace?: string;
  readonly routes: readonly RouteClaim[];
}

export function printOf(route: HttpRoute): string {
  const changed: readonly string[] = ['name', 'route', ...mirrorFields];
  return fingerprint(canonicalJson(Object.fromEntries(Object.entries(route).filter(([field]) => !changed.includes(field)))));
}

export function claimRoute(route: HttpRoute, index: number, late: boolean, list: RouteList = 'http'): RouteClaim {
  const mirroring = mirroringOf(route);
  return {
    ...(list === 'http' ? {} : { list }),
    ...(route.name ? { name: route.name } : {}),
    index,
    print: printOf(route),
    route: route.route ?? [],
    ...(Object.keys(mirroring).length > 0 ? { mirroring } : {}),
    ...(late ? { late: true } : {}),
  };
}

/** Whether two claims are of one object. */
export function sameObject(a: Pick<Claim, 'name' | 'namespace'>, b: Pick<Claim, 'name' | 'namespace'>): boolean {
  return a.name === b.name && a.namespace === b.namespace;
}

/** The claims of this router among those on record. Claims that cannot be read are left out. */
export function parseClaims(claims: readonly Claim[]): VirtualServiceClaim[] {
  return claims.flatMap(({ kind, name, namespace, found }) =>
    kind === 'VirtualService' && isRecord(found) && Array.isArray(found.routes)
      ? [{ name, ...(namespace === undefined ? {} : { namespace }), routes: found.routes.filter(isRouteClaim) }]
      : [],
  );
}

export function recordClaims(claims: readonly VirtualServiceClaim[]): Claim[] {
  return claims.map(({ routes, ...object }) => ({ kind: 'VirtualService', ...object, found: { routes } }));
}

function isRouteClaim(value: unknown): value is RouteClaim {
  return (
    isRecord(value) &&
    typeof value.index === 'number' &&
    typeof value.print === 'string' &&
    (value.list === undefined || routeLists.some((list) => list === value.list)) &&
    (value.mirroring === undefined || isRecord(value.mirroring)) &&
    (value.name === undefined || typeof value.name === 'string') &&
    Array.isArray(value.route) &&
    value.route.every((item) => isRecord(item) && isRecord(item.destination) && typeof item.destination.host === 'string')
  );
}
