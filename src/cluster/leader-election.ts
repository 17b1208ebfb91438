import { abortReason, systemClock, type Clock } from '../ports/clock.js';
import type { Lease } from '../kubernetes/generated/coordination-v1.js';
import type { ObjectName } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import type { Random } from '../ports/random.js';
import { ApiError, isConflict } from './api-error.js';
import type { ClusterClient } from './client.js';
import { LeaseView, newLease, releasedLease, renewedLease, takenLease } from './lease-record.js';

export interface LeaderElectionOptions {
  readonly client: ClusterClient;
  readonly lease: ObjectName;
  /** Unlike any other process's, and unlike this one's before a restart. */
  readonly identity: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** How long others leave a silent leader alone, default 15 s. Whole seconds. */
  readonly leaseSeconds?: number;
  /** How long we lead without a renewal that was acknowledged, default 10 s. */
  readonly renewSeconds?: number;
  /** Time between two tries, default 2 s. */
  readonly retrySeconds?: number;
  /** The highest epoch on record elsewhere, so that a lease that somebody deleted does not start them over; default 0. */
  readonly leastEpoch?: () => number;
  readonly onError?: (error: Error) => void;
}

/** One time of leading. */
export interface Term {
  /** `leaseTransitions` of the lease: higher in each later term, whoever leads. Stamp effects with it. */
  readonly epoch: number;
  /** Aborted when the term ends. A blocked event loop delays it: ask `isLeading()` before a write. */
  readonly signal: AbortSignal;
}

export interface LeaderElection {
  /** The epoch of our term; undefined while we do not lead. */
  readonly epoch: number | undefined;
  /**
   * Whether we lead, by the clock and not by whether a timer ran: false from `renewSeconds` after the sending of the last
   * renewal that was acknowledged, hence always before another one can lead.
   * @param now monotonic milliseconds, default now
   */
  isLeading(now?: number): boolean;
  /** Resolves with our next term, or the one under way. Rejects when the election is stopped or the signal is aborted. */
  untilLeading(signal?: AbortSignal): Promise<Term>;
  /** Whom the lease named when we last looked; empty when nobody. */
  readonly holder: string;
  /** Stop the work first: from here on another one may lead at once. Ends our term, gives the lease back, and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

interface Reign extends Term {
  readonly ending: AbortController;
  lease: Lease;
  /** Monotonic and wall time at which it ends unless it is renewed. */
  until: number;
  untilWall: number;
}

/**
 * Takes part in the election for a lease, from now on until `stop()`.
 * @throws Error when the times are not retry < renew < lease
 */
export function createLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const election = new Election(options);
  election.start();
  return election;
}

