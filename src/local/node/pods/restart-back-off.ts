/** How long to wait before a container is started again. */
export interface BackOffLimits {
  /** Milliseconds before the second restart; doubles from there. */
  readonly base: number;
  readonly maximum: number;
}

/** As on a cluster: at once, then 10 s, 20 s, … up to 5 min. */
export const KUBERNETES_BACK_OFF: BackOffLimits = { base: 10_000, maximum: 300_000 };

/** The delays of one container. Forgets everything after it has run well for twice the maximum. */
export class RestartBackOff {
  readonly #limits: BackOffLimits;
  #delay = 0;
  #lastStart = Number.NEGATIVE_INFINITY;

  constructor(limits: BackOffLimits) {
    this.#limits = limits;
  }

  /**
   * Milliseconds to wait before the next start, counted from `finished`; 0 for the first restart.
   * @param now monotonic milliseconds
   */
  remaining(finished: number, now: number): number {
    if (now - this.#lastStart > 2 * this.#limits.maximum) this.#delay = 0;
    return Math.max(0, finished + this.#delay - now);
  }

  /** The whole delay that is in force, in milliseconds. */
  get delay(): number {
    return this.#delay;
  }

  /** Notes a restart. */
  restarted(now: number): void {
    this.#delay = this.#delay === 0 ? this.#limits.base : Math.min(this.#delay * 2, this.#limits.maximum);
    this.#lastStart = now;
  }
}
