import type { ControllerRevision, Deployment } from '../../../kubernetes/generated/apps-v1.js';
import { canonicalJson, cloneJson, isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject, UnknownObject } from '../../../kubernetes/objects.js';
import type { Release } from '../../../model/release.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import { compilePolicy } from '../../../strategies/compile.js';
import { advanceApplication, type ApplicationDecision, type ApplicationObservation } from '../advance.js';
import type { Application } from '../application.js';
import type { Answer } from '../steps/step.js';

/** Anything with a kind; what is in it is looked at by name. */
type Thing = UnknownObject & { spec?: Record<string, unknown>; status?: unknown };

/**
 * A cluster with one Application, in a few lines: it keeps objects, runs Pods of Deployments one by one, and plays the
 * controller of policies and releases as far as an Application notices it.
 */
export class World {
  now = Date.UTC(2026, 0, 1, 12);
  app: Application;
  readonly objects = new Map<string, Thing>();
  readonly releases = new Map<string, Release>();
  readonly answers = new Map<string, Answer>();
  /** Calls that were made, each once. */
  readonly called: string[] = [];
  /** Sizes of Deployments, each state once, in order. */
  readonly sizes: Record<string, number>[] = [];
  readonly decisions: ApplicationDecision[] = [];
  /** Whether Pods get ready. */
  podsGetReady: (deployment: string) => boolean = () => true;
  answer: (key: string) => Answer | undefined = () => ({ succeeded: true, message: 'taken' });
  otherController: string | undefined;
  #version = 0;
  #asked: number | undefined;

  constructor(app: Application) {
    this.app = { ...app, metadata: { ...app.metadata, uid: 'app-uid', generation: 1 } };
  }

  /** A person applies a manifest. */
  edit(app: Application): void {
    const changed = canonicalJson(app.spec) !== canonicalJson(this.app.spec);
    const { annotations: _, ...metadata } = this.app.metadata;
    this.app = { ...this.app, spec: app.spec, metadata: { ...metadata, ...(app.metadata.annotations ? { annotations: app.metadata.annotations } : {}), generation: (metadata.generation ?? 1) + (changed ? 1 : 0) } };
  }

  /** A person patches the status, as `vela workflow …` does. */
  patchWorkflow(change: Record<string, unknown>): void {
    const { status } = this.app;
    if (status?.workflow) this.app = { ...this.app, status: { ...status, workflow: { ...status.workflow, ...change } } };
  }

  observation(): ApplicationObservation {
    const all = <T>(kind: string): T[] => [...this.objects.values()].filter((each) => each.kind === kind).map((each) => cloneJson(each)) as unknown as T[];
    return {
      controllerRevisions: all<ControllerRevision>('ControllerRevision'), applicationRevisions: all<KubernetesObject>('ApplicationRevision'), deployments: all<Deployment>('Deployment'),
      policies: all<ReleasePolicy>('ReleasePolicy'), releases: [...this.releases.values()].map((each) => cloneJson(each)), answers: new Map(this.answers), otherController: this.otherController,
    };
  }