class Election implements LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #leaseSeconds: number;
  readonly #renew: number;
  readonly #retry: number;
  readonly #view = new LeaseView();
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<(term: Term) => void>();
  #running: Promise<void> = Promise.resolve();
  #reign: Reign | undefined;
  #highestEpoch = 0;
  #holder = '';

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#leaseSeconds = options.leaseSeconds ?? 15;
    this.#renew = (options.renewSeconds ?? 10) * 1000;
    this.#retry = (options.retrySeconds ?? 2) * 1000;
    const whole = Number.isInteger(this.#leaseSeconds) && this.#retry > 0;
    if (!whole || this.#retry >= this.#renew || this.#renew >= this.#leaseSeconds * 1000) {
      throw new Error('leader election: retry, renew and lease times must grow in this order, and the lease be whole seconds');
    }
  }

  start(): void {
    this.#running = this.#run();
  }

  get epoch(): number | undefined {
    return this.isLeading() ? this.#reign?.epoch : undefined;
  }

  get holder(): string {
    return this.#holder;
  }

  isLeading(now = this.#clock.monotonic()): boolean {
    const reign = this.#reign;
    if (!reign || reign.ending.signal.aborted || this.#stopping.signal.aborted) return false;
    // The wall clock goes on while a machine sleeps, the monotonic one may not: the first to pass its end counts.
    return now < reign.until && this.#clock.now() < reign.untilWall;
  }

  untilLeading(signal?: AbortSignal): Promise<Term> {
    return new Promise((resolve, reject) => {
      const reign = this.#reign;
      const others = [this.#stopping.signal, ...(signal ? [signal] : [])];
      const aborted = others.find((other) => other.aborted);
      if (aborted) return reject(abortReason(aborted));
      if (reign && this.isLeading()) return resolve(reign);
      const done = new AbortController();
      const take = (term: Term): void => {
        done.abort();
        resolve(term);
      };
      this.#waiting.add(take);
      for (const other of others) {
        const giveUp = (): void => {
          done.abort();
          this.#waiting.delete(take);
          reject(abortReason(other));
        };
        other.addEventListener('abort', giveUp, { once: true, signal: done.signal });
      }
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the leader election is stopped'));
    this.#reign?.ending.abort(new Error('no longer leading: stopped'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#withDeadline((within) => (this.#current() ? this.#extend(within) : this.#acquire(within)));
      } catch (error) {
        if (!signal.aborted) this.#report(error);
      }
      await this.#clock.sleep(this.#retry * (1 + 0.2 * this.#random()), signal).catch(() => undefined);
    }
    await this.#release();
  }

  /** The term under way; ends it when its time has passed, however late that is noticed. */
  #current(): Reign | undefined {
    if (this.#reign && !this.isLeading()) this.#stepDown('the lease was not renewed in time');
    return this.#reign;
  }

  /** Half of what we may stay silent: one try that hangs leaves room for another. */
  async #withDeadline(attempt: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const ending = new AbortController();
    const onStop = (): void => ending.abort(abortReason(this.#stopping.signal));
    this.#stopping.signal.addEventListener('abort', onStop, { once: true });
    if (this.#stopping.signal.aborted) onStop();
    const alarm = this.#clock
      .sleep(this.#renew / 2, ending.signal)
      .then(() => ending.abort(new Error('leader election: the API server did not answer in time')))
      .catch(() => undefined);
    try {
      await attempt(ending.signal);
    } finally {
      this.#stopping.signal.removeEventListener('abort', onStop);
      ending.abort(new Error('done'));
      await alarm;
    }
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const { client, lease: name, identity, leastEpoch } = this.#options;
    const found = withSpec(await client.find(resources.leases, name, { signal }));
    this.#holder = found?.spec.holderIdentity ?? '';
    this.#highestEpoch = Math.max(this.#highestEpoch, found?.spec.leaseTransitions ?? 0, leastEpoch?.() ?? 0);
    if (found && this.#holder !== identity && this.#view.remaining(found, this.#clock.monotonic()) > 0) return;
    const [sent, sentWall] = [this.#clock.monotonic(), this.#clock.now()];
    const epoch = this.#highestEpoch + 1;
    try {
      const lease = found
        ? await client.replace(resources.leases, takenLease(found, identity, epoch, this.#leaseSeconds, sentWall), { signal })
        : await client.create(resources.leases, newLease(name, identity, epoch, this.#leaseSeconds, sentWall), { signal });
      this.#begin(epoch, lease, sent, sentWall);
    } catch (error) {
      // Somebody else was faster.
      if (!isConflict(error)) throw error;
    }
  }

  #begin(epoch: number, lease: Lease, sent: number, sentWall: number): void {
    this.#highestEpoch = epoch;
    this.#holder = this.#options.identity;
    const ending = new AbortController();
    const reign = { epoch, lease, ending, signal: ending.signal, until: sent + this.#renew, untilWall: sentWall + this.#renew };
    this.#reign = reign;
    // The answer may have come too late, or at the stop: then the lease is only given back.
    if (this.#stopping.signal.aborted || !this.#current()) return;
    void this.#watchOver(reign);
    for (const take of [...this.#waiting]) {
      this.#waiting.delete(take);
      take(reign);
    }
  }

  async #extend(signal: AbortSignal): Promise<void> {
    const reign = this.#reign;
    if (!reign) return;
    const { client, lease: name, identity } = this.#options;
    const [sent, sentWall] = [this.#clock.monotonic(), this.#clock.now()];
    try {
      const lease = await client.replace(resources.leases, renewedLease(reign.lease, sentWall), { signal });
      // Once a term is over it stays over, even when this answer says that we could have gone on.
      reign.lease = lease;
      if (this.#stopping.signal.aborted || this.#current() !== reign) return;
      reign.until = sent + this.#renew;
      reign.untilWall = sentWall + this.#renew;
    } catch (error) {
      if (!(error instanceof ApiError) || (error.code !== 409 && error.code !== 404)) throw error;
      const found = withSpec(await client.find(resources.leases, name, { signal }));
      if (found?.spec.holderIdentity === identity && found.spec.leaseTransitions === reign.epoch) {
        // Ours still: a renewal whose answer was lost, or somebody's label. Renewed at the next try.
        reign.lease = found;
        return;
      }
      this.#holder = found?.spec.holderIdentity ?? '';
      if (this.#reign === reign) this.#stepDown(found ? `"${this.#holder}" holds the lease` : 'the lease was deleted');
    }
  }

  /** Ends the term at its time when no renewal came, without waiting for a request that hangs. */
  async #watchOver(reign: Reign): Promise<void> {
    try {
      while (this.isLeading() && this.#reign === reign) {
        const left = Math.min(reign.until - this.#clock.monotonic(), reign.untilWall - this.#clock.now());
        await this.#clock.sleep(left, reign.signal);
      }
      if (this.#reign === reign) this.#stepDown('the lease was not renewed in time');
    } catch {
      // The term ended before.
    }
  }

  #stepDown(why: string): void {
    const reign = this.#reign;
    this.#reign = undefined;
    reign?.ending.abort(new Error(`no longer leading: ${why}`));
  }

  async #release(): Promise<void> {
    const reign = this.#reign;
    if (!reign) return;
    this.#stepDown('stopped');
    if (this.#clock.monotonic() >= reign.until) return;
    const ending = new AbortController();
    const alarm = this.#clock.sleep(this.#retry, ending.signal).then(
      () => ending.abort(new Error('the lease could not be given back in time')),
      () => undefined,
    );
    try {
      await this.#giveBack(reign.lease, ending.signal).catch(async (error: unknown) => {
        // A renewal that was under way may have reached the server.
        const { client, lease, identity } = this.#options;
        if (!isConflict(error)) throw error;
        const found = withSpec(await client.find(resources.leases, lease, { signal: ending.signal }));
        if (found?.spec.holderIdentity === identity) await this.#giveBack(found, ending.signal);
      });
      this.#holder = '';
    } catch (error) {
      this.#report(error);
    } finally {
      ending.abort(new Error('done'));
      await alarm;
    }
  }

  async #giveBack(lease: Lease, signal: AbortSignal): Promise<void> {
    await this.#options.client.replace(resources.leases, releasedLease(lease, this.#clock.now()), { signal });
  }

  #report(error: unknown): void {
    try {
      this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
    } catch {
      // Whoever listens to failures cannot end the election.
    }
  }
}

/** A lease that somebody made by hand may have no spec. */
function withSpec(lease: Partial<Lease> & Omit<Lease, 'spec'> | undefined): Lease | undefined {
  return lease && { ...lease, spec: lease.spec ?? {} };
}
