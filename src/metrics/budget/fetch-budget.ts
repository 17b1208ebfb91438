import type { Clock } from '../../ports/clock.js';

export interface FetchLimits {
  /** How many fetches begin within any second. */
  readonly perSecond: number;
  /** How many are under way at once. */
  readonly atOnce: number;
}

export const defaultFetchLimits: FetchLimits = { perSecond: 300, atOnce: 32 };

const SECOND = 1000;

/**
 * Lets at most so many fetches begin within any second, and so many be under way. Whoever fetches sets places aside first, all
 * that belong together at once, so that they are not torn apart when it is tight.
 */
export class FetchBudget {
  readonly #clock: Clock;
  readonly #limits: FetchLimits;
  /** When the last ones began, by the monotonic clock; oldest first. */
  #begun: number[] = [];
  #setAside = 0;
  #underWay = 0;
  readonly #forSlot: (() => void)[] = [];
  #onChange: (() => void) | undefined;

  constructor(clock: Clock, limits: FetchLimits = defaultFetchLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Resolves when so many fetches may begin. For one caller at a time.
   * @returns how many places were set aside: no more than a whole second has
   * @throws the signal's reason when it is aborted first
   */
  async setAside(count: number, signal: AbortSignal): Promise<number> {
    const places = Math.min(count, this.#limits.perSecond);
    for (;;) {
      const now = this.#clock.monotonic();
      this.#begun = this.#begun.filter((each) => each > now - SECOND);
      if (this.#begun.length + this.#setAside + places <= this.#limits.perSecond) break;
      await this.#untilChange((this.#begun[0] ?? now) + SECOND - now, signal);
    }
    this.#setAside += places;
    return places;
  }

  /** Gives places back that are not needed after all. */
  giveBack(places: number): void {
    this.#setAside -= places;
    this.#onChange?.();
  }

  /** Fetches with a place that was set aside, as soon as few enough others are under way. */
  async fetch<T>(fetch: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#limits.atOnce) await new Promise<void>((resolve) => this.#forSlot.push(resolve));
    else this.#underWay++;
    this.#setAside--;
    this.#begun.push(this.#clock.monotonic());
    this.#onChange?.();
    try {
      return await fetch();
    } finally {
      // Whoever waits takes over the slot, so that nobody can come in between.
      const next = this.#forSlot.shift();
      if (next) next();
      else this.#underWay--;
    }
  }

  async #untilChange(milliseconds: number, signal: AbortSignal): Promise<void> {
    const changed = new AbortController();
    this.#onChange = () => changed.abort();
    await this.#clock.sleep(Math.max(1, milliseconds), AbortSignal.any([signal, changed.signal])).catch(() => undefined);
    this.#onChange = undefined;
    signal.throwIfAborted();
  }
}