  /** One pass of the controller. @param writes how many of its writes are done before it dies; the status is the first */
  pass(writes = Number.POSITIVE_INFINITY): ApplicationDecision {
    const decision = advanceApplication(cloneJson(this.app), this.observation(), this.now);
    this.decisions.push(decision);
    let left = writes;
    const write = (effect: () => void): void => { if (left-- > 0) effect(); };
    write(() => { this.app = { ...this.app, status: cloneJson(decision.status) }; });
    for (const each of decision.apply) write(() => this.#apply(each as Thing));
    for (const { resource, name } of decision.remove) write(() => { this.objects.delete(`${resource.kind}/${name}`); });
    for (const { release, spec } of decision.commands) write(() => { const found = this.releases.get(release); if (found) this.releases.set(release, { ...found, spec: { ...found.spec, ...spec } }); });
    for (const { key } of decision.calls) write(() => {
      if (this.called.includes(key)) return;
      this.called.push(key);
      const answer = this.answer(key);
      if (answer) this.answers.set(key, answer);
    });
    this.#note();
    return decision;
  }

  #apply(wanted: Thing): void {
    const key = `${wanted.kind}/${wanted.metadata.name}`;
    const before = this.objects.get(key);
    const { status, ...object } = cloneJson(wanted);
    const spec: Record<string, unknown> = { ...object.spec };
    // What others own of it stays: the size of a Deployment, the routes that a release steers.
    const found = before?.spec ?? {};
    if (object.kind === 'Deployment' && !before) this.#allowFirstSet(object.metadata.labels?.['app.oam.dev/component'] ?? '', object.metadata.name, spec['replicas']);
    if (object.kind === 'Deployment') spec['replicas'] = spec['replicas'] ?? found['replicas'] ?? 1;
    if (object.kind === 'VirtualService' && this.#steered().has(object.metadata.name) && before) spec['http'] = found['http'];
    const changed = canonicalJson(spec) !== canonicalJson(found);
    const generation = (before?.metadata.generation ?? 0) + (changed ? 1 : 0);
    const keptStatus = object.kind === 'Rollout' || object.kind === 'ApplicationRevision' ? status : before?.status;
    this.objects.set(key, {
      ...object,
      ...(object.spec === undefined ? {} : { spec }),
      metadata: { ...object.metadata, uid: before?.metadata.uid ?? `uid-${++this.#version}`, generation },
      ...(keptStatus === undefined ? {} : { status: keptStatus }),
    });
  }

  /** Pods beside those of another version come with a release and not with a Deployment. */
  #allowFirstSet(component: string, name: string, replicas: unknown): void {
    const others = [...this.objects.values()].filter((each) => each.kind === 'Deployment' && each.metadata.labels?.['app.oam.dev/component'] === component);
    if (replicas !== 0 && others.some((each) => this.#ready(each.metadata.name) > 0)) throw new Error(`${name} is made with Pods beside a version that runs`);
  }

  #steered(): Set<string> {
    return new Set(this.#policies().flatMap(({ spec }) => (spec.router?.istio?.virtualServices ?? []).map(({ name }) => name)));
  }

  #policies(): ReleasePolicy[] {
    return [...this.objects.values()].filter(({ kind }) => kind === 'ReleasePolicy') as unknown as ReleasePolicy[];
  }

  deployment(name: string): Deployment | undefined {
    return this.objects.get(`Deployment/${name}`) as unknown as Deployment | undefined;
  }

  /** A spec of an object as plain data. */
  spec(kind: string, name: string): Record<string, unknown> | undefined {
    return this.objects.get(`${kind}/${name}`)?.spec;
  }

  status(kind: string, name: string): Record<string, unknown> | undefined {
    const status = this.objects.get(`${kind}/${name}`)?.status;
    return isRecord(status) ? status : undefined;
  }

  #scale(name: string, replicas: number): void {
    const found = this.deployment(name);
    if (!found || found.spec.replicas === replicas) return;
    found.spec.replicas = replicas;
    found.metadata.generation = (found.metadata.generation ?? 0) + 1;
  }

  #ready = (name: string): number => this.deployment(name)?.status?.readyReplicas ?? 0;

  /** Everything that the cluster and the controller of releases can do at the moment, one thing each. */
  due(): (() => void)[] {
    const due: (() => void)[] = [];
    for (const object of this.objects.values()) {
      if (object.kind !== 'Deployment') continue;
      const deployment = object as unknown as Deployment;
      const { status = {}, spec, metadata } = deployment;
      const ready = status.readyReplicas ?? 0;
      const size = spec.replicas ?? 1;
      const observed = status.observedGeneration === metadata.generation;
      const next = ready < size && this.podsGetReady(metadata.name) ? ready + 1 : ready > size ? ready - 1 : ready;
      if (!observed || next !== ready) {
        due.push(() => { deployment.status = { observedGeneration: metadata.generation ?? 0, replicas: Math.max(next, Math.min(size, next)), updatedReplicas: next, readyReplicas: next, availableReplicas: next }; });
      }
    }
    for (const policy of this.#policies()) {
      const act = this.#policyAct(policy);
      if (act) due.push(act);
    }
    return due;
  }

