import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../../kubernetes/generated/discovery-v1.js';
import type { HTTPRoute } from '../../../kubernetes/generated/gateway-api-v1.js';
import type { DestinationRule, VirtualService, VirtualServiceSpec } from '../../../kubernetes/generated/istio-v1.js';
import type { Ingress } from '../../../kubernetes/generated/networking-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import { splitOf, type Split } from '../../../model/split.js';
import type { Role } from '../../../model/version.js';
import type { Claim, RouterContext, RoutingPlan, RoutingState, RoutingWrite } from '../../router.js';
import { openStage, TestCluster } from '../../testing/cluster.js';
import { syncSlices } from '../../testing/endpoint-slices.js';
import { restingWrites, twoServicesRouter, type RestingContext, type TwoServicesConfig } from '../router.js';

export const HASHES = { stable: '6d4c9f5b7', canary: '85fbd6c44' } as const;
export const HASH = 'rollouts-pod-template-hash';
export const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'shop', uid: '0e8c' } as const;

export function service(name: string, selector: Record<string, string> = { app: 'shop' }): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type: 'ClusterIP', clusterIP: '10.96.0.9', selector, ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }], sessionAffinity: 'None' } };
}

export function pod(name: string, role: Role | undefined, ready = true): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'shop', ...(role ? { [HASH]: HASHES[role] } : {}) } }, spec: { containers: [] },
    status: { phase: 'Running', podIP: `10.244.0.${name.charCodeAt(0) + name.charCodeAt(1)}`, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

type Rule = NonNullable<Ingress['spec']['rules']>[number];

export function ingress(name: string, rules: readonly Rule[], spec: Partial<Ingress['spec']> = {}): Ingress {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, labels: { team: 'a' }, annotations: { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '9' } }, spec: { ingressClassName: 'nginx', rules: [...rules], ...spec } };
}

export const path = (to: string, text = '/') => ({ path: text, pathType: 'Prefix', backend: { service: { name: to, port: { number: 80 } } } });

export function virtualService(spec: Partial<VirtualServiceSpec>, name = 'shop'): VirtualService {
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name }, spec: { hosts: ['shop.example.com'], ...spec } };
}

export const toBoth = (rest: Record<string, unknown> = {}) => ({ ...rest, route: [{ destination: { host: 'shop' }, weight: 100 }, { destination: { host: 'shop-canary' }, weight: 0 }] });
export const toSubsets = (rest: Record<string, unknown> = {}) => ({ ...rest, route: [{ destination: { host: 'shop', subset: 'stable' }, weight: 100 }, { destination: { host: 'shop', subset: 'canary' }, weight: 0 }] });

export function destinationRule(): DestinationRule {
  return {
    apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'shop' },
    spec: { host: 'shop', subsets: [{ name: 'stable', labels: { app: 'shop' } }, { name: 'other', labels: { tier: 'x' } }, { name: 'canary', labels: { app: 'shop' }, trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }] },
  };
}

export function httpRoute(rules: NonNullable<HTTPRoute['spec']['rules']>): HTTPRoute {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'shop' }, spec: { rules } };
}

const target = (role: Role, readyPods: number) => ({ hash: HASHES[role], hashLabel: HASH, readyPods, podLabels: { app: 'shop', [HASH]: HASHES[role] } });

/** Two versions behind two Services, on a cluster in miniature. */
export class Rig {
  readonly cluster = new TestCluster();
  readonly config: TwoServicesConfig;
  claims: readonly Claim[] = [];
  lastWritten: Split | undefined;
  /** Whether EndpointSlices follow at once. */
  follows = true;

  constructor(config: Partial<TwoServicesConfig> = {}) {
    this.config = { mode: 'weights', stable: 'shop', canary: 'shop-canary', settleSeconds: 3, owner, ...config };
    for (const name of ['s1', 's2']) this.cluster.put(pod(name, 'stable'));
    for (const name of ['c1', 'c2']) this.cluster.put(pod(name, 'canary'));
    this.cluster.put(service('shop'));
    this.cluster.put(service('shop-canary'));
    this.sync();
  }

  get context(): RouterContext {
    const ready = (role: Role): number => this.cluster.list(resources.pods).filter(({ metadata, status }) => metadata.labels?.[HASH] === HASHES[role] && status?.conditions?.[0]?.status === 'True').length;
    return { namespace: 'shop', policy: 'shop', service: '', canaryService: 'shop-canary', versions: { stable: target('stable', ready('stable')), canary: target('canary', ready('canary')) }, lastWritten: this.lastWritten };
  }

  sync(): void {
    syncSlices(this.cluster);
  }

  plan(split: Split | number): RoutingPlan {
    const plan = twoServicesRouter.write(this.config, typeof split === 'number' ? splitOf(split) : split, this.cluster, this.claims, this.context);
    this.claims = structuredClone(plan.claims);
    return plan;
  }

  read(): RoutingState {
    const state = twoServicesRouter.read(this.config, this.cluster, this.claims, this.context);
    if (state.written) this.lastWritten = state.written;
    return state;
  }

  release(lead: Role = 'stable'): RoutingPlan {
    return twoServicesRouter.release(this.config, this.cluster, this.claims, { ...this.context, after: { lead } });
  }

  resting(hashes: RestingContext['hashes'] = { stable: HASHES.stable, canary: HASHES.canary }): RoutingWrite[] {
    return restingWrites(this.config, this.cluster, { namespace: 'shop', hashes, hashLabel: HASH });
  }

  /** Does what is left for the state at rest. @returns how many writes it took */
  rest(hashes?: RestingContext['hashes']): number {
    const writes = this.resting(hashes);
    writes.forEach((write) => this.cluster.apply(write));
    if (this.follows) this.sync();
    return writes.length;
  }

  /** Does what the first stage that is not reached asks for. @returns what it was; undefined when there is nothing to do */
  advance(plan: RoutingPlan): string | undefined {
    const stage = openStage(plan);
    this.read();
    if (!stage) return undefined;
    if (stage.writes.length > 0) {
      stage.writes.forEach((write) => this.cluster.apply(write));
      if (this.follows) this.sync();
      return stage.name;
    }
    if (stage.waitsUntil === undefined) return undefined;
    this.cluster.now = stage.waitsUntil;
    return `${stage.name} settles`;
  }

  go(plan: () => RoutingPlan): { readonly stages: string[]; readonly waitsFor: string | undefined } {
    const stages: string[] = [];
    for (let round = 0; round < 60; round++) {
      const did = this.advance(plan());
      if (did === undefined) return { stages, waitsFor: openStage(plan())?.waitsFor };
      stages.push(did);
    }
    throw new Error('the plan has no end');
  }

  to(split: Split | number): { readonly stages: string[]; readonly waitsFor: string | undefined } {
    const gone = this.go(() => this.plan(split));
    this.read();
    return gone;
  }

  /** The version that a Service leads to, by its selector. */
  leads(name: string): Role | 'both' | undefined {
    const hash = this.cluster.get(resources.services, name)?.object.spec?.selector?.[HASH];
    return hash === undefined ? 'both' : hash === HASHES.stable ? 'stable' : hash === HASHES.canary ? 'canary' : undefined;
  }

  /** The Pods that EndpointSlices name for a Service. */
  endpoints(name: string): readonly string[] {
    const slices: EndpointSlice[] = this.cluster.list(resources.endpointSlices).filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
    return slices.flatMap(({ endpoints }) => (endpoints ?? []).map(({ targetRef }) => targetRef?.name ?? ''));
  }
}
