import type { Clock } from '../../ports/clock.js';
import type { Identity } from '../identity.js';
import { fingerprint, randomSecret } from '../security/secrets.js';

/** Somebody who is signed in on a page. */
export interface Session {
  readonly identity: Identity;
  /** What every change has to carry in the header `X-Serin-CSRF`. */
  readonly csrf: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** How long somebody stays signed in, in milliseconds, unless what they signed in with ends before. */
const LENGTH = 12 * 3_600_000;
/** At once; the oldest is signed out for one more. */
const MOST = 5_000;

/** Who is signed in, in memory: a restart signs everybody out, and nothing of it can be stolen from a disk. */
export class Sessions {
  readonly #clock: Clock;
  /** By fingerprint of the cookie's value. */
  readonly #sessions = new Map<string, Session>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the session, and the cookie's value, which is kept nowhere here */
  begin(identity: Identity, endsBy: number = Infinity): { readonly session: Session; readonly cookie: string } {
    const cookie = randomSecret();
    const session = { identity, csrf: randomSecret(), expiresAt: Math.min(this.#clock.now() + LENGTH, endsBy) };
    this.#sessions.set(fingerprint(cookie), session);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MOST) break;
      this.#sessions.delete(oldest);
    }
    return { session, cookie };
  }

  /** Undefined for a cookie that nobody has, or that has ended. */
  find(cookie: string): Session | undefined {
    const key = fingerprint(cookie);
    const found = this.#sessions.get(key);
    if (found === undefined || found.expiresAt > this.#clock.now()) return found;
    this.#sessions.delete(key);
    return undefined;
  }

  end(cookie: string): void {
    this.#sessions.delete(fingerprint(cookie));
  }
}
