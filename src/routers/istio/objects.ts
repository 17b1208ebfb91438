import type { DestinationRule, DestinationRuleSpec, VirtualService, VirtualServiceSpec } from '../../kubernetes/generated/istio-v1.js';

export type { IstioConfig } from '../../model/policy/routers.js';
export type HttpRoute = NonNullable<VirtualServiceSpec['http']>[number];
export type Destination = NonNullable<HttpRoute['route']>[number];
export type Subset = NonNullable<DestinationRuleSpec['subsets']>[number];
export type { DestinationRule, VirtualService };

/** How long Istio is given to push a change where its objects carry no status, in seconds. */
export const DEFAULT_SETTLE_SECONDS = 5;

/** `VirtualService reviews, spec.http[1].route`, with the route's name where it has one. */
export function routePlace(virtualService: string, index: number, name: string | undefined): string {
  return `VirtualService ${virtualService}, spec.http[${index}]${name === undefined ? '' : ` ("${name}")`}`;
}
