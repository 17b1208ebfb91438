import jsonPatch, { type Operation } from 'fast-json-patch';
import { rolloutsHash, ROLLOUTS_HASH_LABEL } from '../../../frontends/argo/pod-template-hash.js';
import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod, PodTemplateSpec, Service } from '../../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../../kubernetes/generated/discovery-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { controllerOf, controllerReference } from '../../../kubernetes/owners.js';
import { POD_TEMPLATE_HASH } from '../../../kubernetes/pod-template.js';
import { matchesLabels } from '../../../kubernetes/selectors.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import { wantedOfRollout, type Wanted } from '../conversion.js';
import { isReady } from '../deployments.js';
import { nextRolloutAction } from '../rollout-steps.js';
import type { Surroundings } from '../surroundings.js';

/** Who acts next. */
export type Act = 'adopt' | 'deployment' | 'replicaSets' | 'ready' | 'gone' | 'slices' | 'time' | 'restart';

const template: PodTemplateSpec = { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } };
const hash = rolloutsHash(template, undefined);
const NAMES = ['web', 'web-canary'];
const namespace = 'shop';

/** A small cluster whose controllers act one at a time, when they are told to. */
export class AdoptModel {
  readonly done: string[] = [];
  #objects = new Map<string, KubernetesObject>();
  #count = 0;
  #now = 0;
  #since: number | undefined;
  #wanted: Wanted | undefined;
  readonly #policies: KubernetesObject[] = [];

  /** @param referred whether a Deployment that is at 0 has the template */
  constructor(replicas: number, referred: boolean) {
    const spec = { replicas, selector: { matchLabels: { app: 'web' } }, strategy: { canary: { stableService: 'web', canaryService: 'web-canary', trafficRouting: { nginx: { stableIngress: 'web' } }, steps: [{ setWeight: 10 }] } } };
    const rollout: Rollout & { metadata: { name: string } } = {
      apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web', namespace, uid: 'rollout' },
      spec: referred ? { ...spec, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } : { ...spec, template },
      status: { stableRS: hash, currentPodHash: hash },
    };
    const labels = { app: 'web', [ROLLOUTS_HASH_LABEL]: hash };
    this.#put(rollout);
    if (referred) this.#put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace }, spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template } } as Deployment);
    this.#put({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'old', namespace, labels, ownerReferences: [controllerReference(rollout)] }, spec: { replicas, selector: { matchLabels: labels }, template: { ...template, metadata: { name: '', labels } } } } as ReplicaSet);
    for (const name of NAMES) this.#put({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: labels } } as Service);
    this.#put({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace }, spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } }] } } as KubernetesObject);
    for (const act of ['replicaSets', 'ready', 'slices'] as const) this.act(act);
  }

  get isDone(): boolean {
    return this.#find<Rollout & KubernetesObject>('Rollout', 'web') === undefined;
  }

  act(act: Act): void {
    switch (act) {
      case 'adopt': return this.#adopt();
      case 'deployment': return this.#runDeployment();
      case 'replicaSets': return this.#runReplicaSets();
      case 'ready': return this.#all<Pod>('Pod').forEach((pod) => this.#put({ ...pod, status: { conditions: [{ type: 'Ready', status: 'True' }] } } as Pod));
      case 'gone': return this.#all<Pod>('Pod').filter(({ metadata }) => metadata.deletionTimestamp !== undefined).forEach((pod) => this.#objects.delete(`Pod/${pod.metadata.name}`));
      case 'slices': return this.#all<Service>('Service').forEach((service) => this.#slice(service));
      case 'time': this.#now += 20_000; return;
      case 'restart': this.#since = undefined; return;
    }
  }

