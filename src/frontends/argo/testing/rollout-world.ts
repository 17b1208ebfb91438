import { observeRouting, routingOf, routingPlan } from '../../../controller/routing.js';
import { advance, firstStatus } from '../../../engine/advance.js';
import type { Observation, ReplicaSetObservation } from '../../../engine/observation.js';
import { isMoving, rest } from '../../../engine/resting.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import { canonicalJson, cloneJson, deepEqual } from '../../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { controllerReference, isControlledBy } from '../../../kubernetes/owners.js';
import { applyMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import { resources } from '../../../kubernetes/resources.js';
import { noEvidence } from '../../../model/evidence.js';
import { kindOfVersions, nameOfListed } from '../../../model/policy/workload.js';
import { hasEnded, type Release, type ReleaseStatus } from '../../../model/release.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import { RETRY_ANNOTATION } from '../../../model/resources.js';
import { strategyName } from '../../../model/policy/strategies.js';
import { WHOLE, type Split } from '../../../model/split.js';
import type { VersionTarget } from '../../../model/version.js';
import type { RoutingWrite } from '../../../routers/router.js';
import { TestCluster } from '../../../routers/testing/cluster.js';
import { syncSlices } from '../../../routers/testing/endpoint-slices.js';
import { compilePolicy } from '../../../strategies/compile.js';
import { advanceRollout, type RolloutDecision, type RolloutEvent, type RolloutObservation } from '../advance.js';
import type { AnalysisRun, AnalysisTemplate, RunPhase } from '../kinds/analysis.js';
import type { Experiment } from '../kinds/experiment.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import type { Rollout } from '../kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { byAge, hashOfReplicaSet, sizeOf } from '../rollouts/labels.js';
import { nextExperimentStatus } from './experiment-objects.js';

/**
 * A cluster with one Rollout in a few lines, and behind it the engine and the routers as they are: Pods come and get ready one
 * by one, policies and releases are worked on as the controller does it.
 */
export class RolloutWorld {
  now = Date.UTC(2026, 0, 1, 12);
  rollout: Rollout;
  policy: ReleasePolicy | undefined;
  readonly cluster = new TestCluster();
  readonly releases = new Map<string, Release>();
  readonly runs = new Map<string, AnalysisRun>();
  readonly experiments = new Map<string, Experiment>();
  readonly templates: AnalysisTemplate[] = [];
  readonly events: RolloutEvent[] = [];
  /** Every status that was written, in order. */
  readonly statuses: RolloutStatus[] = [];
  /** Whether Pods with this image get ready. */
  podsGetReady: (image: string) => boolean = () => true;
  /** How runs end; undefined for not yet. */
  outcome: (run: AnalysisRun) => RunPhase | undefined = () => undefined;
  experimentOutcome: (experiment: Experiment) => RunPhase | undefined = () => undefined;
  otherController: string | undefined;
  workload: KubernetesObject | undefined;
  #count = 0;
  #sliced = '';

  constructor(rollout: Rollout, objects: readonly KubernetesObject[] = []) {
    this.rollout = { ...cloneJson(rollout), metadata: { ...rollout.metadata, namespace: 'shop', uid: 'rollout-uid', generation: 1 } };
    for (const each of objects) this.cluster.put({ ...each, metadata: { ...each.metadata, namespace: 'shop' } });
  }

  /** A person changes the spec. */
  edit(change: (spec: Rollout['spec']) => void): void {
    const rollout = cloneJson(this.rollout);
    change(rollout.spec);
    if (!deepEqual(rollout.spec, this.rollout.spec)) rollout.metadata.generation = (rollout.metadata.generation ?? 0) + 1;
    this.rollout = rollout;
  }

  /** A person runs another image. */
  image(image: string): void {
    this.edit(({ template }) => {
      const [container] = template?.spec?.containers ?? [];
      if (container) container.image = image;
    });
  }

  /** A tool patches the status. */
  patch(status: Record<string, unknown>): void {
    this.rollout = { ...this.rollout, status: applyMergePatch(this.status, status) as RolloutStatus };
  }

  /** As `kubectl argo rollouts promote` does it. */
  promote(): void {
    const { pauseConditions = [], currentStepIndex = 0 } = this.status;
    const { canary } = this.rollout.spec.strategy ?? {};
    if (this.rollout.spec.paused) this.edit((spec) => { spec.paused = false; });
    if (pauseConditions.length > 0) this.patch({ pauseConditions: null });
    else if (canary) this.patch({ pauseConditions: null, currentStepIndex: Math.min(currentStepIndex + 1, canary.steps?.length ?? 0) });
  }

  get status(): RolloutStatus {
    return this.rollout.status ?? {};
  }

  get moving(): Release | undefined {
    return [...this.releases.values()].findLast(({ status }) => !hasEnded(status?.phase ?? 'Preparing'));
  }

  get replicaSets(): ReplicaSet[] {
    return this.cluster.list(resources.replicaSets).filter((each) => isControlledBy(each, this.rollout)).sort(byAge);
  }

  /** Pods that are asked for, by image. */
  get sizes(): Record<string, number> {
    return Object.fromEntries(this.replicaSets.map((each) => [imageOf(each), sizeOf(each)]));
  }

  /** The image that a Service leads to; undefined for Pods of any. */
  leadOf(service: string): string | undefined {
    const hash = this.cluster.get(resources.services, service)?.object.spec?.selector?.[ROLLOUTS_HASH_LABEL];
    const found = this.replicaSets.find((each) => hashOfReplicaSet(each) === hash);
    return found && imageOf(found);
  }

  observation(): RolloutObservation {
    this.cluster.now = this.now;
    return {
      replicaSets: this.replicaSets.map((each) => cloneJson(each)), pods: this.cluster.list(resources.pods).map((each) => cloneJson(each)),
      ...(this.policy ? { policy: cloneJson(this.policy) } : {}), ...(this.workload ? { workload: cloneJson(this.workload) } : {}),
      releases: [...this.releases.values()].map((each) => cloneJson(each)), analysisRuns: [...this.runs.values()].map((each) => cloneJson(each)), experiments: [...this.experiments.values()].map((each) => cloneJson(each)),
      known: { services: this.cluster.list(resources.services), ingresses: this.cluster.list(resources.ingresses), analysisTemplates: this.templates },
      found: this.cluster, otherController: this.otherController,
    };
  }

  /** One pass of the front end. @param writes how many of its writes are done before it dies; the status is the first */
  pass(writes = Number.POSITIVE_INFINITY): RolloutDecision {
    const decision = advanceRollout(cloneJson(this.rollout), this.observation(), this.now);
    let left = writes;
    const write = (effect: () => void): void => { if (left-- > 0) effect(); };
    if (!deepEqual(decision.status, this.status)) {
      write(() => {
        this.rollout = { ...this.rollout, status: cloneJson(decision.status) };
        this.statuses.push(cloneJson(decision.status));
        this.events.push(...decision.events);
      });
    }
    for (const each of decision.apply) write(() => this.#apply(each));
    for (const { replicaSet, replicas } of decision.sizes) write(() => this.#scale(replicaSet, replicas));
    for (const each of decision.annotate) write(() => this.#patch(each.resource, each.name, each.patch));
    for (const each of decision.routes) write(() => this.#route(each));
    for (const { resource, name } of decision.remove) write(() => (resource.kind === 'AnalysisRun' ? void this.runs.delete(name) : resource.kind === 'Experiment' ? void this.experiments.delete(name) : this.cluster.remove(resource.kind, name)));
    for (const name of decision.evict) write(() => this.cluster.remove('Pod', name));
    for (const { release, spec } of decision.commands) {
      write(() => {
        const found = this.releases.get(release);
        if (found) this.releases.set(release, { ...found, spec: { ...found.spec, ...spec } });
      });
    }
    return decision;
  }

  #apply(object: KubernetesObject): void {
    const { name } = object.metadata;
    const created = <T extends KubernetesObject>(kind: T): T => ({ ...cloneJson(kind), metadata: { ...kind.metadata, uid: `uid-${++this.#count}`, creationTimestamp: new Date(this.now).toISOString().replace('.000Z', 'Z') } });
    if (object.kind === 'ReleasePolicy') {
      const policy = cloneJson(object) as ReleasePolicy;
      const changed = !deepEqual(policy.spec, this.policy?.spec);
      this.policy = { ...policy, metadata: { ...policy.metadata, generation: (this.policy?.metadata.generation ?? 0) + (changed ? 1 : 0), uid: 'policy-uid' }, ...(this.policy?.status ? { status: this.policy.status } : {}) };
    } else if (object.kind === 'AnalysisRun') {
      if (!this.runs.has(name)) this.runs.set(name, created(object as AnalysisRun));
    } else if (object.kind === 'Experiment') {
      if (!this.experiments.has(name)) this.experiments.set(name, created(object as Experiment));
    } else if (!this.cluster.get(resources.replicaSets, name)) {
      this.cluster.put(created(object));
    }
  }

  #scale(name: string, replicas: number): void {
    this.cluster.edit(resources.replicaSets, name, (replicaSet) => { replicaSet.spec.replicas = replicas; });
  }

  #patch(resource: Resource<KubernetesObject>, name: string, patch: unknown): void {
    const of = resource.kind === 'AnalysisRun' ? this.runs : resource.kind === 'Experiment' ? this.experiments : undefined;
    if (of) {
      const found = of.get(name);
      if (found) of.set(name, applyMergePatch(found, patch) as AnalysisRun & Experiment);
    } else if (resource.kind === 'Rollout') {
      const rollout = applyMergePatch(this.rollout, patch) as Rollout;
      const changed = !deepEqual(rollout.spec, this.rollout.spec);
      this.rollout = { ...rollout, metadata: { ...rollout.metadata, generation: (rollout.metadata.generation ?? 0) + (changed ? 1 : 0) } };
    } else if (resource.kind === 'Deployment') {
      if (this.workload) this.workload = applyMergePatch(this.workload, patch) as KubernetesObject;
    } else {
      const found = this.cluster.get(resource, name);
      if (found) this.cluster.put(applyMergePatch(found.object, patch) as KubernetesObject);
    }
  }

  #route(write: RoutingWrite): void {
    if (write.action !== 'patch' || write.patchKind === 'json') return this.cluster.apply(write);
    this.#patch(write.resource, write.name, write.patch);
  }

  /** Everything that the cluster can do at the moment, one thing each. */
  due(): (() => void)[] {
    const due: (() => void)[] = [];
    for (const replicaSet of this.replicaSets) {
      const pods = this.#podsOf(replicaSet);
      const size = sizeOf(replicaSet);
      const waiting = pods.find((pod) => !isReady(pod));
      const surplus = pods.find((pod) => !isReady(pod)) ?? pods.at(-1);
      if (pods.length < size) due.push(() => this.#start(replicaSet));
      else if (pods.length > size && surplus) due.push(() => this.cluster.remove('Pod', surplus.metadata.name));
      if (waiting && pods.length <= size && this.podsGetReady(imageOf(replicaSet))) due.push(() => this.cluster.put({ ...cloneJson(waiting), status: { ...waiting.status, conditions: [{ type: 'Ready', status: 'True' }] } } as Pod));
    }
    for (const run of this.runs.values()) {
      const phase = run.status?.phase;
      if (phase !== undefined && phase !== 'Pending' && phase !== 'Running') continue;
      const next = run.spec.terminate ? 'Successful' : (this.outcome(run) ?? 'Running');
      if (next !== phase) due.push(() => void this.runs.set(run.metadata.name, { ...run, status: { phase: next, ...(next === 'Failed' ? { message: 'Metric "errors" assessed Failed due to failed (1) > failureLimit (0)' } : {}) } }));
    }
    for (const experiment of this.experiments.values()) {
      const status = nextExperimentStatus(this.cluster, experiment, experiment.spec.terminate ? 'Successful' : (this.experimentOutcome(experiment) ?? 'Running'));
      if (status) due.push(() => void this.experiments.set(experiment.metadata.name, { ...experiment, status }));
    }
    return due;
  }

  #podsOf(replicaSet: ReplicaSet): Pod[] {
    return this.cluster.list(resources.pods).filter((pod) => isControlledBy(pod, replicaSet)).sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  }

  #start(replicaSet: ReplicaSet): void {
    const number = String(++this.#count).padStart(5, '0');
    const { metadata, spec } = replicaSet.spec.template ?? {};
    this.cluster.put({
      apiVersion: 'v1', kind: 'Pod',
      metadata: { name: `${replicaSet.metadata.name}-${number}`, labels: { ...metadata?.labels }, annotations: { ...metadata?.annotations }, uid: number, creationTimestamp: new Date(this.now).toISOString(), ownerReferences: [controllerReference(replicaSet)] },
      spec: spec ?? { containers: [] }, status: { podIP: `10.244.0.${this.#count % 250}` },
    } as Pod);
  }

  /** What other controllers say of Pods: numbers in ReplicaSets, addresses in slices. */
  #settleCounts(): void {
    for (const replicaSet of this.replicaSets) {
      const pods = this.#podsOf(replicaSet);
      const ready = pods.filter(isReady).length;
      const status = { replicas: pods.length, readyReplicas: ready, availableReplicas: ready, observedGeneration: replicaSet.metadata.generation ?? 0 };
      if (!deepEqual(status, replicaSet.status)) this.cluster.put({ ...cloneJson(replicaSet), status } as ReplicaSet);
    }
    const seen = JSON.stringify([this.cluster.list(resources.services).map(({ spec }) => spec?.selector), this.cluster.list(resources.pods).map((pod) => [pod.metadata.name, isReady(pod)])]);
    if (seen === this.#sliced) return;
    this.#sliced = seen;
    syncSlices(this.cluster);
  }

  #observe(name: string, holder: ReplicaSetObservation['holder']): ReplicaSetObservation | undefined {
    const replicaSet = this.cluster.get(resources.replicaSets, name)?.object;
    if (!replicaSet) return undefined;
    const pods = this.#podsOf(replicaSet);
    return { name, size: sizeOf(replicaSet), pods: pods.length, ready: pods.filter(isReady).length, holder, troubles: [] };
  }

  #hashOf(name: string): string {
    const replicaSet = this.cluster.get(resources.replicaSets, name)?.object;
    return replicaSet ? hashOfReplicaSet(replicaSet) : '';
  }

  /** The controller of policies looks at this one. */
  policyPass(): void {
    const { policy } = this;
    if (!policy) return;
    const { list = [], want = '', replicas = 1, old, hashLabel } = policy.spec.workload.versions ?? {};
    const release = policy.status?.release === undefined ? undefined : this.releases.get(policy.status.release);
    const named = (name: string): { hash: string; replicaSet: string } => ({ hash: this.#hashOf(name), replicaSet: name });
    const versions = list.flatMap((each) => {
      const name = nameOfListed(each);
      const seen = this.#observe(name, 'home');
      return seen ? [{ ...seen, hash: this.#hashOf(name), wanted: name === want }] : [];
    });
    const decision = rest(policy, {
      now: this.now, retry: policy.metadata.annotations?.[RETRY_ANNOTATION], policyDeleted: false, versions, release, problems: [],
      workload: versions.some(({ name }) => name === want) || isMoving(release) ? { kind: 'Versions', name: policy.metadata.name, replicas, paused: true, observed: true, rolledOut: true, wanted: named(want), first: named(nameOfListed(list[0] ?? {})) } : undefined,
    });
    const { start } = decision;
    this.policy = { ...policy, status: { ...decision.status, ...(start ? { release: start.name, releases: (policy.status?.releases ?? 0) + 1 } : {}) } };
    if (!start) return;
    this.releases.set(start.name, {
      apiVersion: 'serin.dev/v1alpha1', kind: 'Release', metadata: { name: start.name, namespace: 'shop', uid: start.name, generation: 1, creationTimestamp: new Date(this.now).toISOString() },
      spec: {
        policy: policy.metadata.name, strategy: strategyName(policy.spec.strategy),
        workload: { kind: 'Versions', name: policy.metadata.name, replicas, ...(old ? { old } : {}), runBy: kindOfVersions({ list }), ...(hashLabel === undefined ? {} : { hashLabel }) },
        ...(policy.spec.service === undefined ? {} : { service: policy.spec.service }), ...(policy.spec.canaryService === undefined ? {} : { canaryService: policy.spec.canaryService }),
        ...(policy.spec.router ? { router: policy.spec.router } : {}), stable: start.stable, canary: start.canary, plan: compilePolicy(policy.spec),
      },
    });
  }

  /** The controller of releases looks at the one under way. */
  releasePass(): void {
    const release = this.moving;
    const { policy } = this;
    if (!release || !policy) return;
    const put = (status: ReleaseStatus): Release => {
      const next = { ...release, status };
      this.releases.set(release.metadata.name, next);
      return next;
    };
    if (!release.status) return void put(firstStatus(release, this.now));
    const { stable, canary } = release.spec;
    const { intent } = release.status;
    const observed = { stable: this.#observe(stable.replicaSet, intent.holders.stable), canary: this.#observe(canary.replicaSet, intent.holders.canary === 'free' ? 'nobody' : intent.holders.canary) };
    const target = (version: Release['spec']['canary'], ready: number): VersionTarget => ({ hash: version.hash, hashLabel: ROLLOUTS_HASH_LABEL, readyPods: ready, podLabels: { ...this.cluster.get(resources.replicaSets, version.replicaSet)?.object.spec.template?.metadata?.labels, [ROLLOUTS_HASH_LABEL]: version.hash } });
    this.cluster.now = this.now;
    const routing = routingOf(release, this.cluster, { stable: target(stable, observed.stable?.ready ?? 0), canary: target(canary, observed.canary?.ready ?? 0) });
    const { want = '', replicas = 1 } = policy.spec.workload.versions ?? {};
    const observation: Observation = {
      releaseDeleted: false, policyDeleted: false, replicaSets: observed, others: [], evidence: noEvidence, routing: observeRouting(routing, release.status),
      workload: { kind: 'Versions', replicas, paused: true, observed: true, rolledOut: true, template: want === canary.replicaSet ? 'canary' : want === stable.replicaSet ? 'stable' : 'other' },
    };
    const decision = advance(release, observation, this.now);
    const claims = routingPlan(routing, { ...decision.status, claims: release.status.claims ?? [] })?.claims;
    const shares = (split: Split | undefined): { stable: number; canary: number } | undefined => split && { ...split.shares };
    const asked = decision.status.intent.routing === 'split' ? { stable: WHOLE - decision.status.intent.share, canary: decision.status.intent.share } : undefined;
    const known = { asked, written: shares(observation.routing.written) ?? (asked && release.status.shares?.written), accepted: shares(observation.routing.accepted) };
    const next = put({ ...decision.status, ...(claims && claims.length > 0 ? { claims: cloneJson([...claims]) as NonNullable<ReleaseStatus['claims']> } : {}), shares: Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) });
    if (hasEnded(next.status?.phase ?? 'Preparing')) return;
    const { sizes, holders } = next.status?.intent ?? intent;
    for (const role of ['canary', 'stable'] as const) {
      const size = sizes[role];
      const { replicaSet } = release.spec[role];
      if (size !== undefined && holders[role] === 'release' && this.cluster.get(resources.replicaSets, replicaSet)) this.#scale(replicaSet, size);
    }
    const stage = routingPlan({ ...routing, answers: new Map() }, next.status)?.stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
    for (const write of stage?.writes ?? []) this.#route(write);
  }

  /** Everybody does a little, and a second passes. @param writes how many writes of the front end are done */
  turn(writes?: number): void {
    this.pass(writes);
    this.policyPass();
    this.releasePass();
    for (const act of this.due()) act();
    this.#settleCounts();
    this.now += 1000;
  }

  #fingerprint(): string {
    const { conditions: _conditions, ...status } = this.status;
    return canonicalJson([status, this.policy, [...this.releases.values()], [...this.runs.values()], this.sizes, this.cluster.list(resources.pods).length, this.cluster.writes.length]);
  }

  /** Lets everything run on until nothing moves but time. */
  settle(limit = 400): this {
    for (let turn = 0, still = 0; turn < limit && still < 4; turn++) {
      const before = this.#fingerprint();
      this.turn();
      still = before === this.#fingerprint() ? still + 1 : 0;
    }
    return this;
  }

  /** Lets time pass; where nothing else moves, in longer strides. */
  wait(seconds: number): this {
    const until = this.now + seconds * 1000;
    for (let still = 0; this.now < until;) {
      const before = this.#fingerprint();
      this.turn();
      still = before === this.#fingerprint() ? still + 1 : 0;
      if (still > 3) this.now = Math.min(this.now + 4000, Math.max(this.now, until));
    }
    return this;
  }

  /** Lets everything run on until a condition holds. */
  until(holds: () => boolean, limit = 400): this {
    for (let turn = 0; turn < limit; turn++) {
      if (holds()) return this;
      this.turn();
    }
    throw new Error(`not within ${limit} turns: ${JSON.stringify(this.status)}; ${JSON.stringify(this.sizes)}; ${this.moving?.metadata.name ?? 'no release'}: ${this.moving?.status?.phase ?? ''} ${this.moving?.status?.message ?? ''}; policy ${this.policy?.status?.phase ?? ''} ${this.policy?.status?.message ?? ''}`);
  }

  /** Phase and message in one. */
  get phase(): string {
    const { phase = '', message = '' } = this.status;
    return message === '' ? phase : `${phase}: ${message}`;
  }
}

/** The image of the first container. */
export const imageOf = ({ spec }: ReplicaSet): string => spec.template?.spec?.containers[0]?.image ?? '';

const isReady = ({ status }: Pod): boolean => status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') === true;

/** A Service over the Pods of an app. */
export const serviceNamed = (name: string): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] } }) as Service;
