import { resources } from '../../kubernetes/resources.js';
import type { Found } from '../router.js';
import { isExtra } from './extra-names.js';
import { routeLists, routesOf, type HttpRoute, type IstioConfig, type RouteList, type VirtualService, type VirtualServiceEntry } from './objects.js';
import { isOurVirtualService } from './our-objects.js';
import { namesOurSubsets } from './route-identity.js';
import { serviceOf, type Scope } from './scope.js';

/** How a route stands to the Service. */
export type Relation = 'all' | 'some' | 'none';

/** @param namespace of the route's object */
function relationOf(route: HttpRoute, namespace: string, scope: Scope): Relation {
  const destinations = route.route ?? [];
  const ours = destinations.filter(({ destination }) => serviceOf(destination.host, namespace, scope) !== undefined);
  return ours.length === 0 ? 'none' : ours.length === destinations.length ? 'all' : 'some';
}

/** A route of the user's, where it stands. */
export interface PlacedRoute {
  readonly list: RouteList;
  /** In the list as it is. */
  readonly index: number;
  /** Among the routes of the list that are not Serin's. */
  readonly place: number;
  readonly route: HttpRoute;
}

/** The routes of a list without those that were put there for this policy. */
export function usersRoutes(object: VirtualService, list: RouteList, { policy }: Scope): PlacedRoute[] {
  return routesOf(object, list)
    .map((route, index) => ({ list, index, route }))
    .filter(({ route }) => list !== 'http' || !isExtra(route, policy))
    .map((each, place) => ({ ...each, place }));
}

/** A route that the configuration chooses. */
export interface SelectedRoute extends PlacedRoute {
  readonly relation: Relation;
}

export interface SelectedVirtualService {
  readonly object: VirtualService;
  /** As in claims: absent where it is the release's own. */
  readonly namespace?: string;
  /** Named in the configuration; otherwise chosen because it leads to the Service. */
  readonly named: boolean;
  readonly routes: readonly SelectedRoute[];
}

/** The namespace of an entry where it is another one than the release's. */
export function otherNamespace({ namespace }: Pick<VirtualServiceEntry, 'namespace'>, { service }: Scope): string | undefined {
  return namespace === service.namespace ? undefined : namespace;
}

/** The VirtualServices of a namespace but those that were made for this policy, in order of name. */
export function usersVirtualServices(found: Found, { policy }: Scope, namespace?: string): VirtualService[] {
  return found
    .list(resources.virtualServices, namespace)
    .filter((object) => !isOurVirtualService(object, policy))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The VirtualServices and routes that the configuration chooses, in order of namespace and name. */
export function selectRoutes(config: IstioConfig, found: Found, scope: Scope): SelectedVirtualService[] {
  const namespaces = [undefined, ...new Set((config.virtualServices ?? []).flatMap((entry) => otherNamespace(entry, scope) ?? []))];
  return namespaces.flatMap((namespace) => {
    return usersVirtualServices(found, scope, namespace).flatMap((object) => {
      const entry = config.virtualServices?.find((each) => each.name === object.metadata.name && otherNamespace(each, scope) === namespace);
      if (config.virtualServices !== undefined && !entry) return [];
      const routes = routeLists.flatMap((list) =>
        usersRoutes(object, list, scope).flatMap((placed) => {
          const relation = relationOf(placed.route, namespace ?? scope.service.namespace, scope);
          return isChosen(entry, placed, relation) ? [{ ...placed, relation }] : [];
        }),
      );
      return entry || routes.length > 0 ? [{ object, ...(namespace === undefined ? {} : { namespace }), named: entry !== undefined, routes }] : [];
    });
  });
}

/** Routes of tls and tcp only where they are asked for: what they carry is not counted in requests. */
function isChosen(entry: VirtualServiceEntry | undefined, { list, route }: PlacedRoute, relation: Relation): boolean {
  if (list === 'http') return entry?.routes ? route.name !== undefined && entry.routes.includes(route.name) : relation !== 'none';
  if (relation === 'none') return false;
  const matches: readonly { readonly port?: number; readonly sniHosts?: readonly string[] }[] = route.match ?? [];
  const onPort = (port: number | undefined): boolean => port === undefined || matches.some((match) => match.port === port);
  if (list === 'tcp') return (entry?.tcp ?? []).some(({ port }) => onPort(port));
  return (entry?.tls ?? []).some(({ port, sniHosts }) => onPort(port) && (sniHosts === undefined || matches.some((match) => sniHosts.every((host) => match.sniHosts?.includes(host)))));
}

/** The chosen routes that can be claimed: all of their requests go to the Service, none yet to a subset of ours. */
export function claimable({ routes }: SelectedVirtualService): SelectedRoute[] {
  return routes.filter(({ route, relation }) => relation === 'all' && !namesOurSubsets(route.route));
}
