import { resources } from '../../kubernetes/resources.js';
import { meansService } from '../istio/host.js';
import { consentProblem } from '../istio/consent.js';
import type { Found, RoutingWrite } from '../router.js';
import { scopeOf, type Scope, type TwoServicesConfig } from './scope.js';
import { findVirtualService } from './virtual-services.js';
import { chosenRoutes, type SplitRoute, type VirtualServiceEntry } from './vs-routes.js';

/** A Service beside those of the two versions, with its part of all requests. */
export interface AdditionalDestination {
  readonly service: string;
  /** In per cent. */
  readonly weight: number;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** What weights are parts of; a list whose weights sum to ten times as much counts in per mille. */
const CENT = 100;

/**
 * What leads a part of the requests of all routes that are steered to more destinations, and takes out those that are to go.
 * They have it from the stable version; the canary keeps its share, for which the router alone is responsible. A route in
 * which stable has not that much stays as it is.
 * @param known Services that may have been led to so, and are taken out where they are not wanted
 */
export function additionalWrites(config: TwoServicesConfig, found: Found, namespace: string, wanted: readonly AdditionalDestination[], known: readonly string[]): RoutingWrite[] {
  return steered(config, found, namespace).flatMap(({ entry, object, routes }): RoutingWrite[] => {
    const patch = routes.flatMap((route) => operations(route, entry, namespace, wanted, known));
    const other = entry.namespace === undefined || entry.namespace === namespace ? {} : { namespace: entry.namespace };
    const { resourceVersion = '' } = object.metadata;
    return patch.length === 0 ? [] : [{ action: 'patch', resource: resources.virtualServices, name: entry.name, ...other, patchKind: 'json', patch, resourceVersion }];
  });
}

/** Which of these Services are destinations of routes that are steered, with the greatest weight that one has, in per cent. */
export function additionalFound(config: TwoServicesConfig, found: Found, namespace: string, known: readonly string[]): AdditionalDestination[] {
  const all = steered(config, found, namespace);
  return known.flatMap((service): AdditionalDestination[] => {
    const weights = all.flatMap(({ entry, routes }) =>
      routes.flatMap((route) => placesOf(route, entry, namespace, service).map((place) => (route.parts[place]?.weight ?? 0) / scaleOf(route))),
    );
    return weights.length === 0 ? [] : [{ service, weight: Math.max(...weights) }];
  });
}

function steered(config: TwoServicesConfig, found: Found, namespace: string) {
  const scope: Scope = scopeOf(config, found, { namespace });
  return (config.virtualServices ?? []).flatMap((entry) => {
    const object = findVirtualService(scope, entry)?.object;
    return object === undefined || consentProblem(object, namespace) !== undefined ? [] : [{ entry, object, routes: chosenRoutes(scope, entry, object).routes }];
  });
}

function operations(route: SplitRoute, entry: VirtualServiceEntry, namespace: string, wanted: readonly AdditionalDestination[], known: readonly string[]): Operation[] {
  const { list, index, parts } = route;
  const scale = scaleOf(route);
  const changes = wanted.map(({ service, weight }) => ({ service, weight: weight * scale, places: placesOf(route, entry, namespace, service) }));
  const goes = known.filter((service) => wanted.every((each) => each.service !== service)).flatMap((service) => placesOf(route, entry, namespace, service));
  const weightAt = (place: number): number => parts[place]?.weight ?? 0;
  const had = (places: readonly number[]): number => places.reduce((sum, place) => sum + weightAt(place), 0);
  const taken = changes.reduce((sum, { weight, places }) => sum + weight - had(places), 0) - had(goes);
  const [stable, canary] = (['stable', 'canary'] as const).map((role) => parts.findIndex((part) => part.role === role)) as [number, number];
  // What comes back is the canary's where all was.
  const giver = weightAt(stable) === 0 && taken < 0 && weightAt(canary) > 0 ? canary : stable;
  if (weightAt(giver) < taken) return [];
  const path = `/spec/${list}/${index}/route`;
  const set = (place: number, value: number): Operation[] =>
    weightAt(place) === value ? [] : [{ op: route.route.route?.[place]?.weight === undefined ? 'add' : 'replace', path: `${path}/${place}/weight`, value }];
  return [
    ...set(giver, weightAt(giver) - taken),
    ...changes.flatMap(({ weight, places: [place] }) => (place === undefined ? [] : set(place, weight))),
    ...goes.toSorted((one, other) => other - one).map((place) => ({ op: 'remove', path: `${path}/${place}` })),
    ...changes.flatMap(({ service, weight, places }) => (places.length > 0 ? [] : [{ op: 'add', path: `${path}/-`, value: { destination: { host: hostOf(service, entry, namespace) }, weight } }])),
  ];
}

/** Where in a route a Service stands. */
const placesOf = ({ route }: SplitRoute, { namespace: its }: VirtualServiceEntry, namespace: string, service: string): number[] =>
  (route.route ?? []).flatMap(({ destination: { host } }, place) => (meansService(host, its ?? namespace, { name: service, namespace }) ? [place] : []));

const scaleOf = ({ parts }: SplitRoute): number => (parts.reduce((sum, { weight }) => sum + weight, 0) === CENT * 10 ? 10 : 1);

/** From another namespace a Service is called by its whole name. */
const hostOf = (service: string, { namespace: its }: VirtualServiceEntry, namespace: string): string => (its === undefined || its === namespace ? service : `${service}.${namespace}.svc.cluster.local`);
