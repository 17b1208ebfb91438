import type { DestinationRule, DestinationRuleSpec, VirtualService, VirtualServiceSpec } from '../../kubernetes/generated/istio-v1.js';
import type { IstioConfig } from '../../model/policy/routers.js';

export type { IstioConfig };
export type VirtualServiceEntry = NonNullable<IstioConfig['virtualServices']>[number];
export type HttpRoute = NonNullable<VirtualServiceSpec['http']>[number];
export type HttpMatch = NonNullable<HttpRoute['match']>[number];
export type StringMatch = NonNullable<HttpMatch['uri']>;
export type Destination = NonNullable<HttpRoute['route']>[number];
export type Subset = NonNullable<DestinationRuleSpec['subsets']>[number];
export type { DestinationRule, VirtualService };

/** How long Istio is given to push a change where its objects carry no status, in seconds. */
export const DEFAULT_SETTLE_SECONDS = 5;

/** The lists of a VirtualService that hold routes. */
export const routeLists = ['http', 'tls', 'tcp'] as const;
export type RouteList = (typeof routeLists)[number];

/** The routes of one list. Those of tls and tcp have fewer fields than http routes, and all of them alike. */
export function routesOf({ spec }: VirtualService, list: RouteList): HttpRoute[] {
  return spec[list] ?? [];
}

/** `VirtualService reviews`, with the namespace where that is another one than the release's. */
export function titleOf(name: string, namespace: string | undefined, releaseNamespace: string): string {
  return `VirtualService ${namespace === undefined || namespace === releaseNamespace ? '' : `${namespace}/`}${name}`;
}

/** `VirtualService reviews, spec.http[1]`, with the route's name where it has one. */
export function routePlace(title: string, list: RouteList, index: number, name: string | undefined): string {
  return `${title}, spec.${list}[${index}]${name === undefined ? '' : ` ("${name}")`}`;
}
