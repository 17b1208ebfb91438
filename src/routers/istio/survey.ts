import { resources } from '../../kubernetes/resources.js';
import { equalJson } from '../json-values.js';
import type { Found, FoundObject } from '../router.js';
import type { RouteClaim, VirtualServiceClaim } from './claims.js';
import { meansService } from './host.js';
import { routeLists, routesOf, titleOf, type HttpRoute, type RouteList, type VirtualService } from './objects.js';
import { findRoutes, namesOurSubsets, type Whereabouts } from './route-identity.js';
import type { Scope } from './scope.js';
import { usersRoutes, usersVirtualServices } from './selection.js';
import { readDestinations, type Hashes, type Reading } from './weights.js';

/** What a claimed route is now: as it was found, or as it reads. */
export type RouteState =
  | { readonly claim: RouteClaim; readonly list: RouteList; readonly state: 'lost'; readonly where: Exclude<Whereabouts, { at: number }> }
  | { readonly claim: RouteClaim; readonly list: RouteList; readonly state: 'present'; readonly index: number; readonly route: HttpRoute; readonly reading: Reading | { readonly kind: 'found' } };
export type PresentRoute = Extract<RouteState, { state: 'present' }>;

export interface SurveyedVirtualService {
  readonly name: string;
  /** As in claims: absent where it is the release's own. */
  readonly namespace?: string;
  /** `VirtualService reviews`. */
  readonly title: string;
  /** Undefined when it is gone. */
  readonly found: (FoundObject & { readonly object: VirtualService }) | undefined;
  readonly routes: readonly RouteState[];
  /** Routes that name subsets of ours though no claim says what they were. */
  readonly strays: readonly { readonly list: RouteList; readonly index: number }[];
}

/**
 * Holds what is claimed against what is there.
 * @param hashes undefined where it does not matter which versions are named
 * @param scope whose routes may be strays: those to other Services are other releases'
 */
export function survey(claims: readonly VirtualServiceClaim[], found: Found, hashes: Hashes | undefined, scope: Scope): SurveyedVirtualService[] {
  const claimed = claims.map((claim) => surveyOne(claim, found, hashes, scope));
  const others = usersVirtualServices(found, scope).filter((object) => mayStray(object, scope) && claims.every(({ name, namespace }) => namespace !== undefined || name !== object.metadata.name));
  const strayed = others.map(({ metadata }) => surveyOne({ name: metadata.name, routes: [] }, found, hashes, scope)).filter(({ strays }) => strays.length > 0);
  return [...claimed, ...strayed];
}

/** Whether it is worth a closer look: a namespace may have hundreds of VirtualServices, and nearly all lead elsewhere. */
const mayStray = (object: VirtualService, scope: Scope): boolean =>
  routeLists.some((list) => routesOf(object, list).some((route) => namesOurSubsets(route.route) && namesOurSubsets(toService(route, undefined, scope))));

/** Holds what is claimed in one VirtualService against what is there; all that names subsets of ours without a claim is a stray. */
export function surveyOne({ name, namespace, routes: claims }: VirtualServiceClaim, all: Found, hashes: Hashes | undefined, scope: Scope): SurveyedVirtualService {
  const found = all.get(resources.virtualServices, name, namespace);
  const lists = routeLists.map((list) => surveyList(list, claims.filter((claim) => (claim.list ?? 'http') === list), found?.object, hashes, scope));
  const known = lists.flatMap(({ states }) => states);
  const strays = lists.flatMap(({ list, placed }) =>
    placed
      .filter(({ route, index }) => !known.some((each) => each.state === 'present' && each.list === list && each.index === index) && namesOurSubsets(toService(route, namespace, scope)))
      .map(({ index }) => ({ list, index })),
  );
  const title = titleOf(name, namespace, scope.service.namespace);
  return { name, ...(namespace === undefined ? {} : { namespace }), title, found, routes: claims.flatMap((claim) => known.find((state) => state.claim === claim) ?? []), strays };
}

function surveyList(list: RouteList, claims: readonly RouteClaim[], object: VirtualService | undefined, hashes: Hashes | undefined, scope: Scope) {
  const placed = object ? usersRoutes(object, list, scope) : [];
  const whereabouts = findRoutes(claims, placed.map(({ route }) => route), hashes);
  const states = claims.map((claim, position): RouteState => {
    const where = whereabouts[position] ?? 'gone';
    const at = typeof where === 'object' ? placed[where.at] : undefined;
    if (typeof where !== 'object' || !at) return { claim, list, state: 'lost', where: typeof where === 'object' ? 'gone' : where };
    return { claim, list, state: 'present', index: at.index, route: at.route, reading: readRoute(claim, at.route, hashes) };
  });
  return { list, placed, states };
}

function readRoute(claim: RouteClaim, { route = [] }: HttpRoute, hashes: Hashes | undefined): PresentRoute['reading'] {
  const reading = readDestinations(claim.route, route, hashes);
  // Between Services or subsets of users, what was found may say a split as well: all of it to stable.
  if (equalJson(route, claim.route) && !((hashes?.services ?? hashes?.subsets) && reading.kind === 'split')) return { kind: 'found' };
  return reading;
}

function toService({ route = [] }: HttpRoute, namespace: string | undefined, { service }: Scope): NonNullable<HttpRoute['route']> {
  return route.filter(({ destination }) => meansService(destination.host, namespace ?? service.namespace, service));
}
