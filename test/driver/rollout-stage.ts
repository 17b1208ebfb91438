import { isConditionTrue } from '../../src/kubernetes/conditions.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import type { ReplicaSet } from '../../src/kubernetes/generated/apps-v1.js';
import type { Ingress } from '../../src/kubernetes/generated/networking-v1.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import { manifests, namespace, REGISTRY } from '../scenarios/rollout-manifests.js';
import { Driver, resources, serinResources, type DriverOptions } from './driver.js';

const at = { namespace, name: 'rollout-pregap' };
const HASH = 'rollouts-pod-template-hash';
const WEIGHT = 'nginx.ingress.kubernetes.io/canary-weight';

/** What a story about a Rollout is told by. */
export interface RolloutState {
  readonly phase: string | undefined;
  readonly step: number | undefined;
  /** How many Pods of each image are available, by its tag; those without Pods are left out. */
  readonly pods: Readonly<Record<string, number>>;
  /** Which images the two Services lead to. */
  readonly stable: string;
  readonly canary: string;
  readonly weight: string | undefined;
}

/** A Rollout that takes over a Deployment, behind ingress-nginx, in virtual time. */
export class RolloutStage {
  readonly driver: Driver;

  /** When users met a Service without ready Pods, once the Rollout was healthy for the first time. */
  readonly unserved: string[] = [];
  #isServing = false;

