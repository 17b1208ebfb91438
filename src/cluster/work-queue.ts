import { systemClock, type Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { backoffDelay, type BackoffLimits } from './backoff.js';
import { DueTimes } from './due-times.js';

/** What working on a key came to: look again after this many milliseconds, or not before something is added. */
export interface WorkResult {
  readonly againAfter?: number;
}

export interface WorkQueueOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** How many keys are worked on at once, default 1. */
  readonly workers?: number;
  /** Delay of a key that failed, by its failures in a row; default 200 ms, doubling up to 60 s. */
  readonly backoff?: Partial<BackoffLimits>;
  /** Told of each failure; the key is tried again by itself. */
  readonly onError?: (key: string, error: Error, failures: number) => void;
}

/** Keys to be worked on. A key is in the queue at most once and never worked on twice at the same time. */
export interface WorkQueue {
  /** As soon as a worker is free; while the key is being worked on, right after that. What is urgent goes before everything else for `URGENT_ROUNDS`, by one of as many workers again where all are busy. */
  add(key: string, urgency?: { readonly urgent: boolean }): void;
  /** In this many milliseconds; of several times for one key the earliest holds. */
  addAfter(key: string, milliseconds: number): void;
  /** Forgets failures and waiting times of a key that is gone. Work under way goes on. */
  drop(key: string): void;
  /** Keys that are ready or being worked on; those that wait for a time are not counted. */
  readonly busy: number;
  /** Resolves as soon as nothing is ready or being worked on. */
  untilIdle(): Promise<void>;
  /** Takes no more work, aborts the signal of what is under way, and resolves when that has ended. */
  stop(): Promise<void>;
}

/** How often an urgent key is worked on before it stands in line again: what it asks for is seldom done at the first look. */
export const URGENT_ROUNDS = 8;

/** What is done for one key; the signal is aborted when the queue stops. */
export type Work = (key: string, signal: AbortSignal) => Promise<WorkResult | void>;

/** Starts workers that call `work` for each key. A `work` that throws is called again after a growing delay. */
export function createWorkQueue(work: Work, options: WorkQueueOptions = {}): WorkQueue {
  return new Queue(work, options);
}

interface Alarm {
  readonly at: number;
  readonly cancel: AbortController;
}

class Queue implements WorkQueue {
  readonly #work: Work;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #workers: number;
  readonly #backoff: BackoffLimits;
  readonly #onError: (key: string, error: Error, failures: number) => void;
  readonly #stopping = new AbortController();
  readonly #ready = new Set<string>();
  /** Ready, and worked on before the others. */
  readonly #readyFirst = new Set<string>();
  /** Urgent keys, with the rounds that are left to them. */
  readonly #urgent = new Map<string, number>();
  readonly #waiting = new DueTimes();
  readonly #failures = new Map<string, number>();
  /** Keys being worked on, and whether they were added again meanwhile. */
  readonly #running = new Map<string, { again: boolean }>();
  readonly #runs = new Set<Promise<void>>();
  readonly #idle: (() => void)[] = [];
  #alarm: Alarm | undefined;

  constructor(work: Work, options: WorkQueueOptions) {
    this.#work = work;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#workers = options.workers ?? 1;
    this.#backoff = { first: 200, longest: 60_000, ...options.backoff };
    this.#onError = options.onError ?? (() => undefined);
  }

  get busy(): number {
    return this.#readyFirst.size + this.#ready.size + this.#running.size;
  }

  add(key: string, { urgent } = { urgent: false }): void {
    if (this.#stopping.signal.aborted) return;
    if (urgent) this.#urgent.set(key, URGENT_ROUNDS);
    const running = this.#running.get(key);
    if (running) running.again = true;
    else if (!this.#urgent.has(key)) this.#ready.add(key);
    else {
      this.#ready.delete(key);
      this.#readyFirst.add(key);
    }
    this.#startWorkers();
  }

  addAfter(key: string, milliseconds: number): void {
    if (this.#stopping.signal.aborted) return;
    if (milliseconds <= 0) return this.add(key);
    this.#waiting.set(key, this.#clock.monotonic() + milliseconds);
    this.#setAlarm();
  }

  drop(key: string): void {
    this.#failures.delete(key);
    this.#waiting.delete(key);
    this.#urgent.delete(key);
  }

  untilIdle(): Promise<void> {
    if (this.busy === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the queue is stopped'));
    this.#ready.clear();
    this.#readyFirst.clear();
    this.#alarm?.cancel.abort();
    await Promise.all(this.#runs);
    this.#tellIdle();
  }

  #startWorkers(): void {
    this.#startWith(this.#readyFirst, 2 * this.#workers);
    this.#startWith(this.#ready, this.#workers);
  }

  #startWith(ready: Set<string>, workers: number): void {
    for (const key of ready) {
      if (this.#running.size >= workers) return;
      ready.delete(key);
      this.#spendUrgency(key);
      this.#running.set(key, { again: false });
      const run = this.#run(key);
      this.#runs.add(run);
      void run.then(() => this.#runs.delete(run));
    }
  }

  #spendUrgency(key: string): void {
    const rounds = this.#urgent.get(key);
    if (rounds === undefined) return;
    if (rounds > 1) this.#urgent.set(key, rounds - 1);
    else this.#urgent.delete(key);
  }

  /** Never rejects. */
  async #run(key: string): Promise<void> {
    // Work never begins inside of add().
    await Promise.resolve();
    this.#running.set(key, { again: false });
    try {
      const result = this.#stopping.signal.aborted ? undefined : await this.#work(key, this.#stopping.signal);
      this.#failures.delete(key);
      if (result?.againAfter !== undefined) this.addAfter(key, result.againAfter);
    } catch (error) {
      this.#fail(key, error);
    }
    const again = this.#running.get(key)?.again === true;
    this.#running.delete(key);
    if (again) this.add(key);
    this.#startWorkers();
    this.#tellIdle();
  }

  #fail(key: string, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.addAfter(key, backoffDelay(failures - 1, this.#backoff, this.#random));
    try {
      this.#onError(key, error instanceof Error ? error : new Error(String(error)), failures);
    } catch {
      // Whoever listens to failures cannot stop the queue.
    }
  }

  /** One sleep at a time, for the key that is due next. */
  #setAlarm(): void {
    const at = this.#waiting.next();
    if (at === undefined || (this.#alarm && this.#alarm.at <= at)) return;
    this.#alarm?.cancel.abort();
    const alarm = { at, cancel: new AbortController() };
    this.#alarm = alarm;
    void this.#clock.sleep(at - this.#clock.monotonic(), alarm.cancel.signal).then(
      () => this.#ring(alarm),
      () => undefined,
    );
  }

  #ring(alarm: Alarm): void {
    if (this.#alarm !== alarm || this.#stopping.signal.aborted) return;
    this.#alarm = undefined;
    // A timer may ring a little early; what was promised for `at` is due.
    const now = Math.max(this.#clock.monotonic(), alarm.at);
    for (let key = this.#waiting.take(now); key !== undefined; key = this.#waiting.take(now)) this.add(key);
    this.#setAlarm();
  }

  #tellIdle(): void {
    if (this.busy > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
