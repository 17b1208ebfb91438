import { NoReading, type Reading } from '../reading.js';
import type { Buckets } from '../windows/buckets.js';
import type { RawCounts } from '../windows/counts.js';
import { PodTotals } from './pod-totals.js';

/** Turns answers into raw counters of Pods. */
export interface RawReader<V> {
  /** @returns the Pods that say something new */
  add(readings: readonly (Reading | undefined)[]): ReadonlySet<string>;
  /** Undefined for a Pod that was never told of. */
  of(pod: string): V | undefined;
}

/** All and the bad ones; who has no bad ones may have no series of them. */
export class CountReader implements RawReader<RawCounts> {
  readonly #all = new PodTotals();
  readonly #bad = new PodTotals();

  add([all, bad]: readonly (Reading | undefined)[]): ReadonlySet<string> {
    this.#bad.add(bad?.series ?? []);
    return this.#all.add(all?.series ?? []);
  }

  of(pod: string): RawCounts | undefined {
    const all = this.#all.of(pod);
    return all && { requests: all.get('') ?? 0, failures: this.#bad.of(pod)?.get('') ?? 0 };
  }
}

/** Buckets, by `le`. */
export class BucketReader implements RawReader<Buckets> {
  readonly #totals = new PodTotals();
  readonly #factor: number;

  /** @param unit of the edges */
  constructor(unit: 'seconds' | 'milliseconds') {
    this.#factor = unit === 'seconds' ? 1000 : 1;
  }

  add([histogram]: readonly (Reading | undefined)[]): ReadonlySet<string> {
    const series = histogram?.series ?? [];
    if (series.length > 0 && !series.some(({ labels }) => labels['le'] !== undefined)) {
      throw new NoReading('failed', 'histogram: no series has a label le; ask for the buckets, such as …_bucket, and keep le where you add up');
    }
    return this.#totals.add(series, ({ labels }) => labels['le']);
  }

  of(pod: string): Buckets | undefined {
    const totals = this.#totals.of(pod);
    if (!totals) return undefined;
    const found = [...totals].map(([le, count]) => ({ edge: edgeOf(le), count })).filter(({ edge }) => !Number.isNaN(edge)).sort((a, b) => a.edge - b.edge);
    const edges = found.filter(({ edge }) => edge !== Infinity);
    const all = found.at(-1)?.count ?? 0;
    // Also binary fractions such as 0.35 s are to be whole milliseconds.
    return { edges: edges.map(({ edge }) => Number((edge * this.#factor).toPrecision(12))), counts: [...edges.map(({ count }) => count), all] };
  }
}

const edgeOf = (le: string): number => (/^\+?inf$/i.test(le) ? Infinity : le.trim() === '' ? NaN : Number(le));

/** The unit of a histogram by its name, as Prometheus' conventions have it. */
export function unitOfQuery(query: string, unit: 'seconds' | 'milliseconds' | undefined): 'seconds' | 'milliseconds' {
  return unit ?? (/_(?:milliseconds|millis|ms)(?:_|\b)|\benvoy_\w*_rq_time(?:_|\b)/.test(query) ? 'milliseconds' : 'seconds');
}
