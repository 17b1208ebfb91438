import { WHOLE } from '../../model/split.js';
import type { Match } from '../../model/match.js';
import { both, headersOf, withRequest } from '../istio/match-conditions.js';
import { mirrorFields, mirroringOf } from '../istio/mirroring.js';
import type { Destination, HttpMatch, HttpRoute } from '../istio/objects.js';
import type { Wanted } from './members.js';
import type { TwoServicesConfig } from './scope.js';

/** Names of routes that Serin makes for what has none. */
const UNNAMED = { matches: 'serin-matches', mirrors: 'serin-copies' } as const;

/** Whether a route is one that Serin makes and takes away again. */
export function isManaged({ managedRoutes = [] }: Pick<TwoServicesConfig, 'managedRoutes'>, name: string | undefined): boolean {
  return name !== undefined && (managedRoutes.includes(name) || Object.values<string>(UNNAMED).includes(name));
}

export const routeNameOf = (what: keyof typeof UNNAMED, name: string | undefined): string => name ?? UNNAMED[what];

/** A route that is steered, as it will be. */
export interface Base {
  readonly route: HttpRoute;
  /** Its destinations with the weights that are to be. */
  readonly destinations: readonly Destination[];
  readonly canary: Destination['destination'];
}

/** The routes that Serin makes for matches and copies, in order, and what cannot be said. */
export interface ManagedRoutes {
  readonly routes: readonly HttpRoute[];
  readonly problems: readonly string[];
}

/**
 * For each name, and for each route that is steered, one route: with all else that the steered one says, so that a path is
 * rewritten and an answer waited for as it would be there. In the order of `managedRoutes`; what is not named there comes last.
 */
export function managedRoutes({ managedRoutes: order = [] }: Pick<TwoServicesConfig, 'managedRoutes'>, bases: readonly Base[], { matches, mirrors }: Pick<Wanted, 'matches' | 'mirrors'>): ManagedRoutes {
  const problems: string[] = [];
  const made: HttpRoute[] = [];
  const add = (base: Base, name: string, match: HttpMatch[] | { readonly header: string }, rest: HttpRoute): void => {
    if (!Array.isArray(match)) problems.push(`route ${name}: the route matches header ${match.header} itself, and Istio takes one condition for each`);
    // A match without conditions is left out: Istio refuses an empty one.
    else if (match.some((each) => Object.keys(each).length === 0)) made.push({ ...likeness(base.route), ...rest, name });
    else if (match.length > 0) made.push({ ...likeness(base.route), ...rest, name, match });
  };
  for (const [name, group] of byName(matches)) {
    for (const base of bases) {
      add(base, name, both(base.route.match, group.map(headersOf)), { ...mirroringOf(base.route), route: [{ destination: base.canary, weight: 100 }] });
    }
  }
  for (const { name, share, matches: requests } of mirrors) {
    for (const base of bases) {
      const conditions = requests.map((request) => withRequest(base.route.match, request));
      const conflict = conditions.find((each) => !Array.isArray(each));
      if (conflict && !Array.isArray(conflict)) {
        problems.push(`route ${routeNameOf('mirrors', name)}: the route matches ${conflict.conflict} itself, in a way that cannot be joined with what is to be copied`);
        continue;
      }
      add(base, routeNameOf('mirrors', name), conditions.flatMap((each) => (Array.isArray(each) ? each : [])), { ...mirroring(base, share), route: [...base.destinations] });
    }
  }
  const place = ({ name }: HttpRoute): number => (name === undefined || !order.includes(name) ? order.length : order.indexOf(name));
  return { routes: made.map((route, index) => ({ route, index })).sort((a, b) => place(a.route) - place(b.route) || a.index - b.index).map(({ route }) => route), problems };
}

function byName(matches: readonly Match[]): Map<string, Match[]> {
  const groups = new Map<string, Match[]>();
  for (const match of matches) {
    const name = routeNameOf('matches', match.name);
    groups.set(name, [...(groups.get(name) ?? []), match]);
  }
  return groups;
}

/** All of a route but what tells those made of it from it. */
function likeness(route: HttpRoute): HttpRoute {
  const differing: readonly string[] = ['name', 'match', 'route', ...mirrorFields];
  return Object.fromEntries(Object.entries(route).filter(([field]) => !differing.includes(field)));
}

/** A route has `mirror` or `mirrors`, never both. */
function mirroring({ route, canary }: Base, share: number): HttpRoute {
  const percentage = { value: (100 * share) / WHOLE };
  const users = mirroringOf(route);
  if (users.mirror === undefined && users.mirrors === undefined) return { mirror: canary, mirrorPercentage: percentage };
  const { mirror, mirrors = [], mirrorPercentage, mirrorPercent, mirror_percent: old } = users;
  const percent = mirrorPercent ?? old;
  const first = mirrorPercentage ?? (percent === undefined ? undefined : { value: percent });
  return { mirrors: [...(mirror ? [{ destination: mirror, ...(first ? { percentage: first } : {}) }] : []), ...mirrors, { destination: canary, percentage }] };
}
