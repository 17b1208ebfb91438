import type { Clock } from '../../ports/clock.js';
import type { FetchBudget } from './fetch-budget.js';

/** One who asks again and again. */
export interface Asker {
  /** The least time between the beginnings of two rounds, in milliseconds. */
  readonly interval: number;
  /** Called at the beginning of a round. @returns how many fetches it takes */
  prepare(): number;
  /** Makes the round; must not throw. @param places how many fetches it may make @returns how many of them it did not need */
  round(places: number, signal: AbortSignal): Promise<number>;
}

interface Place {
  readonly asker: Asker;
  due: number;
  busy: boolean;
}

/**
 * Gives everybody rounds, one after the other: who has waited longest is next. When the budget does not suffice for all, all
 * are asked less often, and each round is still made in one go.
 */
export class Rounds {
  readonly #clock: Clock;
  readonly #budget: FetchBudget;
  readonly #places = new Map<string, Place>();
  readonly #running = new Set<Promise<void>>();
  #wake: (() => void) | undefined;

  constructor(clock: Clock, budget: FetchBudget) {
    this.#clock = clock;
    this.#budget = budget;
  }

  add(key: string, asker: Asker): void {
    this.#places.set(key, { asker, due: this.#clock.monotonic(), busy: false });
    this.#wake?.();
  }

  remove(key: string): void {
    this.#places.delete(key);
  }

  /** Goes on until the signal is aborted; resolves when nothing is under way any more. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = this.#next();
      const wait = next === undefined ? undefined : next.due - this.#clock.monotonic();
      if (next === undefined || wait === undefined || wait > 0) await this.#idle(wait, signal);
      else await this.#begin(next, signal);
    }
    await Promise.all(this.#running);
  }

  async #begin(place: Place, signal: AbortSignal): Promise<void> {
    const { asker } = place;
    const places = await this.#budget.setAside(asker.prepare(), signal).catch(() => undefined);
    if (places === undefined) return;
    place.busy = true;
    place.due = this.#clock.monotonic() + asker.interval;
    const round = asker.round(places, signal).then((left) => {
      if (left > 0) this.#budget.giveBack(left);
      place.busy = false;
      this.#running.delete(round);
      this.#wake?.();
    });
    this.#running.add(round);
  }

  #next(): Place | undefined {
    let next: Place | undefined;
    for (const place of this.#places.values()) if (!place.busy && (next === undefined || place.due < next.due)) next = place;
    return next;
  }

  async #idle(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    // Without anybody there is nothing to wait for but someone who comes.
    await this.#clock.sleep(milliseconds ?? 60_000, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
    this.#wake = undefined;
  }
}
