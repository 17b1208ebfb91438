import type { Role } from '../../model/version.js';
import type { Measure } from './measure.js';
import type { Increase } from './pod-increases.js';

/** Increases of both versions over one piece of time. */
export interface Block<V> extends Readonly<Record<Role, V>> {
  readonly at: number;
  readonly seconds: number;
}

/**
 * Puts increases together to blocks that cover the same time for both versions: what one version added while the other could
 * not be asked at all waits for the moment when both can. Nothing is lost, nothing is handed over twice.
 */
export class VersionWindow<V> {
  readonly #measure: Measure<V>;
  /** Where the next block begins. */
  #from: number;
  #until: number | undefined;
  #ready: Record<Role, V>;
  #waiting: Record<Role, V>;

  /** @param since where the first block begins, in milliseconds since the epoch */
  constructor(measure: Measure<V>, since: number) {
    this.#measure = measure;
    this.#from = since;
    this.#ready = { stable: measure.zero, canary: measure.zero };
    this.#waiting = this.#ready;
  }

  /** @param at when the Pods were asked, in milliseconds since the epoch */
  add(at: number, { stable, canary, complete }: Increase<V>): void {
    const { plus, zero } = this.#measure;
    this.#waiting = { stable: plus(this.#waiting.stable, stable), canary: plus(this.#waiting.canary, canary) };
    if (!complete || at <= this.#from) return;
    this.#ready = { stable: plus(this.#ready.stable, this.#waiting.stable), canary: plus(this.#ready.canary, this.#waiting.canary) };
    this.#waiting = { stable: zero, canary: zero };
    this.#until = at;
  }

  /** Everything since the last call; undefined when there was no moment since then at which both versions could be asked. */
  take(): Block<V> | undefined {
    if (this.#until === undefined) return undefined;
    const block = { ...this.#ready, at: this.#until, seconds: (this.#until - this.#from) / 1000 };
    this.#ready = { stable: this.#measure.zero, canary: this.#measure.zero };
    this.#from = this.#until;
    this.#until = undefined;
    return block;
  }
}
