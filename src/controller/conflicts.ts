import { backoffDelay } from '../cluster/backoff.js';
import type { Informer } from '../cluster/informer.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { Random } from '../ports/random.js';

/** In milliseconds. The first is short: mostly somebody else was faster, and the change that did it is on its way to us. */
const DELAYS = { first: 400, longest: 30_000 };
/** After so many in a row what we know of the cluster is doubted and read afresh. */
const READ_AFRESH_AT = 3;
/** After so many in a row, some seconds, it is said. */
const TELL_AT = 6;

/** What to do about a write that was refused again. */
export interface Refusal {
  /** Milliseconds to wait before the next try. */
  readonly againAfter: number;
  /** Whether it is time to say so; once for each row of refusals. */
  readonly tells: boolean;
}

/**
 * Keeps count of writes that the API server refused because things are not as we knew them (409, 404). One such answer is
 * nothing; the same again and again means that what we know is wrong, or that somebody else holds what we want to make.
 */
export class Conflicts {
  readonly #random: Random;
  readonly #rows = new Map<string, number>();
  readonly #about = new WeakMap<object, Informer<KubernetesObject>>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Remembers what we had known when a write failed. */
  note<T extends KubernetesObject>(error: unknown, known: Informer<T> | undefined): void {
    if (typeof error === 'object' && error !== null && known) this.#about.set(error, known as unknown as Informer<KubernetesObject>);
  }

  /** A pass over this key was refused. */
  refused(key: string, error: object): Refusal {
    const count = (this.#rows.get(key) ?? 0) + 1;
    this.#rows.set(key, count);
    if (count === READ_AFRESH_AT) this.#about.get(error)?.refresh();
    return { againAfter: backoffDelay(count - 1, DELAYS, this.#random), tells: count === TELL_AT };
  }

  /** A pass over this key went through, or the key is gone. */
  ended(key: string): void {
    this.#rows.delete(key);
  }
}
