import { resources } from '../../kubernetes/resources.js';
import { outOfSight } from '../out-of-sight.js';
import type { Found, RoutingProblem } from '../router.js';
import { GATEWAY_API_GROUP, routeTitle, type RouteKey } from './objects.js';

interface Reference {
  readonly group: string;
  readonly kind: string;
}

/** Whether a namespace lets objects of another one refer to its object. */
function isGranted(found: Found, from: Reference & { readonly namespace: string }, to: Reference & { readonly namespace: string; readonly name: string }): boolean {
  return found.list(resources.referenceGrants, to.namespace).some(
    ({ spec }) =>
      spec.from.some((each) => each.group === from.group && each.kind === from.kind && each.namespace === from.namespace) &&
      spec.to.some((each) => each.group === to.group && each.kind === to.kind && (each.name === undefined || each.name === '' || each.name === to.name)),
  );
}

/** A route of another namespace is steered only where that namespace says so. */
export function consentProblems(found: Found, key: RouteKey, own: string): RoutingProblem[] {
  const { kind, name, namespace } = key;
  const unseen = outOfSight(found, namespace, own);
  if (unseen) return [{ place: routeTitle(key, own), ...unseen }];
  if (namespace === own || isGranted(found, { group: 'serin.dev', kind: 'ReleasePolicy', namespace: own }, { group: GATEWAY_API_GROUP, kind, name, namespace })) return [];
  return [
    {
      place: routeTitle(key, own),
      problem: `belongs to namespace ${namespace}, which does not let policies of namespace ${own} steer it`,
      remedy:
        `create a ReferenceGrant in namespace ${namespace}: from {group: serin.dev, kind: ReleasePolicy, namespace: ${own}} ` +
        `to {group: ${GATEWAY_API_GROUP}, kind: ${kind}, name: ${name}}`,
    },
  ];
}

/** Services that a route of another namespace may not lead to. */
export function backendProblems(found: Found, key: RouteKey, own: string, services: readonly string[]): RoutingProblem[] {
  const { kind, namespace } = key;
  if (namespace === own) return [];
  return services
    .filter((name) => !isGranted(found, { group: GATEWAY_API_GROUP, kind, namespace }, { group: '', kind: 'Service', name, namespace: own }))
    .map((name) => ({
      place: `${routeTitle(key, own)}, backendRefs`,
      problem: `may not lead to Service ${name} of namespace ${own}`,
      remedy: `let a ReferenceGrant in namespace ${own} name it: from {group: ${GATEWAY_API_GROUP}, kind: ${kind}, namespace: ${namespace}} to {group: "", kind: Service}, with name: ${name} or without a name`,
    }));
}
