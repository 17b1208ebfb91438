import type { CompiledRoute } from '../http-routes.js';
import { nameOf, type Route } from './objects.js';

/** A match with what decides which of several matching ones is followed. */
export interface RankedRoute {
  readonly compiled: CompiledRoute;
  /** More counts for more; the first number that differs decides. */
  readonly rank: readonly number[];
  readonly route: Route;
}

/** Where a path of this kind stands: exact paths, then regular expressions (their place is left open), then prefixes, longest first. */
export function pathRank(kind: 'exact' | 'regex' | 'prefix', length: number): readonly number[] {
  return [Number(kind === 'exact'), kind === 'regex' ? length : 0, kind === 'prefix' ? length : 0];
}

/**
 * Gateway API's order of matches: by their rank, then the oldest route, then the first by `namespace/name`. Within a route the
 * order of the rules is kept: sorting is stable.
 */
export function comparePrecedence(a: RankedRoute, b: RankedRoute): number {
  for (const [index, value] of a.rank.entries()) {
    const difference = (b.rank[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  if (a.route === b.route) return 0;
  return compareAge(a.route, b.route);
}

/** Oldest first, then by `namespace/name`. */
export function compareAge(a: Pick<Route, 'metadata'>, b: Pick<Route, 'metadata'>): number {
  const age = Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '');
  return (Number.isNaN(age) ? 0 : age) || (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0);
}