  #release(name: string | undefined): Release | undefined {
    return name === undefined ? undefined : this.releases.get(name);
  }

  #policyAct(policy: ReleasePolicy): (() => void) | undefined {
    const { status = {}, spec, metadata } = policy;
    const release = this.#release(status.release);
    const ended = release === undefined || release.status?.phase === 'Completed' || release.status?.phase === 'Aborted';
    const set = (change: Partial<NonNullable<ReleasePolicy['status']>>): void => { policy.status = { ...status, ...change, observedGeneration: metadata.generation ?? 0 }; };
    if (release !== undefined && !ended) return this.#releaseAct(policy, release);
    if (release !== undefined && status.concluded !== release.metadata.name) {
      const { canary } = release.spec;
      return () => set(release.status?.phase === 'Completed' ? { concluded: release.metadata.name, stable: { replicaSet: canary.replicaSet, hash: 'h' } } : { concluded: release.metadata.name, rejected: { hash: 'h', replicaSet: canary.replicaSet, release: release.metadata.name, reason: release.status?.abortReason ?? '' } });
    }
    const { list = [], want = '', replicas = 1 } = spec.workload.versions ?? {};
    const first = list[0]?.deployment ?? '';
    if (status.stable === undefined) return this.deployment(first) ? () => set({ stable: { replicaSet: first, hash: 'h' }, phase: 'Resting' }) : undefined;
    const stable = status.stable.replicaSet;
    if (want === stable || !this.deployment(want)) {
      if (this.deployment(stable)?.spec.replicas !== replicas) return () => this.#scale(stable, replicas);
      const { rejected: _, ...rest } = status;
      const settled = status.phase === 'Resting' && status.observedGeneration === metadata.generation && status.rejected === undefined;
      return settled ? undefined : () => { policy.status = { ...rest, phase: 'Resting', observedGeneration: metadata.generation ?? 0 }; };
    }
    if (status.rejected?.replicaSet === want && metadata.annotations?.['serin.dev/retry'] !== status.rejected.release) {
      return status.phase === 'Holding' && status.observedGeneration === metadata.generation ? undefined : () => set({ phase: 'Holding', message: `${want} was taken back.` });
    }
    const number = (status.releases ?? 0) + 1;
    const name = `${metadata.name}-${number}`;
    return () => {
      const version = (deployment: string) => ({ replicaSet: deployment, hash: 'h' });
      this.releases.set(name, {
        apiVersion: 'serin.dev/v1alpha1', kind: 'Release', metadata: { name, generation: 1, creationTimestamp: new Date(this.now).toISOString() },
        spec: { policy: metadata.name, workload: { kind: 'Versions', name: metadata.name, replicas, old: 'Delete' }, stable: version(stable), canary: version(want), plan: compilePolicy(spec) },
        status: { phase: 'Preparing', step: { index: 0, startedAt: new Date(this.now).toISOString() }, startedAt: new Date(this.now).toISOString(), intent: { routing: 'keep', share: 0, sizes: {}, holders: { stable: 'home', canary: 'home', others: 'home' }, paused: false } },
      });
      set({ phase: 'Releasing', release: name, releases: number });
    };
  }

  #releaseAct(policy: ReleasePolicy, release: Release): (() => void) | undefined {
    const { spec: { plan, stable: { replicaSet: old }, canary: { replicaSet: next }, abort = false, paused = false, advanceTo = 0 }, status } = release;
    if (!status) return undefined;
    const total = policy.spec.workload.versions?.replicas ?? 1;
    const put = (change: Partial<typeof status>): void => { this.releases.set(release.metadata.name, { ...release, status: { ...status, ...change } }); };
    const end = (phase: 'Completed' | 'Aborted', reason: 'AbortedByUser' | 'Superseded' | 'Reverted' | 'CanaryNotReady' = 'AbortedByUser'): void =>
      put({ phase, endedAt: new Date(this.now).toISOString(), ...(phase === 'Aborted' ? { abortReason: status.abortReason ?? reason, message: `${next} was taken back.` } : { message: `${next} is stable.` }) });
    const wanted = policy.spec.workload.versions?.want;
    if (status.phase !== 'Aborting' && (abort || wanted !== next)) return () => put({ phase: 'Aborting', abortReason: abort ? 'AbortedByUser' : wanted === old ? 'Reverted' : 'Superseded' });
    if (status.phase === 'Aborting') {
      if (this.#ready(old) < total) return this.deployment(old)?.spec.replicas === total ? undefined : () => this.#scale(old, total);
      if (this.#route(policy, old, next) !== 0) return () => this.#setRoute(policy, old, next, 0);
      if ((this.deployment(next)?.spec.replicas ?? 0) > 0) return () => this.#scale(next, 0);
      if (this.#ready(next) > 0) return undefined;
      // What it leaves behind goes before it says that it is over.
      if (this.deployment(next)) return () => { this.objects.delete(`Deployment/${next}`); };
      return () => end('Aborted');
    }
    if (paused) return undefined;
    if (status.phase === 'Preparing') return () => put({ phase: 'Progressing' });
    if (status.phase === 'Progressing') {
      const step = plan.steps[status.step.index];
      const goOn = (): void => put({ step: { index: status.step.index + 1, startedAt: new Date(this.now).toISOString() } });
      if (step?.kind === 'pause') return advanceTo > status.step.index ? goOn : undefined;
      if (step?.kind === 'promote' || step === undefined) return () => put({ phase: 'Promoting' });
      const pods = step.pods ?? 0;
      if ((this.deployment(next)?.spec.replicas ?? 0) < pods) return () => this.#scale(next, pods);
      if (this.#ready(next) < pods) return undefined;
      const share = step.share ?? Math.round((1000 * pods) / total);
      if (this.#route(policy, old, next) !== share) return () => this.#setRoute(policy, old, next, share);
      if ((this.deployment(old)?.spec.replicas ?? 0) > total - pods) return () => this.#scale(old, total - pods);
      return this.#ready(old) > total - pods ? undefined : goOn;
    }
    if (this.#route(policy, old, next) !== 1000) return () => this.#setRoute(policy, old, next, 1000);
    if (this.deployment(old)) return () => { this.objects.delete(`Deployment/${old}`); };
    return () => end('Completed');
  }

  /** The canary's share in per mille; undefined while routes are as found. */
  #route(policy: ReleasePolicy, old: string, next: string): number | undefined {
    const route = this.routes(policy.metadata.name);
    const subset = (name: string): number => route.find((each) => each.subset === name)?.weight ?? 0;
    // Without a router the Pods are the shares, whatever they are.
    if (policy.spec.service === undefined) return this.#asked;
    return route.some((each) => each.subset !== undefined) ? (subset(next) * 1000) / Math.max(1, subset(old) + subset(next)) : undefined;
  }

  /** Where requests to a component go. */
  routes(name: string): { subset?: string; weight?: number; host: string; port?: number }[] {
    const http: unknown = this.spec('VirtualService', name)?.['http'];
    const first: unknown = Array.isArray(http) ? http[0] : undefined;
    const route: unknown = isRecord(first) ? first['route'] : undefined;
    return (Array.isArray(route) ? route : []).flatMap((each: unknown) => {
      if (!isRecord(each) || !isRecord(each['destination'])) return [];
      const { host, subset, port } = each['destination'];
      return [{ host: String(host), ...(typeof subset === 'string' ? { subset } : {}), ...(typeof each['weight'] === 'number' ? { weight: each['weight'] } : {}), ...(isRecord(port) && typeof port['number'] === 'number' ? { port: port['number'] } : {}) }];
    });
  }

  

  #setRoute(policy: ReleasePolicy, old: string, next: string, share: number): void {
    this.#asked = share;
    const service = this.objects.get(`VirtualService/${policy.metadata.name}`);
    if (policy.spec.service === undefined || !service?.spec) return;
    const known = new Set(this.subsets(policy.metadata.name));
    const route = [{ name: old, weight: (1000 - share) / 10 }, { name: next, weight: share / 10 }].filter(({ weight }) => weight > 0);
    for (const { name } of route) if (!known.has(name)) throw new Error(`requests go to the subset ${name}, which there is not: ${[...known].join(', ')}`);
    service.spec['http'] = [{ route: route.map(({ name, weight }) => ({ destination: { host: policy.metadata.name, subset: name }, weight })) }];
  }

  /** The subsets of a component's DestinationRule. */
  subsets(name: string): string[] {
    const subsets: unknown = this.spec('DestinationRule', name)?.['subsets'];
    return (Array.isArray(subsets) ? subsets : []).flatMap((each: unknown) => (isRecord(each) && typeof each['name'] === 'string' ? [each['name']] : []));
  }

  #note(): void {
    const sizes = this.sizesNow();
    if (canonicalJson(sizes) !== canonicalJson(this.sizes.at(-1) ?? {})) this.sizes.push(sizes);
    for (const name of ['reviews']) {
      const routed = this.routes(name).flatMap(({ subset }) => subset ?? []);
      const missing = routed.filter((subset) => !this.subsets(name).includes(subset));
      if (missing.length > 0) throw new Error(`requests go to ${missing.join(', ')}, a subset that was taken away`);
    }
  }

  /** Sizes of the Deployments that exist. */
  sizesNow(): Record<string, number> {
    return Object.fromEntries([...this.objects.values()].flatMap((each) => (each.kind === 'Deployment' ? [[each.metadata.name, (each as unknown as Deployment).spec.replicas ?? 1] as const] : [])));
  }

  /** Lets everything run on until nothing moves but time. */
  settle(limit = 600): void {
    for (let turn = 0, still = 0; turn < limit && still < 3; turn++) {
      const before = this.#fingerprint();
      this.pass();
      for (const act of this.due().slice(0, 1)) act();
      this.#note();
      this.now += 1000;
      still = before === this.#fingerprint() ? still + 1 : 0;
    }
  }

  #fingerprint(): string {
    return canonicalJson([this.app.status?.workflow, [...this.objects.values()], [...this.releases.values()]]);
  }

  /** Phases of the steps of the present run. */
  steps(): Record<string, string> {
    return Object.fromEntries((this.app.status?.workflow?.steps ?? []).flatMap((step) => [step, ...(step.subSteps ?? [])]).map(({ name = '', phase = '', reason }) => [name, phase === 'failed' ? `failed ${reason ?? ''}` : phase]));
  }
}
