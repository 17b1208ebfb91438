import type { Evidence } from '../../model/evidence.js';
import type { Holder, Intent, Release } from '../../model/release.js';
import type { RunningImage } from '../../model/pulled-image.js';
import { splitOf, WHOLE } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import type { Random } from '../../ports/random.js';
import { advance, firstStatus } from '../advance.js';
import type { Decision } from '../decision.js';
import type { ApprovalObservation, Observation, PodTrouble, ReplicaSetObservation, RoutingObservation, WorkloadObservation } from '../observation.js';
import { sameTraffic, type Traffic } from '../same-traffic.js';
import { answerAgain, answerBeginning, freezeAt, sayFirst, type Beginning } from './beginnings.js';
import type { Happening } from './happening.js';
import { Metrics } from './metrics.js';
import { Others, type Manners } from './others.js';

/** What decides: the engine, or a mutant of it. */
export type Advance = (release: Release, observation: Observation, now: number) => Decision;

/** A ReplicaSet of the model world, or a Deployment that runs a version; Pods come and go one by one. */
interface Set {
  name: string;
  size: number;
  pods: number;
  ready: number;
  holder: Holder | 'nobody';
  exists: boolean;
}

/** One question to what decides, and its answer. */
export interface Asked {
  readonly release: Release;
  readonly observation: Observation;
  readonly now: number;
  readonly decision: Decision;
}

/** Of the image as it was pushed for the n-th time. */
const digestOf = (pushes: number): string => `sha256:${String(pushes).padStart(64, '0')}`;

const OBLIGING: Manners = { job: 'succeeds', gate: 'opens', metrics: 'pass' };

/**
 * A cluster, a router and users in a few lines: they follow intents late and in any order, as a real cluster may, but
 * keep to its rules (a Deployment scales what it controls, Pods become ready one by one, a route changes when written).
 */
export class World {
  now = Date.UTC(2026, 0, 1);
  release: Release;
  replicas: number;
  paused = true;
  template: Role | 'other' = 'canary';
  releaseDeleted = false;
  policyDeleted = false;
  canaryGetsReady = true;
  canaryCrashes = false;
  /** What the controller's watch of Pods brought last, while it brings nothing new. */
  #podsSeen: Readonly<Record<Role, Pick<Set, 'pods' | 'ready'>>> | undefined;
  failRate = 0;
  /** What people ask of its beginning. */
  beginning: Beginning | undefined;
  readonly #began = this.now;
  sets: Record<Role, Set>;
  old: Set;
  /** What the router was asked for and what it does; undefined while routes are as found. */
  written: Traffic | undefined;
  accepted: Traffic | undefined;
  evidence: Evidence = { stable: { requests: 0, failures: 0 }, canary: { requests: 0, failures: 0 } };
  /** What each canary Pod runs, the oldest first, and what the next one will: an image may be pushed again. */
  readonly images: string[] = [];
  pushes = 0;
  /** What the controller saw run first: what agreed those who agreed before. */
  firstImages: readonly string[] = [];
  readonly ranAt = new Map<ApprovalObservation, readonly string[]>();
  /** Jobs, webhooks and people. */
  readonly others: Others;
  readonly metrics: Metrics;
  /** The last pass of the controller. */
  asked: Asked | undefined;
  readonly #random: Random;
  readonly #advance: Advance;
  /** Parts of requests that the canary is still to get. */
  #owed = 0;

