import { controllerReference } from '../../src/kubernetes/owners.js';
import { rolloutsHash, ROLLOUTS_HASH_LABEL } from '../../src/frontends/argo/pod-template-hash.js';
import type { Rollout, RolloutSpec } from '../../src/frontends/argo/kinds/rollout.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { ReplicaSet } from '../../src/kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec, Service } from '../../src/kubernetes/generated/core-v1.js';
import type { Ingress } from '../../src/kubernetes/generated/networking-v1.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import { Driver, resources } from '../driver/driver.js';
import { serin, type CommandResult } from './driven-shell.js';

export const namespace = 'default';
export const template: PodTemplateSpec = { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:v1', ports: [{ name: 'http', containerPort: 8080 }] }] } };
export const hash = rolloutsHash(template, undefined);
const REPLICAS = 3;

export const serviceOf = (name: string, selector: Record<string, string>): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector, ports: [{ name: 'http', port: 80 }] } });

const backend = (service: string): NonNullable<Ingress['spec']> => ({ ingressClassName: 'nginx', rules: [{ host: 'web.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }] } }] });
export const ingressOf = (name: string, service: string, annotations: Record<string, string> = {}): Ingress => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, namespace, annotations }, spec: backend(service) });

/** A cluster on which another controller left its objects, and users who are watched. */
export class AdoptStage {
  readonly driver = new Driver({ seed: 31, frontends: ['argo'] });
  /** Services that users reach; when one of them had no ready Pod behind it. */
  readonly unserved: string[] = [];
  readonly #users: string[] = [];

  async start(): Promise<void> {
    await this.driver.startCluster();
    this.driver.onTick(() => this.#watch());
  }

  #watch(): void {
    for (const name of this.#users) {
      const slices = this.driver.objects(resources.endpointSlices, namespace).filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
      const ready = slices.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
      if (ready.length === 0) this.unserved.push(`${name} at ${this.driver.clock.now()}: ${JSON.stringify(this.driver.object(resources.services, { namespace, name })?.spec?.selector)}`);
    }
  }

  /** Waits until these Services have Pods, and watches them from then on. */
  async served(...services: string[]): Promise<void> {
    await this.driver.until('they are served', () => {
      this.#users.splice(0, Infinity, ...services);
      this.unserved.splice(0);
      this.#watch();
      return Promise.resolve(this.unserved.length === 0);
    });
    this.unserved.splice(0);
  }

  /** A Rollout as Argo's controller leaves it at rest, with its ReplicaSet. */
  async rollout(spec: Partial<RolloutSpec>, status: object = {}): Promise<Rollout> {
    const { driver } = this;
    return driver.run(async () => {
      const written: RolloutSpec = { replicas: REPLICAS, selector: { matchLabels: { app: 'web' } }, ...spec };
      const rollout = await driver.client.create(argoResources.rollouts, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web', namespace }, spec: written } as Rollout & { metadata: { name: string } });
      const labels = { app: 'web', [ROLLOUTS_HASH_LABEL]: hash };
      const replicaSet: ReplicaSet = {
        apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: `web-${hash}`, namespace, labels, ownerReferences: [controllerReference({ ...rollout, metadata: { ...rollout.metadata, name: 'web' } })] },
        spec: { replicas: REPLICAS, selector: { matchLabels: labels }, template: { ...template, metadata: { ...template.metadata, name: '', labels } } },
      };
      await driver.client.create(resources.replicaSets, replicaSet);
      const body = { status: { phase: 'Healthy', stableRS: hash, currentPodHash: hash, observedGeneration: '1', ...status } };
      await driver.client.patch(argoResources.rollouts, { namespace, name: 'web' }, { kind: 'merge', body }, { subresource: 'status', fieldManager: 'rollouts-controller' });
      return rollout;
    });
  }

  adopt(what: string, ...more: string[]): Promise<CommandResult> {
    return serin(this.driver, ['adopt', what, '--stopped', ...more]);
  }

  /** As `adopt`, interrupted after so many writes. */
  async interrupted(what: string, writes: number): Promise<CommandResult> {
    const ending = new AbortController();
    let left = writes;
    const client = new Proxy(this.driver.client, {
      get: (target, key: keyof ClusterClient) => {
        const method = target[key].bind(target) as (...args: never[]) => Promise<unknown>;
        if (!['patch', 'create', 'delete'].includes(key)) return method;
        return async (...args: never[]) => {
          const answer = await method(...args);
          if (--left === 0) ending.abort(new Error('interrupted'));
          return answer;
        };
      },
    });
    return serin(this.driver, ['adopt', what, '--stopped'], { client, signal: ending.signal });
  }

  async stop(): Promise<void> {
    await this.driver.stop();
  }
}
