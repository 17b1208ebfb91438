import { resources } from '../../kubernetes/resources.js';
import type { Found } from '../router.js';
import { meansService, type ServiceName } from './host.js';
import type { HttpRoute, IstioConfig, VirtualService } from './objects.js';
import { namesOurSubsets } from './route-identity.js';

/** How an http route stands to the Service. */
export type Relation = 'all' | 'some' | 'none';

export function relationOf(route: HttpRoute, namespace: string, service: ServiceName): Relation {
  const destinations = route.route ?? [];
  const ours = destinations.filter(({ destination }) => meansService(destination.host, namespace, service));
  return ours.length === 0 ? 'none' : ours.length === destinations.length ? 'all' : 'some';
}

/** An http route that the configuration chooses. */
export interface SelectedRoute {
  readonly index: number;
  readonly route: HttpRoute;
  readonly relation: Relation;
}

export interface SelectedVirtualService {
  readonly object: VirtualService;
  /** Named in the configuration; otherwise chosen because it leads to the Service. */
  readonly named: boolean;
  readonly routes: readonly SelectedRoute[];
}

/** The VirtualServices and http routes that the configuration chooses, in order of name. */
export function selectRoutes(config: IstioConfig, found: Found, service: ServiceName): SelectedVirtualService[] {
  const all = [...found.list(resources.virtualServices)].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return all.flatMap((object) => {
    const entry = config.virtualServices?.find(({ name }) => name === object.metadata.name);
    if (config.virtualServices !== undefined && !entry) return [];
    const routes = (object.spec.http ?? []).flatMap((route, index) => {
      const relation = relationOf(route, service.namespace, service);
      const chosen = entry?.routes ? route.name !== undefined && entry.routes.includes(route.name) : relation !== 'none';
      return chosen ? [{ index, route, relation }] : [];
    });
    return entry || routes.length > 0 ? [{ object, named: entry !== undefined, routes }] : [];
  });
}

/** The chosen routes that can be claimed: all of their requests go to the Service, none yet to a subset of ours. */
export function claimable({ routes }: SelectedVirtualService): SelectedRoute[] {
  return routes.filter(({ route, relation }) => relation === 'all' && !namesOurSubsets(route.route));
}
