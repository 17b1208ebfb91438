import { describe, expect, it } from 'vitest';
import type { GatewayClass } from '../../kubernetes/generated/gateway-api-v1.js';
import type { IngressClass } from '../../kubernetes/generated/networking-v1.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { checkRouting } from './routing.js';

const nothing = { policies: [], namespaces: [], virtualServices: 'unserved', ingressClasses: [], gatewayClasses: 'unserved', productDeployments: [] } as const;
const policy = (router: ReleasePolicy['spec']['router']): ReleasePolicy => ({ apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop' }, spec: { workload: { deployment: 'web' }, service: 'web', ...(router ? { router } : {}), strategy: { canary: { steps: [] } } } });
const gatewayClass = (name: string, accepted: 'True' | 'Unknown'): GatewayClass => ({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name }, spec: { controllerName: 'example.com/x' }, status: { conditions: [{ type: 'Accepted', status: accepted, reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }] } });
const ingressClass: IngressClass = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } };
const results = (facts: Partial<Parameters<typeof checkRouting>[0]>): string[] => checkRouting({ ...nothing, ...facts }).map(({ check, result }) => `${check} ${result}`);

describe('routing products', () => {
  it('may be missing where no policy steers by them', () => {
    expect(results({})).toEqual(['Istio ok', 'ingress-nginx ok', 'Gateway API ok']);
  });

  it.each([
    [{ istio: {} }, 'Istio fail'],
    [{ ingressNginx: {} }, 'ingress-nginx fail'],
    [{ gatewayApi: {} }, 'Gateway API fail'],
  ])('may not where %j is asked for', (router, expected) => {
    expect(results({ policies: [policy(router)] })).toContain(expected);
  });

  it('have to have somebody who serves them', () => {
    const policies = [policy({ istio: {}, ingressNginx: {}, gatewayApi: {} })];
    const classes = { ingressClasses: [ingressClass], gatewayClasses: [gatewayClass('envoy', 'Unknown')], virtualServices: [] };
    expect(results({ policies, ...classes })).toEqual(['Istio warn', 'ingress-nginx warn', 'Gateway API fail']);
    const runs = (labels: Record<string, string>): object => ({ metadata: { name: 'x', labels }, status: { readyReplicas: 1 } });
    const productDeployments = [runs({ app: 'istiod' }), runs({ 'app.kubernetes.io/name': 'ingress-nginx' })] as never;
    expect(results({ policies, ...classes, productDeployments, gatewayClasses: [gatewayClass('envoy', 'True')] })).toEqual(['Istio ok', 'ingress-nginx ok', 'Gateway API ok']);
  });

  it('inject proxies in some namespaces', () => {
    const namespaces = ['shop', 'other'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} }));
    const [first] = checkRouting({ ...nothing, policies: [policy({ istio: {} })], virtualServices: [], namespaces }).filter(({ message }) => message.startsWith('Namespace'));
    expect(first?.remedy).toBe('kubectl label namespace shop istio-injection=enabled, and restart the Pods that call the Service.');
    const labelled = namespaces.map((each) => ({ ...each, metadata: { ...each.metadata, labels: { 'istio.io/rev': 'x' } } }));
    expect(checkRouting({ ...nothing, policies: [policy({ istio: {} })], virtualServices: [], namespaces: labelled })).toHaveLength(3);
  });
});
