import { isOurObject } from '../our-objects.js';
import type { Found } from '../router.js';
import { routeKinds, routeResource, sameKey, type GatewayApiConfig, type Route, type RouteKey, type Rule } from './objects.js';
import { isOurs, type Targets } from './targets.js';

export interface SelectedRoute {
  readonly key: RouteKey;
  readonly object: Route;
}

/** Keys of the routes that the configuration names; undefined where it leaves the choice to what is found. */
export function namedRoutes(config: GatewayApiConfig, namespace: string): RouteKey[] | undefined {
  return config.routes?.map(({ kind = 'HTTPRoute', name, namespace: other = namespace }) => ({ kind, name, namespace: other }));
}

/** The routes that the configuration chooses, of those that are there. */
export function selectRoutes(config: GatewayApiConfig, found: Found, targets: Targets): SelectedRoute[] {
  const named = namedRoutes(config, targets.namespace);
  if (named) {
    const unique = named.filter((key, index) => named.findIndex((each) => sameKey(each, key)) === index);
    return unique.flatMap((key) => {
      const object = getRoute(found, key, targets.namespace)?.object;
      return object ? [{ key, object }] : [];
    });
  }
  return routeKinds
    .filter((kind) => found.serves?.(routeResource(kind)) !== false)
    .flatMap((kind) =>
      found
        .list(routeResource(kind))
        .filter((object) => !isOurObject(object, undefined) && (object.spec.rules ?? []).some((rule) => leadsToUs(rule, targets.namespace, targets)))
        .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
        .map((object) => ({ key: { kind, name: object.metadata.name, namespace: targets.namespace }, object })),
    );
}

export function getRoute(found: Found, { kind, name, namespace }: RouteKey, own: string): ReturnType<typeof found.get<Route>> {
  return namespace === own ? found.get(routeResource(kind), name) : found.get(routeResource(kind), name, namespace);
}

/** Whether a rule has a backendRef to the program that gets requests. */
export function leadsToUs({ backendRefs = [] }: Rule, routeNamespace: string, targets: Targets): boolean {
  return backendRefs.some((ref) => isOurs(ref, routeNamespace, targets));
}
