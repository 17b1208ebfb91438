import type { Pod, Service } from '../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../kubernetes/generated/discovery-v1.js';
import type { DestinationRule, DestinationRuleSpec, VirtualService, VirtualServiceSpec } from '../../kubernetes/generated/istio-v1.js';
import type { RouterContext } from '../router.js';

export const STABLE = '7c9d5b6f44';
export const CANARY = '5d8b7c9f66';

export function reviewsService(spec: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'reviews', labels: { app: 'reviews' } },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.7', selector: { app: 'reviews' }, ports: [{ name: 'http', port: 9080 }], ...spec },
  };
}

export function virtualService(http: NonNullable<VirtualServiceSpec['http']>, rest: Partial<VirtualServiceSpec> = {}, name = 'reviews'): VirtualService {
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name }, spec: { hosts: ['reviews'], http, ...rest } };
}

export function destinationRule(spec: Partial<DestinationRuleSpec>, name = 'reviews'): DestinationRule {
  return { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name }, spec: { host: 'reviews', ...spec } };
}

export function reviewsContext(changes: Partial<RouterContext> = {}): RouterContext {
  const version = (hash: string) => ({ hash, readyPods: 1, podLabels: { app: 'reviews', 'pod-template-hash': hash } });
  return { namespace: 'shop', policy: 'reviews', service: 'reviews', canaryService: 'reviews-canary', versions: { stable: version(STABLE), canary: version(CANARY) }, ...changes };
}

export function reviewsPod(name: string, hash: string, ready = true): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'reviews', 'pod-template-hash': hash } },
    spec: { containers: [] },
    status: { phase: 'Running', podIP: '10.244.0.1', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

export function reviewsSlice(pods: readonly string[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'reviews-abc', labels: { 'kubernetes.io/service-name': 'reviews' } },
    addressType: 'IPv4',
    endpoints: pods.map((name) => ({ addresses: ['10.244.0.1'], conditions: { ready: true }, targetRef: { kind: 'Pod', name } })),
  };
}
