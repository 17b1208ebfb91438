import type { Series } from '../reading.js';

/** What one Pod has counted, by kind (an edge of a histogram, or `''`). */
export type Totals = ReadonlyMap<string, number>;

interface Counted {
  readonly raw: number;
  readonly kind: string;
}

/**
 * Raw counters of many series as totals of each Pod that never fall. Increases are taken series by series, as a Pod's sum falls when
 * one of its series is missing for a while. A series that fell began anew.
 */
export class PodTotals {
  readonly #series = new Map<string, Map<string, Counted>>();
  readonly #totals = new Map<string, Map<string, number>>();
  /** By Pod, when its newest sample was taken; undefined where the source does not know. */
  readonly #at = new Map<string, number | undefined>();

  /**
   * Takes in one answer. @param kindOf what a series counts; undefined for one that is left out
   * @returns the Pods that say something new: a newer sample, or where samples have no times, another value
   */
  add(series: readonly Series[], kindOf: (series: Series) => string | undefined = () => ''): ReadonlySet<string> {
    const fresh = new Set<string>();
    for (const each of series) {
      const { pod } = each.labels;
      const kind = kindOf(each);
      if (pod === undefined || kind === undefined || !Number.isFinite(each.value)) continue;
      if (this.#take(pod, kind, each)) fresh.add(pod);
    }
    return fresh;
  }

  of(pod: string): Totals | undefined {
    return this.#totals.get(pod);
  }

  #take(pod: string, kind: string, { labels, value, at }: Series): boolean {
    const known = this.#series.get(pod) ?? new Map<string, Counted>();
    const totals = this.#totals.get(pod) ?? new Map<string, number>();
    this.#series.set(pod, known);
    this.#totals.set(pod, totals);
    const id = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const before = known.get(id);
    known.set(id, { raw: value, kind });
    const rise = before === undefined || value < before.raw ? value : value - before.raw;
    totals.set(kind, (totals.get(kind) ?? 0) + rise);
    if (at === undefined) return before === undefined || before.raw !== value;
    const seen = this.#at.get(pod);
    if (seen === undefined || at > seen) this.#at.set(pod, at);
    return before === undefined || before.raw !== value || seen === undefined || at > seen;
  }
}
