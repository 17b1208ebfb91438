import { equalJson } from '../json-values.js';
import { meansService } from '../istio/host.js';
import { routePlace, routesOf, titleOf, type Destination, type HttpRoute, type RouteList, type VirtualService } from '../istio/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Role } from '../../model/version.js';
import type { RoutingProblem } from '../router.js';
import type { Part } from './part-weights.js';
import { isManaged } from './managed-routes.js';
import type { Scope, TwoServicesConfig } from './scope.js';

export type VirtualServiceEntry = NonNullable<TwoServicesConfig['virtualServices']>[number];

/** A route of a VirtualService that names both versions. */
export interface SplitRoute {
  readonly list: RouteList;
  /** In its list. */
  readonly index: number;
  readonly route: HttpRoute;
  readonly parts: readonly Part[];
}

/** The routes that are steered, and what keeps others from it. */
export interface ChosenRoutes {
  readonly routes: readonly SplitRoute[];
  readonly problems: readonly RoutingProblem[];
}

/** The routes of a VirtualService that an entry chooses: those named; of a list without any named, the only one that names both versions. */
export function chosenRoutes(scope: Scope, entry: VirtualServiceEntry, object: VirtualService): ChosenRoutes {
  const title = titleOf(entry.name, entry.namespace, scope.namespace);
  const place = (list: RouteList, index: number, route: HttpRoute): string => routePlace(title, list, index, route.name);
  const problems: RoutingProblem[] = [];
  const all = (list: RouteList): SplitRoute[] =>
    routesOf(object, list).flatMap((route, index) => (list === 'http' && isManaged(scope.config, route.name) ? [] : [{ list, index, route, parts: partsOf(scope, entry, route) }]));
  const only = (list: RouteList): SplitRoute[] => {
    const both = all(list).filter(namesBoth);
    const [first, second] = both;
    if (first && second) problems.push({ place: `${title}, spec.${list}`, problem: `has ${both.length} routes that name both versions (${both.map(({ index, route }) => route.name ?? `[${index}]`).join(', ')})`, remedy: 'name those that are to be steered' });
    return first && !second ? [first] : [];
  };
  const named = <T>(list: RouteList, wanted: readonly T[], fits: (route: HttpRoute, one: T) => boolean, words: (one: T) => string): SplitRoute[] => {
    const fitting = wanted.flatMap((one) => {
      const routes = all(list).filter(({ route }) => fits(route, one));
      if (routes.length === 0) problems.push({ place: `${title}, spec.${list}`, problem: `has no route ${words(one)}`, remedy: 'correct its name, or add it' });
      return routes;
    });
    const unique = fitting.filter(({ index }, at) => fitting.findIndex((each) => each.index === index) === at);
    problems.push(...unique.filter((each) => !namesBoth(each)).map(({ index, route }) => ({ place: place(list, index, route), problem: `does not name both versions: ${versionsText(scope)}`, remedy: 'add a destination for each, with weights 100 and 0' })));
    return unique.filter(namesBoth);
  };
  const routes = [
    ...(entry.routes && entry.routes.length > 0 ? named('http', entry.routes, (route, name) => route.name === name, (name) => `"${name}"`) : only('http')),
    ...(entry.tls && entry.tls.length > 0 ? named('tls', entry.tls, fitsTls, (one) => `for ${JSON.stringify(one)}`) : only('tls')),
    ...(entry.tcp && entry.tcp.length > 0 ? named('tcp', entry.tcp, ({ match }, { port }) => equalJson(portsOf(match), [port ?? 0]), (one) => `for ${JSON.stringify(one)}`) : only('tcp')),
  ];
  const twice = routes.filter(({ parts }) => (['stable', 'canary'] as const).some((role) => parts.filter((part) => part.role === role).length > 1));
  problems.push(...twice.map(({ list, index, route }) => ({ place: place(list, index, route), problem: 'names a version twice, so that it is not certain which weight is to move', remedy: 'name each once' })));
  if (routes.length === 0 && problems.length === 0) problems.push({ place: title, problem: `has no route that names both versions: ${versionsText(scope)}`, remedy: 'add a destination for each, with weights 100 and 0' });
  return { routes, problems };
}

const namesBoth = ({ parts }: SplitRoute): boolean => parts.some(({ role }) => role === 'stable') && parts.some(({ role }) => role === 'canary');

function partsOf(scope: Scope, entry: VirtualServiceEntry, { route = [] }: HttpRoute): Part[] {
  return route.map(({ destination, weight = 0 }) => ({ role: roleOf(scope, entry, destination), weight }));
}

/** The version that a destination leads to: by its subset where a DestinationRule tells versions, else by its host. */
export function roleOf({ config, found, namespace: own }: Scope, { namespace = own }: Pick<VirtualServiceEntry, 'namespace'>, { host, subset }: Destination['destination']): Role | undefined {
  const { destinationRule, stable, canary } = config;
  if (destinationRule) {
    const rule = found.get(resources.destinationRules, destinationRule.name)?.object.spec.host;
    if (rule !== undefined && firstLabel(rule) !== firstLabel(host)) return undefined;
    return subset === destinationRule.stableSubset ? 'stable' : subset === destinationRule.canarySubset ? 'canary' : undefined;
  }
  const means = (name: string | undefined): boolean => name !== undefined && meansService(host, namespace, { name, namespace: own });
  return means(stable) ? 'stable' : means(canary) ? 'canary' : undefined;
}

const firstLabel = (host: string): string => host.split('.')[0]?.toLowerCase() ?? '';

function versionsText({ config: { destinationRule, stable = '', canary = '' } }: Scope): string {
  return destinationRule ? `subsets ${destinationRule.stableSubset} and ${destinationRule.canarySubset}` : `Services ${stable} and ${canary}`;
}

type ConnectionMatch = { readonly port?: number; readonly sniHosts?: readonly string[] };

/** The distinct ports that a route's matches have; 0 for those without. */
const portsOf = (match: readonly ConnectionMatch[] | undefined): number[] => [...new Set((match ?? [{}]).map(({ port = 0 }) => port))];

function fitsTls({ match }: HttpRoute, { port, sniHosts = [] }: ConnectionMatch): boolean {
  const matches: readonly ConnectionMatch[] = match ?? [];
  const hosts = new Set(matches.flatMap(({ sniHosts: own = [] }) => own));
  return equalJson(portsOf(matches), [port ?? 0]) && hosts.size === new Set(sniHosts).size && sniHosts.every((host) => hosts.has(host));
}
