import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import type { HTTPIngressPath, Ingress, IngressClass } from '../../../kubernetes/generated/networking-v1.js';
import { splitOf, type Split } from '../../../model/split.js';
import type { Claim, ReleaseContext, RouterContext, RoutingPlan, RoutingState } from '../../router.js';
import { openStage, TestCluster } from '../../testing/cluster.js';
import { syncSlices } from '../../testing/endpoint-slices.js';
import { CANARY, STABLE } from '../../testing/manifests.js';
import { ingressNginxRouter, type IngressNginxConfig } from '../router.js';

export { CANARY, STABLE };
export const PREFIX = 'nginx.ingress.kubernetes.io';

export const nginxClass: IngressClass = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } };

export function service(name: string, selector: Record<string, string>, port = 80): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type: 'ClusterIP', selector, ports: [{ name: 'http', protocol: 'TCP', port, targetPort: 8080 }] } };
}

export function pod(name: string, labels: Record<string, string>): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { containers: [] },
    status: { phase: 'Running', podIP: `10.244.0.${name.charCodeAt(0) + name.charCodeAt(1)}`, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export const to = (name: string, path = '/', pathType = 'Prefix', port = 80): HTTPIngressPath => ({ path, pathType, backend: { service: { name, port: { number: port } } } });

export function ingress(name: string, paths: readonly HTTPIngressPath[], annotations: Record<string, string> = {}, spec: Partial<Ingress['spec']> = {}, host = 'webapp.example.com'): Ingress {
  const named = Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : `${PREFIX}/${key}`, value]);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, ...(named.length > 0 ? { annotations: Object.fromEntries(named) as Record<string, string> } : {}) },
    spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths: [...paths] } }], ...spec },
  };
}

const version = (hash: string, name?: string) => ({ hash, readyPods: 1, podLabels: { app: 'webapp', 'pod-template-hash': hash }, ...(name === undefined ? {} : { service: name }) });

/** One Deployment behind one Service. */
export const webapp: RouterContext = { namespace: 'shop', policy: 'webapp', service: 'webapp', canaryService: 'webapp-canary', versions: { stable: version(STABLE), canary: version(CANARY) } };
/** Versions that run with Services of their own. */
export const ownVersions = (stable: string, canary: string): RouterContext => ({ namespace: 'shop', policy: 'webapp', service: '', canaryService: 'webapp-canary', versions: { stable: version(STABLE, stable), canary: version(CANARY, canary) } });

/** A release that steers by ingress-nginx on a cluster in miniature, with Pods of two versions behind `webapp`. */
export class Rig {
  readonly cluster = new TestCluster();
  claims: readonly Claim[] = [];
  lastWritten: Split | undefined;
  readonly config: IngressNginxConfig;
  readonly context: RouterContext;

  constructor(context: RouterContext = webapp, config: IngressNginxConfig = { settleSeconds: 3 }) {
    this.context = context;
    this.config = config;
    for (const [name, hash] of [['s1', STABLE], ['s2', STABLE], ['c1', CANARY]] as const) this.cluster.put(pod(name, { app: 'webapp', 'pod-template-hash': hash }));
    this.cluster.put(service('webapp', { app: 'webapp' }));
    this.cluster.put(nginxClass);
    syncSlices(this.cluster);
  }

  plan(split: Split): RoutingPlan {
    const plan = ingressNginxRouter.write(this.config, split, this.cluster, this.claims, { ...this.context, lastWritten: this.lastWritten });
    this.claims = structuredClone(plan.claims);
    return plan;
  }

  read(): RoutingState {
    const state = ingressNginxRouter.read(this.config, this.cluster, this.claims, { ...this.context, lastWritten: this.lastWritten });
    if (state.written) this.lastWritten = state.written;
    return state;
  }

  release(after?: ReleaseContext['after']): RoutingPlan {
    return ingressNginxRouter.release(this.config, this.cluster, this.claims, { ...this.context, ...(after ? { after } : {}) });
  }

  /** Does what the first stage that is not reached asks for. @returns what it was; undefined when there is nothing to do */
  advance(plan: RoutingPlan): string | undefined {
    const stage = openStage(plan);
    // As the controller does: every pass looks before it writes.
    this.read();
    if (!stage) return undefined;
    if (stage.writes.length > 0) {
      stage.writes.forEach((write) => this.cluster.apply(write));
      syncSlices(this.cluster);
      return stage.name;
    }
    if (stage.waitsUntil === undefined) return undefined;
    this.cluster.now = stage.waitsUntil;
    return `${stage.name} settles`;
  }

  /** Goes the whole way. @returns the stages that wrote, and what is waited for at the end */
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
    const gone = this.go(() => this.plan(typeof split === 'number' ? splitOf(split) : split));
    this.read();
    return gone;
  }
}
