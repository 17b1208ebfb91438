import { equalJson } from '../json-values.js';
import { printOf, type RouteClaim } from './claims.js';
import type { Destination, HttpRoute } from './objects.js';
import { versionOf } from './subset-names.js';
import { readDestinations, type Hashes } from './weights.js';

/** Where a claimed route stands now. */
export type Whereabouts = { readonly at: number } | 'gone' | 'ambiguous';

/** Whether any destination names a subset of ours. */
export function namesOurSubsets(destinations: readonly Destination[] | undefined): boolean {
  return destinations?.some(({ destination }) => versionOf(destination.subset) !== undefined) ?? false;
}

/**
 * Finds claimed routes again in a list that others may have edited: by name; else by what the route matches and does; else,
 * where both were changed, by the subsets of ours that it still names. Only certain finds count; where several look alike, the
 * destinations must tell them apart, or make no difference.
 * @param hashes which versions there are, where that is known
 * @returns one answer per claim, in their order
 */
export function findRoutes(claims: readonly RouteClaim[], routes: readonly HttpRoute[], hashes?: Hashes): Whereabouts[] {
  // Where requests are split between Services or subsets of users, only these tell a split route from an edited one.
  const known = hashes?.services || hashes?.subsets ? hashes : undefined;
  const found = new Map<RouteClaim, number>();
  const free = (): number[] => routes.map((_, index) => index).filter((index) => ![...found.values()].includes(index));
  const open = (): RouteClaim[] => claims.filter((claim) => !found.has(claim));

  for (const name of new Set(claims.flatMap((claim) => claim.name ?? []))) {
    pair(open().filter((claim) => claim.name === name), free().filter((index) => routes[index]?.name === name), routes, found, known);
  }
  for (const print of new Set(open().map((claim) => claim.print))) {
    pair(open().filter((claim) => claim.print === print), free().filter((index) => isRoute(routes[index], print)), routes, found, known);
  }
  const ours = (): number[] => free().filter((index) => namesOurSubsets(routes[index]?.route));
  pair(open(), ours(), routes, found, known);

  return claims.map((claim) => {
    const at = found.get(claim);
    return at !== undefined ? { at } : ours().length === 0 ? 'gone' : 'ambiguous';
  });
}

function isRoute(route: HttpRoute | undefined, print: string): boolean {
  return route !== undefined && (route.route?.length ?? 0) > 0 && printOf(route) === print;
}

/** Pairs what belongs together for certain, and leaves the rest. */
function pair(claims: readonly RouteClaim[], indexes: readonly number[], routes: readonly HttpRoute[], found: Map<RouteClaim, number>, hashes: Hashes | undefined): void {
  const [claim] = claims;
  const [index] = indexes;
  if (claims.length === 1 && indexes.length === 1 && claim && index !== undefined) return void found.set(claim, index);
  if (claims.every(({ route }) => equalJson(route, claim?.route))) {
    // Which of them is which makes no difference to what is written or put back.
    const fitting = indexes.filter((each) => claim && fits(claim, routes[each], hashes));
    const byPlace = [...claims].sort((a, b) => a.index - b.index);
    return fitting.forEach((each, place) => byPlace[place] && found.set(byPlace[place], each));
  }
  for (const each of claims) {
    const own = indexes.filter((candidate) => fits(each, routes[candidate], hashes));
    const [only] = own;
    const isOnlyOne = only !== undefined && own.length === 1 && claims.filter((other) => fits(other, routes[only], hashes)).length === 1;
    if (isOnlyOne) found.set(each, only);
  }
  // Split, some that differ look the same (weight: 100, and none): then only a place that did not move is certain.
  const left = claims.filter((each) => !found.has(each));
  const free = indexes.filter((each) => ![...found.values()].includes(each));
  if (left.length === free.length && left.every((each) => free.includes(each.index) && fits(each, routes[each.index], hashes))) {
    for (const each of left) found.set(each, each.index);
  }
}

/** Whether a route is the claimed one as it was found, or split. */
function fits(claim: RouteClaim, route: HttpRoute | undefined, hashes: Hashes | undefined): boolean {
  const now = route?.route ?? [];
  return equalJson(now, claim.route) || readDestinations(claim.route, now, hashes).kind !== 'edited';
}
