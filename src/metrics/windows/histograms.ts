import type { HistogramBlock } from '../../statistics/histograms.js';
import { intersection, rebased, separated, total, type Buckets } from './buckets.js';
import type { Block } from './version-window.js';

/**
 * Makes blocks whose edges are those that all Pods so far had in common: they never become more, as the tests go by their
 * numbers. Fewer are safe: only what was learned about stable is then less exact.
 */
export class HistogramBlocks {
  #edges: readonly number[] | undefined;

  /** Undefined before anything was observed. `edges` is empty where Pods have none in common. */
  of({ at, seconds, stable, canary }: Block<Buckets>): HistogramBlock | undefined {
    for (const each of [stable, canary]) {
      if (total(each) > 0) this.#edges = this.#edges === undefined ? each.edges : intersection(this.#edges, each.edges);
    }
    if (this.#edges === undefined) return undefined;
    const edges = this.#edges;
    return { at, seconds, edges, stable: separated(rebased(stable, edges)), canary: separated(rebased(canary, edges)) };
  }
}
