import type { Gateway } from '../../kubernetes/generated/gateway-api-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { canonicalJson } from '../json-values.js';
import type { Found, FoundObject, RoutingProblem } from '../router.js';
import type { Acceptance } from '../stages.js';
import { DEFAULT_SETTLE_SECONDS, GATEWAY_API_GROUP, routeTitle, type GatewayApiConfig, type ParentRef, type Route, type RouteKey } from './objects.js';
import { normalParent } from './preview-route.js';

const CONDITIONS = ['Accepted', 'ResolvedRefs'] as const;

/** A parent in a few words, such as `Gateway web (section http)`. */
export function parentTitle({ kind = 'Gateway', name, sectionName }: ParentRef): string {
  return `${kind} ${name}${sectionName === undefined ? '' : ` (section ${sectionName})`}`;
}

/**
 * What is said of a route by those whom its Gateways belong to. Others may speak as well, of a Gateway that they take for theirs;
 * where the class of a Gateway is not known all count.
 */
function answersOf({ namespace }: RouteKey, { status }: Route, found: Found, own: string): NonNullable<Route['status']>['parents'] {
  return (status?.parents ?? []).filter(({ parentRef, controllerName }) => {
    const owner = found.get(resources.gatewayClasses, gatewayOf(parentRef, namespace, found, own)?.spec.gatewayClassName ?? '')?.object.spec.controllerName;
    return owner === undefined || owner === controllerName;
  });
}

/** The Gateway that a parentRef of a route in this namespace names, if it is one and known. */
export function gatewayOf({ group = GATEWAY_API_GROUP, kind = 'Gateway', name, namespace: named }: ParentRef, namespace: string, found: Found, own: string): Gateway | undefined {
  if (group !== GATEWAY_API_GROUP || kind !== 'Gateway') return undefined;
  const place = named ?? namespace;
  return (place === own ? found.get(resources.gatewayApiGateways, name) : found.get(resources.gatewayApiGateways, name, place))?.object;
}

/** A condition of a route's parent that is False for the present generation. */
export function refusalOf(key: RouteKey, route: Route, found: Found, own: string): RoutingProblem | undefined {
  const { metadata } = route;
  for (const { parentRef, conditions = [] } of answersOf(key, route, found, own)) {
    const refused = conditions.find(
      ({ type, status: value, observedGeneration = 0 }) => CONDITIONS.some((each) => each === type) && value === 'False' && observedGeneration >= (metadata.generation ?? 0),
    );
    if (!refused) continue;
    const what = refused.type === 'Accepted' ? 'is not accepted by' : 'refers to what is not there or not allowed, says';
    const title = routeTitle(key, own);
    return { place: title, problem: `${what} ${parentTitle(parentRef)}: ${refused.reason}: ${refused.message}`, remedy: `change ${title}, or what it refers to, so that ${parentTitle(parentRef)} takes it` };
  }
  return undefined;
}

/**
 * Whether every parent has taken over the present generation of a route: conditions Accepted and ResolvedRefs are True, and
 * it has had time to hand it out.
 */
export function acceptanceOf(key: RouteKey, { object, unchangedSince }: FoundObject & { readonly object: Route }, found: Found, config: GatewayApiConfig, own: string): Acceptance {
  const title = routeTitle(key, own);
  const problem = refusalOf(key, object, found, own);
  if (problem) return { accepted: false, waitsFor: `${problem.place} ${problem.problem}`, problem };
  const generation = object.metadata.generation ?? 0;
  const said = answersOf(key, object, found, own);
  const identity = (ref: ParentRef): string => canonicalJson(normalParent(ref, key.namespace));
  for (const parentRef of object.spec.parentRefs ?? []) {
    const answers = said.filter((each) => identity(each.parentRef) === identity(parentRef));
    if (answers.length === 0) return { accepted: false, waitsFor: `${title} has no word from ${parentTitle(parentRef)}` };
    const open = answers.flatMap(({ conditions = [] }) =>
      CONDITIONS.filter((type) => !conditions.some((each) => each.type === type && each.status === 'True' && (each.observedGeneration ?? 0) >= generation)),
    );
    if (open.length > 0) return { accepted: false, waitsFor: `${parentTitle(parentRef)} has not taken ${title} as it is now (${[...new Set(open)].join(', ')} of generation ${generation})` };
  }
  const seconds = config.settleSeconds ?? DEFAULT_SETTLE_SECONDS;
  const settled = unchangedSince + seconds * 1000;
  if (found.now >= settled) return { accepted: true };
  return { accepted: false, waitsFor: `${title} has changed, and its parents are given ${seconds} s to hand it out`, waitsUntil: settled };
}
