import type { Clock } from '../ports/clock.js';
import { isConflict, isNotFound } from './api-error.js';

/** Milliseconds until what failed is done again, unless the work says when. */
const RETRY_AFTER = 500;

/** Does what was asked for last, one at a time; what failed again, until something newer is asked for. */
export class LatestWork<Wanted> {
  readonly #clock: Clock;
  readonly #work: (wanted: Wanted, signal: AbortSignal) => Promise<boolean | number>;
  readonly #stopping = new AbortController();
  #wanted: { readonly value: Wanted } | undefined;
  #running: Promise<void> | undefined;

  /** @param work resolves with false, or with milliseconds to wait, when it must be done again; and never rejects */
  constructor(clock: Clock, work: (wanted: Wanted, signal: AbortSignal) => Promise<boolean | number>) {
    this.#clock = clock;
    this.#work = work;
  }

  /** Takes the place of whatever was asked for and is not yet begun. */
  ask(value: Wanted): void {
    if (this.#stopping.signal.aborted) return;
    this.#wanted = { value };
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is left to be done. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Begins nothing any more, and resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#wanted !== undefined && !signal.aborted) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      const done = await this.#work(wanted.value, signal);
      if (done === true || signal.aborted) continue;
      await this.#clock.sleep(done === false ? RETRY_AFTER : done, signal).catch(() => undefined);
      this.#wanted ??= wanted;
    }
    // In the turn of the last look, so that nothing is asked for between the two.
    this.#running = undefined;
  }
}

/**
 * One write to the API. Whoever was there before us, or took the object away, has made an event of that, and what is to be
 * written is asked for anew. @returns false when it must be tried again, which `onProblem` is told of
 */
export async function attempt(write: () => Promise<unknown>, signal: AbortSignal, onProblem: (problem: Error) => void): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isConflict(error) || isNotFound(error) || signal.aborted) return true;
    onProblem(error instanceof Error ? error : new Error(String(error)));
    return false;
  }
}
