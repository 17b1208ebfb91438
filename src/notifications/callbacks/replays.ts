import type { Clock } from '../../ports/clock.js';

/** How far from now a request may say that it was sent, in milliseconds: five minutes, as Slack recommends. */
export const FRESH = 300_000;

/** Remembers what came in for as long as it would pass as fresh, so that nothing counts twice. */
export class Replays {
  readonly #clock: Clock;
  readonly #seen = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a time that a request names is near enough. @param seconds since the epoch, as text */
  isFresh(seconds: string): boolean {
    return /^\d{9,11}$/.test(seconds) && Math.abs(this.#clock.now() - Number(seconds) * 1000) <= FRESH;
  }

  /** @returns false for what came in before */
  take(signature: string): boolean {
    const now = this.#clock.now();
    for (const [known, until] of this.#seen) if (until <= now) this.#seen.delete(known);
    if (this.#seen.has(signature)) return false;
    this.#seen.set(signature, now + 2 * FRESH);
    return true;
  }
}
