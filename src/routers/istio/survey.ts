import { resources } from '../../kubernetes/resources.js';
import { equalJson } from '../json-values.js';
import type { Found, FoundObject } from '../router.js';
import type { RouteClaim, VirtualServiceClaim } from './claims.js';
import { meansService, type ServiceName } from './host.js';
import type { Destination, HttpRoute, VirtualService } from './objects.js';
import { findRoutes, namesOurSubsets, type Whereabouts } from './route-identity.js';
import { readDestinations, type Hashes, type Reading } from './weights.js';

/** What a claimed route is now: as it was found, or as it reads. */
export type RouteState =
  | { readonly claim: RouteClaim; readonly state: 'lost'; readonly where: Exclude<Whereabouts, { at: number }> }
  | { readonly claim: RouteClaim; readonly state: 'present'; readonly index: number; readonly route: HttpRoute; readonly reading: Reading | { readonly kind: 'found' } };

export interface SurveyedVirtualService {
  readonly name: string;
  /** Undefined when it is gone. */
  readonly found: (FoundObject & { readonly object: VirtualService }) | undefined;
  readonly routes: readonly RouteState[];
  /** Routes that name subsets of ours though no claim says what they were. */
  readonly strays: readonly number[];
}

/**
 * Holds what is claimed against what is there.
 * @param hashes undefined where it does not matter which versions are named
 * @param service whose routes may be strays: those to other Services are other releases'
 */
export function survey(claims: readonly VirtualServiceClaim[], found: Found, hashes: Hashes | undefined, service: ServiceName): SurveyedVirtualService[] {
  const claimed = claims.map(({ name, routes }) => surveyOne(name, routes, found, hashes, service));
  const others = found.list(resources.virtualServices).filter(({ metadata }) => claims.every(({ name }) => name !== metadata.name));
  const strayed = others.map(({ metadata }) => surveyOne(metadata.name, [], found, hashes, service)).filter(({ strays }) => strays.length > 0);
  return [...claimed, ...strayed];
}

function surveyOne(name: string, claims: readonly RouteClaim[], all: Found, hashes: Hashes | undefined, service: ServiceName): SurveyedVirtualService {
  const found = all.get(resources.virtualServices, name);
  const http = found?.object.spec.http ?? [];
  const whereabouts = findRoutes(claims, http);
  const routes = claims.map((claim, place): RouteState => {
    const where = whereabouts[place] ?? 'gone';
    const route = typeof where === 'object' ? http[where.at] : undefined;
    if (typeof where !== 'object' || !route) return { claim, state: 'lost', where: typeof where === 'object' ? 'gone' : where };
    const now = route.route ?? [];
    const reading = equalJson(now, claim.route) ? ({ kind: 'found' } as const) : readDestinations(claim.route, now, hashes);
    return { claim, state: 'present', index: where.at, route, reading };
  });
  const known = routes.flatMap((each) => (each.state === 'present' ? [each.index] : []));
  const strays = http.flatMap((route, index) => (!known.includes(index) && namesOurSubsets(destinationsOf(route, service)) ? [index] : []));
  return { name, found, routes, strays };
}

function destinationsOf({ route = [] }: HttpRoute, service: ServiceName): Destination[] {
  return route.filter(({ destination }) => meansService(destination.host, service.namespace, service));
}
