import type { Random } from '../../../../src/ports/random.js';
import type { ApiRequest, ApiResponse, Transport } from '../../../../src/ports/transport.js';

/** The most writes between two kills. */
const WRITES = 6;

/** Kills who writes through it, before or after some of the writes; which ones follows from the seed alone. */
export class KillingTransport {
  /** Names of the writes at which it was killed. */
  readonly killed: string[] = [];
  readonly #random: Random;
  readonly #kills: number;
  readonly #kill: () => void;
  #left: number;
  #dead = false;
  #begun = false;

  /** @param kills how many at most @param kill ends the writer at once */
  constructor(kills: number, random: Random, kill: () => void) {
    this.#kills = kills;
    this.#random = random;
    this.#kill = kill;
    this.#left = this.#next();
  }

  /** From now on it kills. */
  begin(): void {
    this.#begun = true;
  }

  /** The writer runs again. */
  restarted(): void {
    this.#dead = false;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  wrap(inner: Transport): Transport {
    return { request: (request) => this.#request(inner, request), stream: (request) => inner.stream(request) };
  }

  #next(): number {
    return 1 + Math.floor(this.#random() * WRITES);
  }

  async #request(inner: Transport, request: ApiRequest): Promise<ApiResponse> {
    if (this.#dead) throw new Error('killed');
    // Writes of the release, not those that everybody does all the time.
    if (!this.#begun || request.method === 'GET' || /\/(leases|events)\b/.test(request.path) || this.killed.length >= this.#kills || --this.#left > 0) return inner.request(request);
    this.#left = this.#next();
    this.#dead = true;
    const before = this.#random() < 0.5;
    this.killed.push(`${before ? 'before' : 'after'} ${request.method} ${request.path}`);
    if (!before) await inner.request(request);
    this.#kill();
    throw new Error('killed');
  }
}
