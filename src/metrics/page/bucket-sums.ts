import type { Buckets } from '../windows/buckets.js';
import type { PageLine } from './page-line.js';

/**
 * Adds up the buckets of several series of one histogram. Edges that not all of them have are left out: below those nobody
 * knows how many there were.
 */
export class BucketSums {
  readonly #sums = new Map<string, { value: number; series: number }>();
  /** The labels of the last series without `le`, so that its next bucket need not be looked at again. */
  #series = '';
  #isWanted = false;

  /** @param isWanted asked once for each series */
  add(line: PageLine, isWanted: (line: PageLine) => boolean): void {
    const { text, labelsStart, labelsEnd } = line;
    const at = text.lastIndexOf('le="', labelsEnd - 2);
    const isLast = at >= labelsStart && (at === labelsStart || text.charCodeAt(at - 1) === 44) && text.indexOf('"', at + 4) >= labelsEnd - 2;
    if (!isLast) return this.#addUnordered(line, isWanted);
    if (this.#series === '' || at - labelsStart !== this.#series.length || !text.startsWith(this.#series, labelsStart)) {
      this.#series = text.slice(labelsStart, at);
      this.#isWanted = isWanted(line);
    }
    if (this.#isWanted) this.#count(text.slice(at + 4, text.indexOf('"', at + 4)), line.value);
  }

  /** @param milliseconds how long the unit of the edges is. Undefined when there was nothing to add up. */
  buckets(milliseconds: number, source?: string): Buckets | undefined {
    const all = this.#sums.get('+Inf');
    if (all === undefined) return undefined;
    const edges = [...this.#sums]
      .filter(([, { series }]) => series === all.series)
      .map(([le, { value }]) => [Number(le) * milliseconds, value] as const)
      .filter(([edge]) => Number.isFinite(edge))
      .sort(([one], [other]) => one - other);
    return {
      // Seconds that are no whole milliseconds in binary, such as 0.07, must not differ from the same edge told in milliseconds.
      edges: edges.map(([edge]) => Number(edge.toPrecision(12))),
      counts: [...edges.map(([, value]) => value), all.value],
      ...(source === undefined ? {} : { source }),
    };
  }

  #addUnordered(line: PageLine, isWanted: (line: PageLine) => boolean): void {
    const [le] = line.labels(['le']);
    if (le !== undefined && isWanted(line)) this.#count(le, line.value);
  }

  #count(le: string, value: number): void {
    const sum = this.#sums.get(le);
    if (sum) {
      sum.value += value;
      sum.series++;
    } else this.#sums.set(le, { value, series: 1 });
  }
}