  constructor(options: DriverOptions = {}) {
    this.driver = new Driver({ seed: 85, frontends: ['argo'], ...options });
    this.driver.onTick(() => this.#watchUsers());
  }

  #watchUsers(): void {
    this.#isServing ||= this.rollout()?.status?.phase === 'Healthy';
    if (!this.#isServing) return;
    const { weight = '0' } = this.state();
    const reached = ['rollouts-pregap-stable', ...(weight === '0' ? [] : ['rollouts-pregap-canary'])];
    const pods = this.driver.objects(resources.pods, namespace);
    for (const name of reached) {
      const selector = this.driver.object(resources.services, { namespace, name })?.spec?.selector ?? {};
      const ready = pods.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && isConditionTrue(status?.conditions, 'Ready') && Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value));
      if (ready.length === 0) this.unserved.push(`${name} ${JSON.stringify(selector)} at ${this.driver.clock.now()}`);
    }
  }

  async start(): Promise<void> {
    await this.driver.start();
    await this.create('namespace', 'deployment', 'services', 'ingress');
  }

  async create(...files: string[]): Promise<void> {
    for (const object of files.flatMap(manifests)) await this.driver.run(() => this.driver.client.create(kindOf(object), object));
  }

  /** The Rollout with another strategy. */
  async createWith(strategy: NonNullable<Rollout['spec']['strategy']>, replicas = 2): Promise<void> {
    const [given] = manifests('rollout') as Rollout[];
    if (!given) throw new Error('the Rollout is missing');
    await this.driver.run(() => this.driver.client.create(argoResources.rollouts, { ...given, spec: { ...given.spec, replicas, strategy } }));
  }

  /** A new image in the Deployment that the Rollout takes its template from. */
  async setImage(tag: string): Promise<void> {
    const body = { spec: { template: { spec: { containers: [{ name: 'pregap', image: `${REGISTRY}:${tag}` }] } } } };
    await this.driver.run(() => this.driver.client.patch(resources.deployments, { namespace, name: 'test2-pregap' }, { kind: 'strategic', body }));
  }

  /** What `kubectl argo rollouts` sends. */
  async tell(status: object, spec?: object): Promise<void> {
    const patch = (body: object, options?: { subresource: 'status' }): Promise<unknown> =>
      this.driver.run(() => this.driver.client.patch(argoResources.rollouts, at, { kind: 'merge', body }, { ...options, fieldManager: 'kubectl-argo-rollouts' }));
    if (spec) await patch({ spec });
    await patch({ status }, { subresource: 'status' });
  }

  /** As an autoscaler or `kubectl scale` does. */
  async scale(replicas: number): Promise<void> {
    await this.driver.run(() => this.driver.client.patch(argoResources.rollouts, at, { kind: 'merge', body: { spec: { replicas } } }, { subresource: 'scale' }));
  }

  rollout(): Rollout | undefined {
    return this.driver.object(argoResources.rollouts, at);
  }

  replicaSets(): ReplicaSet[] {
    return this.driver.objects(resources.replicaSets, namespace).filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === 'Rollout'));
  }

  canaryIngress(): Ingress | undefined {
    return this.driver.object(resources.ingresses, { namespace, name: 'rollout-pregap-pregap-canary' });
  }

  state(): RolloutState {
    const { status } = this.rollout() ?? {};
    const pods = Object.fromEntries(this.replicaSets().flatMap((each) => ((each.status?.replicas ?? 0) === 0 ? [] : [[tagOf(each), each.status?.availableReplicas ?? 0] as const])).sort());
    return { phase: status?.phase, step: status?.currentStepIndex, pods, stable: this.#leadsTo('rollouts-pregap-stable'), canary: this.#leadsTo('rollouts-pregap-canary'), weight: this.canaryIngress()?.metadata.annotations?.[WEIGHT] };
  }

  #leadsTo(service: string): string {
    const hash = this.driver.object(resources.services, { namespace, name: service })?.spec?.selector?.[HASH];
    const found = this.replicaSets().find(({ metadata }) => hash !== undefined && metadata.labels?.[HASH] === hash);
    return found ? tagOf(found) : (hash ?? '');
  }

  /** @throws Error with all that there is when it is not so in time */
  async until(wanted: Partial<RolloutState>, seconds = 200): Promise<void> {
    const isSo = (): boolean => {
      const state = this.state();
      const { metadata, status } = this.rollout() ?? {};
      return Object.entries(wanted).every(([key, value]) => JSON.stringify(Reflect.get(state, key)) === JSON.stringify(value)) && status?.observedGeneration === String(metadata?.generation);
    };
    await this.driver.until(JSON.stringify(wanted), isSo, seconds).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : ''}\n${JSON.stringify(this.everything(), undefined, 1)}`);
    });
  }

  /** What must be the same however often a controller died: what tools show, without times and counts. */
  ending(): object {
    const { driver } = this;
    const { status } = this.rollout() ?? {};
    return {
      ...{ message: status?.message, abort: status?.abort, promoteFull: status?.promoteFull, controllerPause: status?.controllerPause, hash: status?.currentPodHash, stable: status?.stableRS },
      pauses: status?.pauseConditions?.map(({ reason }) => reason),
      conditions: status?.conditions?.map(({ type, status: state, reason }) => `${type} ${state} ${reason ?? ''}`).sort(),
      releases: driver.objects(serinResources.releases).map(({ metadata, status: release }) => `${metadata.name} ${release?.phase ?? ''}`),
      sizes: this.replicaSets().map(({ metadata, spec }) => `${metadata.name} ${spec.replicas ?? ''} revision ${metadata.annotations?.['rollout.argoproj.io/revision'] ?? ''}`).sort(),
    };
  }

  everything(): object {
    const { driver } = this;
    return {
      state: this.state(),
      status: this.rollout()?.status,
      releases: driver.objects(serinResources.releases).map(({ metadata, spec, status }) => [metadata.name, { abort: spec.abort, advanceTo: spec.advanceTo, steps: spec.plan.steps.length }, status?.phase, status?.step, status?.message]),
      policy: driver.objects(serinResources.releasePolicies).map(({ spec, status }) => ({ spec, status })),
      replicaSets: this.replicaSets().map(({ metadata, spec, status }) => [metadata.name, metadata.annotations, spec.replicas, status?.availableReplicas]),
      errors: driver.errors.slice(-5),
      notes: driver.notes.slice(-10).map(({ reason, message }) => `${reason}: ${message}`),
      events: driver.events.slice(-10),
    };
  }
}

const tagOf = ({ spec }: ReplicaSet): string => spec.template?.spec?.containers[0]?.image?.split(':').at(-1) ?? '';

const kindOf = ({ kind }: KubernetesObject): Resource<KubernetesObject> => {
  const found = [...Object.values(resources), ...Object.values(argoResources)].find((each) => each.kind === kind);
  if (!found) throw new Error(`no kind ${kind}`);
  return found as unknown as Resource<KubernetesObject>;
};
