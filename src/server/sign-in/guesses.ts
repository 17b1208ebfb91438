import type { Clock } from '../../ports/clock.js';
import { tooMany } from '../errors.js';
import { addressKey } from '../security/addresses.js';
import { RateLimit, type Rate } from '../security/rate-limit.js';

/** Wrong tokens, codes and passwords by address: after some, nothing more is tried out for it for a while. */
export class Guesses {
  readonly #limit: RateLimit;

  constructor(rate: Rate, clock: Clock) {
    this.#limit = new RateLimit(rate, clock);
  }

  /** Before something is tried out. @throws HttpError 429 */
  check(remote: string): void {
    const { allowed, waitSeconds } = this.#limit.look(addressKey(remote));
    if (!allowed) throw tooMany(`Too many wrong tokens or codes came from ${remote}: try again in ${Math.ceil(waitSeconds)} s.`, waitSeconds);
  }

  /** After it turned out wrong. */
  wrong(remote: string): void {
    this.#limit.take(addressKey(remote));
  }
}