  constructor(release: Release, replicas: number, random: Random, decide: Advance = advance, manners: Manners = OBLIGING) {
    this.#advance = decide;
    this.release = release;
    this.replicas = replicas;
    this.#random = random;
    this.others = new Others(manners);
    this.metrics = new Metrics(release, this.now, manners.metrics);
    const set = (name: string, size: number, exists: boolean): Set => ({ name, size, pods: size, ready: size, holder: 'home', exists });
    this.sets = { stable: set(release.spec.stable.replicaSet, replicas, true), canary: set(release.spec.canary.replicaSet, 0, this.#userRun) };
    this.old = set('old', 0, !this.#userRun);
  }

  /** Whether users run each version as a Deployment of its own. */
  get #userRun(): boolean {
    return this.release.spec.workload.kind === 'Versions';
  }

  get status(): NonNullable<Release['status']> {
    return this.release.status ?? firstStatus(this.release, this.now);
  }

  /** The canary's share as requests are really split, per mille; undefined while routes are as found. */
  get acceptedShare(): number | undefined {
    if (this.release.spec.plan.countsPods !== true) return this.accepted?.share;
    const { stable, canary } = this.sets;
    return stable.ready + canary.ready === 0 ? undefined : Math.round((WHOLE * canary.ready) / (stable.ready + canary.ready));
  }

  observation(): Observation {
    return {
      releaseDeleted: this.releaseDeleted,
      policyDeleted: this.policyDeleted,
      workload: this.#workload(),
      replicaSets: { stable: this.#observe({ ...this.sets.stable, ...this.#podsSeen?.stable }), canary: this.#observe({ ...this.sets.canary, ...this.#podsSeen?.canary }, this.canaryCrashes) },
      others: [this.#observe(this.old)].flatMap((each) => each ?? []),
      routing: this.#routing(),
      evidence: this.evidence,
      analysis: this.metrics.observe(),
      canaryImages: this.#canaryImages(),
      frozen: this.beginning ? freezeAt(this.beginning, this.#began, this.now) : [],
      ...this.others.observe(this.release, this.status),
    };
  }

  /** What the Pods run that are there; new ones run what was pushed last. */
  #canaryImages(): RunningImage[] {
    const { pods } = this.sets.canary;
    if (this.images.length > pods) this.images.splice(0, this.images.length - pods);
    while (this.images.length < pods) this.images.push(digestOf(this.pushes));
    return [...new Set(this.images)].sort().map((digest) => ({ container: 'web', digest }));
  }

  #workload(): WorkloadObservation {
    const { kind } = this.release.spec.workload;
    return { kind, replicas: this.replicas, paused: this.#userRun || this.paused, template: this.template, observed: true, rolledOut: true };
  }

  #routing(): RoutingObservation {
    const { intent } = this.status;
    const countsPods = this.release.spec.plan.countsPods === true;
    const split = this.accepted !== undefined && sameTraffic(this.accepted, intent);
    const put = this.written === undefined && this.accepted === undefined;
    const reached = intent.routing !== 'keep' && (countsPods || (intent.routing === 'split' ? split : put));
    const splitFor = (share: number | undefined) => (share === undefined ? undefined : splitOf(share));
    return { reached, waitsFor: reached ? undefined : 'the router', written: splitFor(countsPods ? this.acceptedShare : this.written?.share), accepted: splitFor(this.acceptedShare), problems: [] };
  }

  #observe(set: Set, crashes = false): ReplicaSetObservation | undefined {
    const troubles: PodTrouble[] = crashes && set.pods > 0 ? [{ pod: 'web-canary-1', kind: 'crashing', detail: 'container web ended 3 times' }] : [];
    return set.exists ? { name: set.name, size: set.size, pods: set.pods, ready: set.ready, holder: set.holder, troubles } : undefined;
  }

  /** Whether the watch of Pods brings what happens to them, or nothing for now. */
  watchPods(brings: boolean): void {
    const seen = ({ pods, ready }: Set) => ({ pods, ready });
    this.#podsSeen = brings ? undefined : { stable: seen(this.sets.stable), canary: seen(this.sets.canary) };
  }

  /** One pass of the controller. @param writes how many effects are done before it dies; the status write is the first */
  controller(writes = Number.POSITIVE_INFINITY): void {
    if (writes < 1) return this.others.forget();
    const release = { ...this.release, status: this.status };
    const observation = this.observation();
    if (this.firstImages.length === 0) this.firstImages = (observation.canaryImages ?? []).slice(0, 1).map(({ digest }) => digest);
    const decision = this.#advance(release, observation, this.now);
    this.asked = { release, observation, now: this.now, decision };
    const { status } = decision;
    this.release = { ...this.release, status };
    if (this.#userRun) this.#keepRecordedHolders(status.intent);
    if (status.phase === 'Completed' || status.phase === 'Aborted') return;
    let left = writes - 1;
    for (const effect of [...this.#effects(status.intent), () => this.others.carryOut(this.release, status)]) {
      if (left-- < 1) return this.others.forget();
      effect();
    }
  }

  /** Nobody lends what users run: who holds a version is what the record says. */
  #keepRecordedHolders({ holders }: Intent): void {
    this.sets.stable.holder = holders.stable;
    this.sets.canary.holder = holders.canary === 'free' ? 'nobody' : holders.canary;
  }

  #effects(intent: Intent): (() => void)[] {
    const effects = this.#userRun ? this.#sizings(intent) : this.#lendings(intent);
    if (this.release.spec.plan.countsPods !== true) {
      const { share, matches, mirror, mirrors, preview } = intent;
      const traffic: Traffic = { share, ...(matches ? { matches } : {}), ...(mirror === undefined ? {} : { mirror }), ...(mirrors ? { mirrors } : {}), ...(preview === undefined ? {} : { preview }) };
      effects.push(() => {
        if (intent.routing === 'split' && !(this.written && sameTraffic(this.written, traffic))) this.written = traffic;
        if (intent.routing === 'release') this.written = undefined;
      });
    }
    if (!intent.paused) effects.push(() => { this.paused = false; });
    return effects;
  }

  #sizings({ holders, sizes }: Intent): (() => void)[] {
    return (['canary', 'stable'] as const).map((role) => () => { if (holders[role] === 'release') this.sets[role].size = sizes[role] ?? this.sets[role].size; });
  }

  #lendings(intent: Intent): (() => void)[] {
    const { stable, canary } = this.sets;
    const effects: (() => void)[] = [() => { if (intent.paused) this.paused = true; }];
    if (!canary.exists && intent.holders.canary === 'release') effects.push(() => Object.assign(canary, { exists: true, holder: 'release', size: 0 }));
    if (intent.holders.canary === 'nobody') effects.push(() => { if (canary.size === 0) canary.exists = false; });
    else effects.push(() => { if (canary.exists) canary.holder = intent.holders.canary as Holder; });
    effects.push(() => { if (canary.holder === 'release' && intent.sizes.canary !== undefined) canary.size = intent.sizes.canary; });
    effects.push(() => { stable.holder = intent.holders.stable; });
    effects.push(() => { if (stable.holder === 'release' && intent.sizes.stable !== undefined) stable.size = intent.sizes.stable; });
    effects.push(() => { this.old.holder = intent.holders.others; });
    return effects;
  }

