import type { Rollout, RolloutSpec } from '../../src/frontends/argo/kinds/rollout.js';
import type { PodTemplateSpec, Service } from '../../src/kubernetes/generated/core-v1.js';
import type { DestinationRule, VirtualService } from '../../src/kubernetes/generated/istio-v1.js';
import type { Ingress } from '../../src/kubernetes/generated/networking-v1.js';
import type { KubernetesObject, UnknownObject } from '../../src/kubernetes/objects.js';

const labels = { app: 'shop' };

/** The Pod template of a version. */
export const template = (version: string): PodTemplateSpec => ({ metadata: { labels } as never, spec: { containers: [{ name: 'shop', image: `example/shop:${version}`, ports: [{ containerPort: 8080 }] }] } });

/** A Rollout called `shop`, of v1. */
export const rollout = (spec: Partial<RolloutSpec>, version = 'v1'): Rollout => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'shop' },
  spec: { replicas: 4, revisionHistoryLimit: 5, selector: { matchLabels: labels }, template: template(version), ...spec },
});

/** A Rollout by canary. */
export const canary = (strategy: NonNullable<NonNullable<RolloutSpec['strategy']>['canary']>, spec: Partial<RolloutSpec> = {}): Rollout => rollout({ ...spec, strategy: { canary: strategy } });

export const service = (name: string): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });

export const services: readonly Service[] = [service('shop-stable'), service('shop-canary')];
export const named = { stableService: 'shop-stable', canaryService: 'shop-canary' };

export const ingress: Ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '1m' } },
  spec: {
    ingressClassName: 'nginx',
    rules: [{ host: 'shop.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop-stable', port: { number: 80 } } } }] } }],
  },
};

/** A VirtualService whose one route leads to two Services. */
export const hostSplitOf = (stable: string, canary: string): VirtualService => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'shop' },
  spec: { hosts: ['shop.example'], http: [{ name: 'primary', route: [{ destination: { host: stable }, weight: 100 }, { destination: { host: canary }, weight: 0 }] }] },
});
export const hostSplit: VirtualService = hostSplitOf('shop-stable', 'shop-canary');

export const subsetSplit: readonly [VirtualService, DestinationRule] = [
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'shop' },
    spec: { hosts: ['shop'], http: [{ route: [{ destination: { host: 'shop', subset: 'stable' }, weight: 100 }, { destination: { host: 'shop', subset: 'canary' }, weight: 0 }] }] },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'shop' },
    spec: { host: 'shop', subsets: [{ name: 'stable', labels: { app: 'shop' } }, { name: 'canary', labels: { app: 'shop' } }] },
  },
];

/** An AnalysisTemplate that asks for one value. @param path of the test's metrics: good, bad or unclear */
export const analysisOf = (path: string, name = path): UnknownObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name },
  spec: { metrics: [{ name: 'answers', count: 1, successCondition: 'result == 1', failureCondition: 'result == 0', provider: { web: { url: `{metrics}/${path}`, jsonPath: '{$.value}' } } }] },
});

/** The same, asked every second without end. */
export const keepsAsking = (path: string): UnknownObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: path },
  spec: { metrics: [{ name: 'answers', interval: '1s', successCondition: 'result == 1', failureCondition: 'result == 0', provider: { web: { url: `{metrics}/${path}`, jsonPath: '{$.value}' } } }] },
});

/** Through ingress-nginx. */
export const nginx = { ...named, trafficRouting: { nginx: { stableIngress: 'shop' } } };

export const withNginx: readonly KubernetesObject[] = [...services, ingress];
