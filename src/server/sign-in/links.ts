import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../ports/clock.js';
import { sameSecret } from '../security/secrets.js';

/** How long a one-time link can be used, in milliseconds. */
export const LINK_LENGTH = 600_000;

const CODE = /^(\d{13})\.([\w-]{43})\.([\w-]{43})$/;

/**
 * A code that signs somebody in once: when it was made, 256 random bits, and a seal (HMAC-SHA-256) of both. Whoever holds the key
 * can make one without asking the server.
 * @param now milliseconds since the epoch
 */
export function makeLinkCode(key: Uint8Array, now: number): string {
  const text = `${String(Math.floor(now)).padStart(13, '0')}.${randomBytes(32).toString('base64url')}`;
  return `${text}.${sealOf(key, text)}`;
}

/** One-time codes: each is good once, for ten minutes, and only on the server that ran when it was made. */
export class Links {
  readonly #key: Uint8Array;
  readonly #clock: Clock;
  readonly #since: number;
  /** Random parts of codes that were used, until they end by themselves. */
  readonly #used = new Map<string, number>();

  constructor(clock: Clock, key: Uint8Array = randomBytes(32)) {
    this.#key = key;
    this.#clock = clock;
    this.#since = clock.now();
  }

  make(): string {
    return makeLinkCode(this.#key, this.#clock.now());
  }

  /** @returns whether the code is good; it is not from then on */
  use(code: string): boolean {
    const now = this.#clock.now();
    for (const [nonce, until] of this.#used) if (until <= now) this.#used.delete(nonce);
    const [, made = '', nonce = '', seal = ''] = CODE.exec(code) ?? [];
    if (nonce === '' || !sameSecret(seal, sealOf(this.#key, `${made}.${nonce}`))) return false;
    const madeAt = Number(made);
    // What was used before a restart is not remembered, so nothing from before counts.
    if (madeAt < this.#since || madeAt > now + 1_000 || madeAt + LINK_LENGTH <= now || this.#used.has(nonce)) return false;
    this.#used.set(nonce, madeAt + LINK_LENGTH);
    return true;
  }
}

const sealOf = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(`serin sign-in ${text}`).digest('base64url');
