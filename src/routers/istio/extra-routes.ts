import { roles } from '../../model/version.js';
import { WHOLE, type Split } from '../../model/split.js';
import type { RoutingProblem } from '../router.js';
import { extraName, type ExtraKind } from './extra-names.js';
import { both, headersOf, withRequest } from './match-conditions.js';
import { mirrorFields, withMirror, type Mirroring } from './mirroring.js';
import { routePlace, type HttpMatch, type HttpRoute } from './objects.js';
import { previewMatches, previewProblems } from './preview-routes.js';
import { conditionConflict, cookieConflict, headerConflict } from './route-conflicts.js';
import type { ExtraRoutes } from './route-patch.js';
import type { Scope } from './scope.js';
import { usersRoutes } from './selection.js';
import { setsCookies } from './sticky-cookie.js';
import type { PresentRoute, SurveyedVirtualService } from './survey.js';
import { allTo, splitDestinations, type Hashes } from './weights.js';

/** Kinds of copies that a split may ask for, so that each has a number of its own. */
const MOST_COPIES = 16;

/** How an http route is mirrored: by the user alone, and as the split wants it. */
export interface RouteMirroring {
  readonly users: Mirroring;
  readonly wanted: Mirroring;
}

/** A claimed http route with all that its own routes are made from. */
export interface SteeredRoute {
  readonly state: PresentRoute;
  readonly mirroring: RouteMirroring;
}

/**
 * Routes of our own before the claimed ones: requests that the split matches, and those that carry the cookie of a version,
 * each with all else of the route that they are taken from. Previews come first of all.
 */
export function extraRoutes(
  virtualService: SurveyedVirtualService,
  steered: readonly SteeredRoute[],
  split: Split,
  hashes: Hashes,
  scope: Scope,
): { routes: ExtraRoutes; problems: RoutingProblem[] } {
  const problems: RoutingProblem[] = [];
  const routes = new Map<number, HttpRoute[]>();
  const place = ({ index, route }: PresentRoute): string => routePlace(virtualService.title, 'http', index, route.name);
  const put = (before: number, route: HttpRoute): void => void routes.set(before, [...(routes.get(before) ?? []), route]);

  const indexes = steered.map(({ state }) => state.index);
  const first = Math.min(...indexes);
  const path = split.preview?.path;
  if (path !== undefined && virtualService.found && steered.length > 0) {
    const hidden = previewProblems(virtualService.title, usersRoutes(virtualService.found.object, 'http', scope), indexes, path).filter(({ severity }) => severity !== 'warning');
    problems.push(...hidden);
    const previews = hidden.length > 0 ? [] : steered.flatMap((each) => previewMatches(each.state.route, path).map((preview) => ({ ...preview, ...each })));
    previews.forEach(({ match, rewrite, state, mirroring }, number) => {
      const name = extraName(scope.policy, 'preview', number);
      put(first, { ...likeness(state.route, mirroring.users), name, match: [match], rewrite, route: allTo(state.claim.route, 'canary', hashes) });
    });
  }

  for (const { state, mirroring } of steered) {
    const number = virtualService.routes.indexOf(state);
    const add = (kind: ExtraKind, conditions: readonly ReturnType<typeof headersOf>[], copies: Mirroring): void => {
      const match = both(state.route.match, conditions);
      if (!Array.isArray(match)) return void problems.push(headerConflict(place(state), match.header));
      if (match.length > 0) put(state.index, ours(kind, number, state, match, copies));
    };
    const ours = (kind: ExtraKind, index: number, { route, claim }: PresentRoute, match: HttpMatch[], copies: Mirroring): HttpRoute => ({
      ...likeness(route, copies), name: extraName(scope.policy, kind, index), match, route: allTo(claim.route, kind === 'stable' ? 'stable' : 'canary', hashes),
    });
    if ((split.matches ?? []).length > 0) add('match', (split.matches ?? []).map(headersOf), mirroring.users);
    for (const [order, { share, matches }] of (split.shares.canary === WHOLE ? [] : (split.mirrors ?? [])).entries()) {
      const joined = matches.map((request) => withRequest(state.route.match, request));
      const conflict = joined.find((each) => !Array.isArray(each));
      if (conflict && !Array.isArray(conflict)) {
        problems.push(conditionConflict(place(state), conflict.conflict));
        continue;
      }
      const match = joined.flatMap((each) => (Array.isArray(each) ? each : []));
      const copies = withMirror(mirroring.users, allTo(state.claim.route, 'canary', hashes)[0]?.destination, share);
      if (match.length > 0) put(state.index, { ...likeness(state.route, copies), name: extraName(scope.policy, 'copy', number * MOST_COPIES + order), match, route: splitDestinations(state.claim.route, split, hashes) });
    }
    if (!split.sticky || split.shares.stable === 0 || split.shares.canary === 0) continue;
    if (state.claim.route.some(setsCookies)) {
      problems.push(cookieConflict(place(state)));
      continue;
    }
    for (const role of roles.toReversed()) {
      add(role, [headersOf({ cookies: [{ name: split.sticky.cookie, exact: hashes[role] }] })], role === 'stable' ? mirroring.wanted : mirroring.users);
    }
  }
  return { routes, problems };
}

/** All of a route but what tells our own from it. */
function likeness(route: HttpRoute, mirroring: Mirroring): HttpRoute {
  const differing: readonly string[] = ['name', 'match', 'route', ...mirrorFields];
  return { ...Object.fromEntries(Object.entries(route).filter(([field]) => !differing.includes(field))), ...mirroring };
}
