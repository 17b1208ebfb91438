import type { Found, RoutingProblem } from '../router.js';
import { claimRoute, sameObject, type VirtualServiceClaim } from './claims.js';
import { consentProblem } from './consent.js';
import { virtualServiceProblems } from './object-problems.js';
import { titleOf, type DestinationRule, type IstioConfig } from './objects.js';
import { splittingProblems } from './route-problems.js';
import type { Scope } from './scope.js';
import { otherNamespace, selectRoutes } from './selection.js';
import { hashesOf } from './steering.js';
import { surveyOne } from './survey.js';

/** Claims on record, and those of chosen routes that are new. */
export function extendClaims(
  config: IstioConfig,
  found: Found,
  recorded: readonly VirtualServiceClaim[],
  rules: readonly DestinationRule[],
  scope: Scope,
): { claims: VirtualServiceClaim[]; problems: RoutingProblem[] } {
  const late = recorded.length > 0;
  const problems: RoutingProblem[] = [];
  const claims = [...recorded];
  const selected = selectRoutes(config, found, scope);
  for (const entry of config.virtualServices ?? []) {
    const namespace = otherNamespace(entry, scope);
    const known = [...selected.map((each) => ({ name: each.object.metadata.name, namespace: each.namespace })), ...recorded];
    const isThere = known.some((each) => each.name === entry.name && each.namespace === namespace);
    if (!isThere) problems.push({ place: titleOf(entry.name, namespace, scope.service.namespace), problem: 'does not exist', remedy: 'create it, or take it out of router.istio.virtualServices' });
  }
  for (const each of selected) {
    const object = { name: each.object.metadata.name, ...(each.namespace === undefined ? {} : { namespace: each.namespace }) };
    const known = recorded.find((claim) => sameObject(claim, object));
    const { strays, routes } = surveyOne(known ?? { ...object, routes: [] }, found, hashesOf(scope), scope);
    const taken = [...strays, ...routes.filter((route) => route.state === 'present')];
    const fresh = each.routes.filter(({ list, index }) => !taken.some((other) => other.list === list && other.index === index));
    const title = titleOf(object.name, object.namespace, scope.service.namespace);
    const whole = known ? [] : [...[consentProblem(each.object, scope.service.namespace) ?? []].flat(), ...virtualServiceProblems(each, scope)];
    const own = [...whole, ...fresh.flatMap((route) => splittingProblems(title, each.namespace, route, rules, scope))].filter(({ severity }) => severity !== 'warning');
    problems.push(...own);
    if (own.length > 0 || fresh.length === 0) continue;
    const extended = { ...object, routes: [...(known?.routes ?? []), ...fresh.map(({ list, route, place }) => claimRoute(route, place, late, list))] };
    const position = claims.findIndex((claim) => sameObject(claim, object));
    if (position < 0) claims.push(extended);
    else claims[position] = extended;
  }
  return { claims, problems };
}
