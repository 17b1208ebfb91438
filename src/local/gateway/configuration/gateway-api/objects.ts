import type { Namespace, Secret, Service } from '../../../../kubernetes/generated/core-v1.js';
import type { Gateway, GatewayClass, GRPCRoute, HTTPRoute } from '../../../../kubernetes/generated/gateway-api-v1.js';
import type { ReferenceGrant } from '../../../../kubernetes/generated/gateway-api-v1beta1.js';

export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';
/** The `controllerName` of GatewayClasses that the local gateway serves. */
export const CONTROLLER_NAME = 'serin.dev/local-gateway';
/** The GatewayClass that the local gateway makes for itself. */
export const GATEWAY_CLASS = 'serin-local';

/** What Gateway API asks of the cluster, as it stands at one moment. */
export interface GatewayApiObjects {
  readonly gatewayClasses: readonly GatewayClass[];
  readonly gateways: readonly Gateway[];
  readonly httpRoutes: readonly HTTPRoute[];
  readonly grpcRoutes: readonly GRPCRoute[];
  readonly referenceGrants: readonly ReferenceGrant[];
  readonly secrets: readonly Secret[];
  readonly namespaces: readonly Namespace[];
  readonly services: readonly Service[];
}

export const noGatewayApiObjects: GatewayApiObjects = {
  ...{ gatewayClasses: [], gateways: [], httpRoutes: [], grpcRoutes: [] },
  ...{ referenceGrants: [], secrets: [], namespaces: [], services: [] },
};

export type Route = HTTPRoute | GRPCRoute;
export type RouteKind = 'HTTPRoute' | 'GRPCRoute';
export type ParentRef = NonNullable<HTTPRoute['spec']['parentRefs']>[number];
export type GatewayListener = Gateway['spec']['listeners'][number];

export const namespaceOf = ({ metadata }: { metadata: { namespace?: string } }): string => metadata.namespace ?? 'default';
export const nameOf = ({ metadata }: { metadata: { name?: string; namespace?: string } }): string => `${metadata.namespace ?? 'default'}/${metadata.name ?? ''}`;
export const isGrpcRoute = (route: Route): route is GRPCRoute => route.kind === 'GRPCRoute';
export const kindOf = (route: Route): RouteKind => (isGrpcRoute(route) ? 'GRPCRoute' : 'HTTPRoute');
