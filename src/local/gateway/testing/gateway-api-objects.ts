import type { Namespace, Secret } from '../../../kubernetes/generated/core-v1.js';
import type { Gateway, GatewayClass, GatewaySpec, GRPCRoute, GRPCRouteSpec, HTTPRoute, HTTPRouteSpec } from '../../../kubernetes/generated/gateway-api-v1.js';
import type { ReferenceGrant, ReferenceGrantSpec } from '../../../kubernetes/generated/gateway-api-v1beta1.js';
import { metadata, type Meta } from './objects.js';

type Listener = Partial<GatewaySpec['listeners'][number]>;

const apiVersion = 'gateway.networking.k8s.io/v1';

export const gatewayClass = (name = 'serin-local', controllerName = 'serin.dev/local-gateway'): GatewayClass => ({
  apiVersion,
  kind: 'GatewayClass',
  metadata: { name, generation: 1, resourceVersion: '1' },
  spec: { controllerName },
});

/** @param listeners HTTP on port 80, named `http`, where they say nothing else */
export const apiGateway = (meta: Meta, listeners: readonly Listener[] = [{}], spec: Partial<GatewaySpec> = {}): Gateway => ({
  apiVersion,
  kind: 'Gateway',
  metadata: metadata(meta),
  spec: { gatewayClassName: 'serin-local', listeners: listeners.map((listener) => ({ name: 'http', port: 80, protocol: 'HTTP', ...listener })), ...spec },
});

/** @param spec bound to the Gateway `gw` where it names no parent */
export const httpRoute = (meta: Meta, spec: HTTPRouteSpec): HTTPRoute => ({ apiVersion, kind: 'HTTPRoute', metadata: metadata(meta), spec: { parentRefs: [{ name: 'gw' }], ...spec } });
export const grpcRoute = (meta: Meta, spec: GRPCRouteSpec): GRPCRoute => ({ apiVersion, kind: 'GRPCRoute', metadata: metadata(meta), spec: { parentRefs: [{ name: 'gw' }], ...spec } });

export const referenceGrant = (meta: Meta, spec: ReferenceGrantSpec): ReferenceGrant => ({
  apiVersion: 'gateway.networking.k8s.io/v1beta1',
  kind: 'ReferenceGrant',
  metadata: metadata(meta),
  spec,
});

export const namespaceObject = (name: string, labels: Record<string, string> = {}): Namespace => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels }, spec: {} });

export const tlsSecret = (meta: Meta, cert: string, key: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadata(meta),
  type: 'kubernetes.io/tls',
  data: { 'tls.crt': Buffer.from(cert).toString('base64'), 'tls.key': Buffer.from(key).toString('base64') },
});
