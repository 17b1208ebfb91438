import type { Clock } from '../../ports/clock.js';

/** How much of something is let through: `burst` at once, then `perSecond`. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What comes of one try. */
export interface Passage {
  readonly allowed: boolean;
  /** Until the next one is let through. */
  readonly waitSeconds: number;
  /** How many in a row were refused, with this one: for those who tell of them only now and then. */
  readonly refused: number;
}

interface Bucket {
  tokens: number;
  at: number;
  refused: number;
}

/** Keys that are remembered; the longest unseen is forgotten first, and begins anew with a full bucket. */
const MOST_KEYS = 10_000;

/** Token buckets, one a key. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one, if there is one. */
  take(key: string): Passage {
    const bucket = this.#filled(key);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      bucket.refused = 0;
      return { allowed: true, waitSeconds: 0, refused: 0 };
    }
    bucket.refused += 1;
    return { allowed: false, waitSeconds: this.#wait(bucket), refused: bucket.refused };
  }

  /** As `take`, but takes none: whether one more would pass. */
  look(key: string): Passage {
    const bucket = this.#filled(key);
    if (bucket.tokens >= 1) return { allowed: true, waitSeconds: 0, refused: 0 };
    bucket.refused += 1;
    return { allowed: false, waitSeconds: this.#wait(bucket), refused: bucket.refused };
  }

  #wait({ tokens }: Bucket): number {
    return (1 - tokens) / this.#rate.perSecond;
  }

  #filled(key: string): Bucket {
    const now = this.#clock.monotonic();
    const found = this.#buckets.get(key);
    const bucket = found ?? { tokens: this.#rate.burst, at: now, refused: 0 };
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#rate.perSecond);
    bucket.at = now;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MOST_KEYS) for (const oldest of this.#buckets.keys()) { this.#buckets.delete(oldest); break; }
    return bucket;
  }
}
