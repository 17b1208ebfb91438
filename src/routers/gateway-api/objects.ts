import type { HTTPRoute } from '../../kubernetes/generated/gateway-api-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';

export type { GatewayApiConfig } from '../../model/policy/routers.js';

export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';

/** How long a product is given to hand out what it has accepted, in seconds: the status says that it was read, not that it is served. */
export const DEFAULT_SETTLE_SECONDS = 2;

type HttpRule = NonNullable<HTTPRoute['spec']['rules']>[number];
export type Filter = Partial<NonNullable<HttpRule['filters']>[number]> & { readonly type: string };
export type HeaderMatch = { readonly name: string; readonly type?: 'Exact' | 'RegularExpression'; readonly value: string };
export type PathMatch = { readonly type?: 'Exact' | 'PathPrefix' | 'RegularExpression'; readonly value?: string };
type RouteStatus = NonNullable<HTTPRoute['status']>;
export type ParentRef = NonNullable<HTTPRoute['spec']['parentRefs']>[number];

/** A match of either kind of route: `path` and `queryParams` are of HTTPRoutes. */
export interface RuleMatch {
  readonly path?: PathMatch;
  readonly headers?: readonly HeaderMatch[];
  readonly queryParams?: readonly unknown[];
  readonly method?: unknown;
}

export interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly weight?: number;
  readonly filters?: readonly Filter[];
}

/** A rule of either kind of route, with the fields that are looked at; others are kept. */
export interface Rule {
  readonly name?: string;
  readonly matches?: readonly RuleMatch[];
  readonly filters?: readonly Filter[];
  readonly backendRefs?: readonly BackendRef[];
}

/** An HTTPRoute or a GRPCRoute. */
export interface Route extends KubernetesObject {
  readonly spec: { readonly parentRefs?: readonly ParentRef[]; readonly hostnames?: readonly string[]; readonly rules?: readonly Rule[] };
  readonly status?: RouteStatus;
}

export type RouteKind = 'HTTPRoute' | 'GRPCRoute';

const routeResources: Readonly<Record<RouteKind, Resource<Route>>> = {
  HTTPRoute: resources.httpRoutes as unknown as Resource<Route>,
  GRPCRoute: resources.grpcRoutes as unknown as Resource<Route>,
};
export const routeKinds: readonly RouteKind[] = ['HTTPRoute', 'GRPCRoute'];

/** The resource of a kind, read by the fields that both kinds have. */
export const routeResource = (kind: RouteKind): Resource<Route> => routeResources[kind];

export const isRouteKind = (kind: string): kind is RouteKind => kind === 'HTTPRoute' || kind === 'GRPCRoute';

/** What names a route; `namespace` is always the real one. */
export interface RouteKey {
  readonly kind: RouteKind;
  readonly name: string;
  readonly namespace: string;
}

export const sameKey = (a: RouteKey, b: RouteKey): boolean => a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;

/** `HTTPRoute shop`, with its namespace where that is not the release's own. */
export function routeTitle({ kind, name, namespace }: RouteKey, own: string): string {
  return `${kind} ${namespace === own ? '' : `${namespace}/`}${name}`;
}

/** `HTTPRoute shop, spec.rules[1]`, with the rule's name where it has one. */
export function rulePlace(key: RouteKey, own: string, index: number, name: string | undefined): string {
  return `${routeTitle(key, own)}, spec.rules[${index}]${name === undefined ? '' : ` ("${name}")`}`;
}
