import type { Clock } from '../../ports/clock.js';

/** Answers that are good for a short time, at most so many; who asks while the same is being asked waits for that answer. */
export class ShortCache<T> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #entries = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** @param goodFor milliseconds that an answer is kept; a failure is not kept */
  async get(key: string, goodFor: (answer: T) => number, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock.monotonic();
    const found = this.#entries.get(key);
    if (found !== undefined && found.until > now) return found.answer;
    const answer = ask();
    this.#put(key, { until: Infinity, answer });
    try {
      const known = await answer;
      if (this.#entries.get(key)?.answer === answer) this.#put(key, { until: this.#clock.monotonic() + goodFor(known), answer });
      return known;
    } catch (error) {
      if (this.#entries.get(key)?.answer === answer) this.#entries.delete(key);
      throw error;
    }
  }

  /** Whether there is an answer without asking. */
  has(key: string): boolean {
    return (this.#entries.get(key)?.until ?? -Infinity) > this.#clock.monotonic();
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  #put(key: string, entry: { readonly until: number; readonly answer: Promise<T> }): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    // The longest unchanged goes first.
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) return;
      this.#entries.delete(oldest);
    }
  }
}
