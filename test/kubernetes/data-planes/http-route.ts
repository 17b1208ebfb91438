import type { GRPCRoute, HTTPRoute } from '../../../src/kubernetes/generated/gateway-api-v1.js';

/** A namespace's object. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** An HTTPRoute that leads a host name from a Gateway to a Service. */
export function httpRoute({ namespace, name }: Place, gateway: Place, host: string, service: string): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name, namespace },
    spec: { parentRefs: [gateway], hostnames: [host], rules: [{ backendRefs: [{ name: service, port: 80 }] }] },
  };
}

/** The same for gRPC. */
export function grpcRoute({ namespace, name }: Place, gateway: Place, host: string, service: string): GRPCRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GRPCRoute', metadata: { name, namespace },
    spec: { parentRefs: [gateway], hostnames: [host], rules: [{ backendRefs: [{ name: service, port: 80 }] }] },
  };
}
