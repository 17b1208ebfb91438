import type { Role } from '../../model/version.js';
import type { Measure, Said } from './measure.js';

/** A Pod's stamp has whole seconds, so one of the same second may be younger. */
const STAMP = 1000;

/** What both versions added since they were asked before. */
export interface Increase<V> extends Readonly<Record<Role, V>> {
  /** False when Pods of a version were asked and none gave an answer. */
  readonly complete: boolean;
}

/**
 * Turns raw counters of Pods into increases by version. A Pod that is younger than `since` counts from 0 when it is first
 * seen, any other from its first reading. Pods that gave no answer are left out; what they added comes when they answer again.
 * A Pod is never forgotten: one that came back would count twice.
 */
export class PodIncreases<V> {
  readonly #measure: Measure<V>;
  readonly #since: number;
  readonly #last = new Map<string, V>();

  /** @param since milliseconds since the epoch */
  constructor(measure: Measure<V>, since: number) {
    this.#measure = measure;
    this.#since = since;
  }

  add(said: readonly Said<V>[]): Increase<V> {
    const { zero, increase, plus } = this.#measure;
    const sums: Record<Role, V> = { stable: zero, canary: zero };
    const asked: Record<Role, boolean> = { stable: false, canary: false };
    const answered: Record<Role, boolean> = { stable: false, canary: false };
    for (const { pod, role, created, value } of said) {
      asked[role] = true;
      if (value === undefined) continue;
      answered[role] = true;
      const before = this.#last.get(pod) ?? (created >= this.#since - STAMP ? zero : value);
      this.#last.set(pod, value);
      sums[role] = plus(sums[role], increase(before, value));
    }
    return { ...sums, complete: answered.stable === asked.stable && answered.canary === asked.canary };
  }
}
