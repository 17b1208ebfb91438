import type { Evidence } from '../../model/evidence.js';
import type { Holder, Intent, Release } from '../../model/release.js';
import { splitOf, WHOLE } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import type { Random } from '../../ports/random.js';
import { advance, firstStatus } from '../advance.js';
import type { Decision } from '../decision.js';
import type { Observation, PodTrouble, ReplicaSetObservation } from '../observation.js';

/** What decides: the engine, or a mutant of it. */
export type Advance = (release: Release, observation: Observation, now: number) => Decision;

/** A ReplicaSet of the model world; Pods come and go one by one. */
interface Set {
  name: string;
  size: number;
  pods: number;
  ready: number;
  holder: Holder | 'nobody';
  exists: boolean;
}

/** What a test can do to the world from outside. */
export type Happening =
  | { kind: 'tick'; milliseconds: number }
  | { kind: 'work' }
  | { kind: 'round'; works: number; milliseconds: number }
  | { kind: 'controller' }
  | { kind: 'crash'; after: number }
  | { kind: 'scale'; replicas: number }
  | { kind: 'losePod'; role: Role }
  | { kind: 'template'; to: Role | 'other' }
  | { kind: 'unpause' }
  | { kind: 'abort' }
  | { kind: 'pause'; paused: boolean }
  | { kind: 'advanceTo'; step: number }
  | { kind: 'deleteRelease' }
  | { kind: 'deletePolicy' }
  | { kind: 'fail'; rate: number }
  | { kind: 'neverReady' };

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
  workloadGone = false;
  releaseDeleted = false;
  policyDeleted = false;
  canaryGetsReady = true;
  failRate = 0;
  sets: Record<Role, Set>;
  old: Set;
  /** The router's share for the canary, per mille; undefined while routes are as found. */
  written: number | undefined;
  accepted: number | undefined;
  evidence: Evidence = { stable: { requests: 0, failures: 0 }, canary: { requests: 0, failures: 0 } };
  readonly #random: Random;
  /** Parts of requests that the canary is still to get. */
  #owed = 0;

  readonly #advance: Advance;

  constructor(release: Release, replicas: number, random: Random, decide: Advance = advance) {
    this.#advance = decide;
    this.release = release;
    this.replicas = replicas;
    this.#random = random;
    const set = (name: string, size: number, exists: boolean): Set => ({ name, size, pods: size, ready: size, holder: 'home', exists });
    this.sets = { stable: set(release.spec.stable.replicaSet, replicas, true), canary: set(release.spec.canary.replicaSet, 0, false) };
    this.old = set('old', 0, true);
  }

  get status(): NonNullable<Release['status']> {
    return this.release.status ?? firstStatus(this.release, this.now);
  }

  observation(): Observation {
    const { intent } = this.status;
    const reached = intent.routing === 'split' ? this.accepted === intent.share : intent.routing === 'release' && this.written === undefined && this.accepted === undefined;
    return {
      releaseDeleted: this.releaseDeleted,
      policyDeleted: this.policyDeleted,
      workload: this.workloadGone
        ? undefined
        : { kind: 'Deployment', replicas: this.replicas, paused: this.paused, template: this.template, observed: true, rolledOut: true },
      replicaSets: { stable: this.#observe(this.sets.stable), canary: this.#observe(this.sets.canary) },
      others: [this.#observe(this.old)].flatMap((each) => each ?? []),
      routing: {
        reached,
        waitsFor: reached ? undefined : 'the router',
        written: this.written === undefined ? undefined : splitOf(this.written),
        accepted: this.accepted === undefined ? undefined : splitOf(this.accepted),
        problems: [],
      },
      evidence: this.evidence,
    };
  }

  #observe(set: Set): ReplicaSetObservation | undefined {
    const troubles: PodTrouble[] = [];
    return set.exists ? { name: set.name, size: set.size, pods: set.pods, ready: set.ready, holder: set.holder, troubles } : undefined;
  }

  /** One pass of the controller. @param writes how many effects are done before it dies; the status write is the first */
  controller(writes = Number.POSITIVE_INFINITY): void {
    if (writes < 1) return;
    const decision = this.#advance({ ...this.release, status: this.status }, this.observation(), this.now);
    this.release = { ...this.release, status: decision.status };
    if (decision.status.phase === 'Completed' || decision.status.phase === 'Aborted') return;
    let left = writes - 1;
    for (const effect of this.#effects(decision.status.intent)) {
      if (left-- < 1) return;
      effect();
    }
  }

  #effects(intent: Intent): (() => void)[] {
    const { stable, canary } = this.sets;
    const effects: (() => void)[] = [() => { if (intent.paused) this.paused = true; }];
    if (!canary.exists && intent.holders.canary === 'release') effects.push(() => Object.assign(canary, { exists: true, holder: 'release', size: 0 }));
    if (intent.holders.canary === 'nobody') effects.push(() => { if (canary.size === 0) canary.exists = false; });
    else effects.push(() => { if (canary.exists) canary.holder = intent.holders.canary as Holder; });
    effects.push(() => { if (canary.holder === 'release' && intent.sizes.canary !== undefined) canary.size = intent.sizes.canary; });
    effects.push(() => { stable.holder = intent.holders.stable; });
    effects.push(() => { if (stable.holder === 'release' && intent.sizes.stable !== undefined) stable.size = intent.sizes.stable; });
    effects.push(() => { this.old.holder = intent.holders.others; });
    effects.push(() => { if (intent.routing === 'split') this.written = intent.share; else if (intent.routing === 'release') this.written = undefined; });
    if (!intent.paused) effects.push(() => { this.paused = false; });
    return effects;
  }

  /** The cluster and the router do one of the things that are due. */
  work(): void {
    const due: (() => void)[] = [];
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
    if (this.workloadGone) return undefined;
    const own = [this.sets.canary, this.sets.stable, this.old].filter(({ exists, holder }) => exists && holder === 'home');
    const active = own.filter(({ size }) => size > 0);
    if (active.length > 1) throw new Error(`the Deployment controls ${active.length} active ReplicaSets and would rescale both`);
    return active[0] ?? own[0];
  }

  /** Users send requests as routes stand. */
  serve(requests: number): void {
    const share = this.accepted ?? 0;
    this.#owed += (requests * share) / WHOLE;
    const canary = Math.floor(this.#owed);
    this.#owed -= canary;
    const { stable: before, canary: seen } = this.evidence;
    this.evidence = {
      stable: { requests: before.requests + requests - canary, failures: before.failures },
      canary: { requests: seen.requests + canary, failures: seen.failures + Math.round(canary * this.failRate) },
    };
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
        this.release = { ...this.release, spec: { ...this.release.spec, abort: true } };
        return;
      case 'pause':
        this.release = { ...this.release, spec: { ...this.release.spec, paused: what.paused } };
        return;
      case 'advanceTo':
        this.release = { ...this.release, spec: { ...this.release.spec, advanceTo: what.step } };
        return;
      case 'deleteRelease':
        this.releaseDeleted = true;
        return;
      case 'deletePolicy':
        this.policyDeleted = true;
        return;
      case 'fail':
        this.failRate = what.rate;
        return;
      case 'neverReady':
        this.canaryGetsReady = false;
        return;
    }
  }

  /** Lets everything run on undisturbed until it has ended or stands still. @returns whether it ended */
  runToEnd(limit = 3000): boolean {
    for (let turn = 0; turn < limit; turn++) {
      this.controller();
      const { phase } = this.status;
      if (phase === 'Completed' || phase === 'Aborted') return true;
      for (let step = 0; step < 3; step++) this.work();
      this.now += 500;
      this.serve(100);
    }
    return false;
  }
}