  /** The cluster, the router and those who are asked do one of the things that are due. */
  work(): void {
    const due = this.others.due();
    const scaled = this.#scaledByDeployment();
    if (scaled && scaled.size !== this.replicas) due.push(() => { scaled.size = this.replicas; });
    for (const role of ['stable', 'canary'] as const) {
      const set = this.sets[role];
      if (set.pods < set.size) due.push(() => { set.pods++; });
      if (set.pods > set.size) due.push(() => { set.pods--; set.ready = Math.min(set.ready, set.pods); });
      if (set.ready < Math.min(set.pods, set.size) && (role === 'stable' || this.canaryGetsReady)) due.push(() => { set.ready++; });
    }
    if (this.accepted !== this.written) due.push(() => { this.accepted = this.written; });
    due[Math.floor(this.#random() * due.length)]?.();
  }

  /** What a paused Deployment scales: its one active ReplicaSet, or its newest when none is. */
  #scaledByDeployment(): Set | undefined {
    // While it rolls by itself it makes a twin of the version that it asks for, which is none of these.
    if (this.#userRun || (!this.paused && this.sets.canary.holder !== 'home')) return undefined;
    const own = [this.sets.canary, this.sets.stable, this.old].filter(({ exists, holder }) => exists && holder === 'home');
    const active = own.filter(({ size }) => size > 0);
    if (active.length > 1) throw new Error(`the Deployment controls ${active.length} active ReplicaSets and would rescale both`);
    return active[0] ?? own[0];
  }

  /** Users send requests as routes stand. */
  serve(requests: number): void {
    const share = this.acceptedShare ?? 0;
    this.#owed += (requests * share) / WHOLE;
    const canary = Math.floor(this.#owed);
    this.#owed -= canary;
    const bad = Math.round(canary * this.failRate);
    const { stable: before, canary: seen } = this.evidence;
    this.evidence = {
      stable: { requests: before.requests + requests - canary, failures: before.failures },
      canary: { requests: seen.requests + canary, failures: seen.failures + bad },
    };
    this.metrics.count(this.now, requests - canary, canary, bad);
  }

  /** A person's command. */
  command(spec: Pick<Partial<Release['spec']>, 'abort' | 'paused' | 'advanceTo'>): void {
    this.release = { ...this.release, spec: { ...this.release.spec, ...spec } };
  }

  happen(what: Happening): void {
    switch (what.kind) {
      case 'tick':
        this.now += what.milliseconds;
        this.serve(Math.round(what.milliseconds / 20));
        return;
      case 'work':
        return this.work();
      case 'round':
        for (let turn = 0; turn < what.works; turn++) this.work();
        this.happen({ kind: 'tick', milliseconds: what.milliseconds });
        return this.controller();
      case 'controller':
        return this.controller();
      case 'crash':
        return this.controller(what.after);
      case 'scale':
        this.replicas = what.replicas;
        return;
      case 'losePod': {
        const set = this.sets[what.role];
        set.ready = Math.max(0, set.ready - 1);
        return;
      }
      case 'template':
        this.template = what.to;
        return;
      case 'unpause':
        this.paused = false;
        return;
      case 'abort':
        return this.command({ abort: true });
      case 'pause':
        return this.command({ paused: what.paused });
      case 'advanceTo':
        return this.command({ advanceTo: what.step });
      case 'approve': {
        const { user, groups, approved, beside } = what;
        this.say({ user, groups, approved, step: this.status.step.index + beside, comment: '' });
        return;
      }
      case 'push':
        this.pushes++;
        return;
      case 'sayFirst':
        return sayFirst(this, what);
      case 'deleteRelease':
        this.releaseDeleted = true;
        return;
      case 'deletePolicy':
        this.policyDeleted = true;
        return;
      case 'say':
        this.metrics.said.set(what.metric, what.said);
        return;
      case 'fail':
        this.failRate = what.rate;
        return;
      case 'canaryCrashes':
        this.canaryCrashes = !this.canaryCrashes;
        return;
      case 'neverReady':
        this.canaryGetsReady = false;
        return;
    }
  }

  /** People do what they are asked for: all who may approve do, and nobody is waited for at a pause. */
  answer(): void {
    const { step: { index }, phase } = this.status;
    const step = this.release.spec.plan.steps[index];
    answerBeginning(this);
    answerAgain(this);
    if (phase !== 'Progressing' || !step) return;
    const overdue = this.now - Date.parse(this.status.step.startedAt) > (step.milliseconds ?? 0) + 5000;
    const unending = step.kind === 'pause' ? step.milliseconds === undefined : step.kind === 'analyze' && overdue;
    if (unending) this.command({ advanceTo: index + 1 });
    if (step.kind !== 'approve' && !(step.kind === 'analyze' && overdue)) return;
    const notAuthor = step.kind === 'approve' && step.notAuthor === true;
    if (notAuthor && this.release.spec.author === undefined) return this.command({ abort: true });
    for (const user of notAuthor ? ['ana', 'ben', 'cleo'] : ['ana', 'ben']) {
      const spoke = this.others.approvals.some((approval) => approval.step === index && approval.user === user);
      if (!spoke) this.say({ user, groups: ['owners'], approved: true, step: index, comment: '' });
    }
  }

  /** Somebody says something; the server writes when. What the controller had seen to run by then is what they can have meant. */
  say(word: ApprovalObservation): void {
    const said = { ...word, at: Math.floor(this.now / 1000) * 1000 };
    this.ranAt.set(said, (this.asked?.observation.canaryImages ?? []).map(({ digest }) => digest));
    this.others.approvals.push(said);
  }

  /** Lets everything run on undisturbed until it has ended or stands still. @returns whether it ended */
  runToEnd({ limit = 3000, people = false } = {}): boolean {
    for (let turn = 0; turn < limit; turn++) {
      this.controller();
      const { phase } = this.status;
      if (phase === 'Completed' || phase === 'Aborted') return true;
      if (people) this.answer();
      for (let step = 0; step < 3; step++) this.work();
      this.now += 500;
      this.serve(100);
    }
    return false;
  }
}
