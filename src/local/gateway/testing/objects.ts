import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../../kubernetes/generated/discovery-v1.js';
import type { DestinationRule, DestinationRuleSpec, Gateway, GatewaySpec, VirtualService, VirtualServiceSpec } from '../../../kubernetes/generated/istio-v1.js';

/** What tells test objects apart. */
export type Meta = { name: string; namespace?: string; creationTimestamp?: string; generation?: number };

/** As an API server would fill it in. */
export const metadata = ({ name, namespace = 'default', creationTimestamp = '2026-01-01T00:00:00Z', generation = 1 }: Meta) => ({
  name,
  namespace,
  creationTimestamp,
  generation,
  resourceVersion: '1',
});
const istio = 'networking.istio.io/v1';

export const virtualService = (meta: Meta, spec: VirtualServiceSpec): VirtualService => ({ apiVersion: istio, kind: 'VirtualService', metadata: metadata(meta), spec });
export const destinationRule = (meta: Meta, spec: DestinationRuleSpec): DestinationRule => ({ apiVersion: istio, kind: 'DestinationRule', metadata: metadata(meta), spec });
export const gatewayObject = (meta: Meta, spec: GatewaySpec): Gateway => ({ apiVersion: istio, kind: 'Gateway', metadata: metadata(meta), spec });

export const service = (name: string, ports: Record<string, number>, clusterIP = '10.96.0.1', namespace = 'default'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata({ name, namespace }),
  spec: { clusterIP, selector: { app: name }, ports: Object.entries(ports).map(([portName, port]) => ({ name: portName, port, protocol: 'TCP' })) },
});

export interface PodState {
  readonly name: string;
  readonly app: string;
  readonly version: string;
  readonly address: string;
  readonly ready?: boolean;
  readonly deleting?: boolean;
}

export const pod = ({ name, app, version, address, deleting }: PodState): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...metadata({ name }),
    uid: `uid-${name}`,
    labels: { app, version, 'pod-template-hash': 'abc' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${app}-${version}-abc`, uid: 'u', controller: true }],
    ...(deleting === true ? { deletionTimestamp: '2026-01-01T00:01:00Z' } : {}),
  },
  spec: { containers: [{ name: 'main' }] },
  status: { phase: 'Running', podIP: address },
});

export const endpointSlice = (serviceName: string, portName: string, port: number, pods: readonly PodState[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...metadata({ name: `${serviceName}-1` }), labels: { 'kubernetes.io/service-name': serviceName } },
  addressType: 'IPv4',
  ports: [{ name: portName, port, protocol: 'TCP' }],
  endpoints: pods.map(({ name, address, ready = true, deleting = false }) => ({
    addresses: [address],
    conditions: { ready: ready && !deleting, serving: ready, terminating: deleting },
    targetRef: { kind: 'Pod', name, namespace: 'default' },
  })),
});
