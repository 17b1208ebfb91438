import type { Random } from '../ports/random.js';

export interface BackoffLimits {
  /** The first delay, in milliseconds, before jitter. */
  readonly first: number;
  /** No delay is longer, in milliseconds. */
  readonly longest: number;
}

/** Delay before try number `failures + 1`: doubles each time, then anything from half of that to all of it. */
export function backoffDelay(failures: number, { first, longest }: BackoffLimits, random: Random): number {
  const whole = Math.min(longest, first * 2 ** Math.min(failures, 30));
  return whole * (0.5 + random() / 2);
}

/** Counts failures in a row and says how long to wait after each. */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: Random;
  #failures = 0;

  constructor(limits: BackoffLimits, random: Random) {
    this.#limits = limits;
    this.#random = random;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds to wait now; never less than what the server asked for. */
  next(atLeastSeconds = 0): number {
    const delay = Math.max(backoffDelay(this.#failures, this.#limits, this.#random), atLeastSeconds * 1000);
    this.#failures++;
    return delay;
  }

  reset(): void {
    this.#failures = 0;
  }
}
