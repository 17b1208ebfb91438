import type { Split } from '../../model/split.js';
import type { Found, RoutingProblem } from '../router.js';
import { both, headersOf, withRequest } from './match-conditions.js';
import { routePlace, titleOf, type IstioConfig } from './objects.js';
import { previewProblems } from './preview-routes.js';
import type { Scope } from './scope.js';
import { claimable, selectRoutes, usersRoutes } from './selection.js';
import { setsCookies } from './sticky-cookie.js';

/** What could be said in VirtualServices, but not beside what stands in the chosen routes. */
export function routeConflicts(config: IstioConfig, split: Split, found: Found, scope: Scope): RoutingProblem[] {
  return selectRoutes(config, found, scope).flatMap((selected) => {
    const title = titleOf(selected.object.metadata.name, selected.namespace, scope.service.namespace);
    const steered = claimable(selected).flatMap(({ list, index, route }) => (list === 'http' ? [{ index, route }] : []));
    const path = split.preview?.path;
    const hidden = path === undefined || steered.length === 0 ? [] : previewProblems(title, usersRoutes(selected.object, 'http', scope), steered.map(({ index }) => index), path);
    return [
      ...hidden,
      ...steered.flatMap(({ index, route }) => {
        const place = routePlace(title, 'http', index, route.name);
        const match = both(route.match, (split.matches ?? []).map(headersOf));
        return [
          ...(Array.isArray(match) ? [] : [headerConflict(place, match.header)]),
          ...(split.mirrors ?? []).flatMap(({ matches }) => matches).flatMap((request) => {
            const joined = withRequest(route.match, request);
            return Array.isArray(joined) ? [] : [conditionConflict(place, joined.conflict)];
          }),
          ...(split.sticky && (route.route ?? []).some(setsCookies) ? [cookieConflict(place)] : []),
        ];
      }),
    ];
  });
}

/** A header that the route and a match both ask for. @param place of the route */
export function headerConflict(place: string, header: string): RoutingProblem {
  return {
    place: `${place}.match`,
    problem: `has its own condition on header "${header}", and Istio takes only one for each header`,
    remedy: 'tell requests apart by another header, or leave the condition out of the route',
  };
}

/** What the route and copies of some requests both ask about, so that it cannot be joined. @param place of the route */
export function conditionConflict(place: string, what: string): RoutingProblem {
  return { place: `${place}.match`, problem: `has its own condition on ${what}, which cannot be joined with that of the copies`, remedy: 'copy requests by something else, or leave the condition out of the route' };
}

/** A route that sets cookies itself. @param place of the route */
export function cookieConflict(place: string): RoutingProblem {
  return {
    place: `${place}.route`,
    problem: 'already adds a set-cookie header, beside which there is no place for one that keeps users with a version',
    remedy: 'let the program set its cookie itself, or leave out sticky',
  };
}