  /** Services behind which no Pod is ready that an EndpointSlice names. */
  unserved(): string[] {
    const ready = new Set(this.#all<Pod>('Pod').filter(isReady).map(({ metadata }) => metadata.name));
    return NAMES.filter((name) => !(this.#find<EndpointSlice>('EndpointSlice', name)?.endpoints ?? []).some(({ targetRef }) => ready.has(targetRef?.name ?? '')));
  }

  summary(): object {
    const deployment = this.#find<Deployment>('Deployment', 'web');
    const old = this.#all<Pod>('Pod').filter(({ metadata }) => metadata.labels?.[ROLLOUTS_HASH_LABEL] !== undefined);
    return { rollouts: this.#all('Rollout').length, policies: this.#policies.length, replicas: deployment?.spec.replicas, selectors: this.#all<Service>('Service').map(({ spec }) => spec?.selector), paused: deployment?.spec.paused ?? false, old: old.length };
  }

  #adopt(): void {
    const rollout = this.#find<Rollout & KubernetesObject>('Rollout', 'web');
    if (!rollout) return;
    let asked = false;
    const around: Surroundings = {
      deployments: this.#all('Deployment'), replicaSets: this.#all('ReplicaSet'), pods: this.#all('Pod'), services: this.#all('Service'), slices: this.#all('EndpointSlice'), ingresses: this.#all('Ingress'),
      autoscalers: [], virtualServices: [], destinationRules: [], routes: [],
      waited: () => {
        asked = true;
        this.#since ??= this.#now;
        return this.#now - this.#since;
      },
    };
    const wanted = (this.#wanted ??= wantedOfRollout(rollout, around, [], []));
    if ('problems' in wanted) throw new Error(wanted.problems.join());
    const action = nextRolloutAction({ namespace, rollout, wanted, policy: this.#policies[0] as ReleasePolicy | undefined, metricTemplates: [], around });
    if (!asked) this.#since = undefined;
    if (action.do === 'refuse') throw new Error(action.why);
    if (action.do !== 'write') return;
    this.done.push(action.says);
    const { write } = action;
    if (write.action === 'create') {
      if (write.object.kind === 'ReleasePolicy') this.#policies.push(write.object);
      else this.#put(write.object);
    } else if (write.action === 'delete') this.#objects.delete(`${write.resource.kind}/${write.name}`);
    else {
      const found = this.#find(write.resource.kind, write.name);
      if (found) this.#put(jsonPatch.applyPatch(structuredClone(found), write.patch as Operation[]).newDocument);
    }
  }

  #runDeployment(): void {
    const deployment = this.#find<Deployment>('Deployment', 'web');
    if (!deployment) return;
    const labels = { app: 'web', [POD_TEMPLATE_HASH]: 'new' };
    const made = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'new', namespace, labels, ownerReferences: [controllerReference(deployment)] }, spec: { replicas: deployment.spec.replicas ?? 1, selector: { matchLabels: labels }, template: { ...template, metadata: { name: '', labels } } } } as ReplicaSet;
    const found = this.#find<ReplicaSet>('ReplicaSet', 'new');
    this.#put(found ? { ...found, spec: made.spec } : made);
    const pods = this.#podsOf('new');
    const generation = deployment.metadata.generation ?? 0;
    this.#objects.set('Deployment/web', { ...deployment, status: { observedGeneration: generation, updatedReplicas: pods.length, availableReplicas: pods.filter(isReady).length } } as KubernetesObject);
  }

  #runReplicaSets(): void {
    for (const replicaSet of this.#all<ReplicaSet>('ReplicaSet')) {
      const pods = this.#podsOf(replicaSet.metadata.name).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const wanted = replicaSet.spec.replicas ?? 1;
      for (const pod of pods.slice(wanted)) this.#put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
      for (let index = pods.length; index < wanted; index++) {
        this.#put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `${replicaSet.metadata.name}-${this.#count++}`, namespace, labels: replicaSet.metadata.labels ?? {}, ownerReferences: [controllerReference(replicaSet)] }, spec: { containers: [] } } as Pod);
      }
    }
  }

  #slice({ metadata, spec }: Service): void {
    const pods = this.#all<Pod>('Pod').filter((pod) => isReady(pod) && matchesLabels(spec?.selector ?? {}, pod.metadata.labels ?? {}));
    const endpoints = pods.map((pod) => ({ addresses: [], conditions: { ready: true }, targetRef: { kind: 'Pod', name: pod.metadata.name } }));
    this.#put({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', metadata: { name: metadata.name, namespace, labels: { 'kubernetes.io/service-name': metadata.name } }, endpoints } as EndpointSlice);
  }

  #podsOf(replicaSet: string): Pod[] {
    return this.#all<Pod>('Pod').filter((pod) => controllerOf(pod)?.name === replicaSet);
  }

  #put(object: KubernetesObject): void {
    const { name, uid = `${object.kind}-${name}`, generation = 0 } = object.metadata;
    this.#objects.set(`${object.kind}/${name}`, { ...object, metadata: { ...object.metadata, uid, generation: generation + 1, resourceVersion: String(this.#count++) } });
  }

  #find<T extends KubernetesObject>(kind: string, name: string): T | undefined {
    return this.#objects.get(`${kind}/${name}`) as T | undefined;
  }

  #all<T extends KubernetesObject>(kind: string): T[] {
    return [...this.#objects.values()].filter((each) => each.kind === kind) as T[];
  }
}
