import type { Measure } from './measure.js';
import { changed } from './counts.js';

/** A histogram as it is exposed: cumulated from its beginning, and up to each edge. */
export interface Buckets {
  /** Upper edges in milliseconds, rising, without +Inf. */
  readonly edges: readonly number[];
  /** How many were at most so long; one more than edges, the last is all. */
  readonly counts: readonly number[];
  readonly source?: string;
}

export const noBuckets: Buckets = { edges: [], counts: [0] };

export const total = ({ counts }: Buckets): number => counts.at(-1) ?? 0;

/** Edges that both have; those of the other where one has seen nothing yet. */
export function commonEdges(one: Buckets, other: Buckets): readonly number[] {
  if (total(one) === 0) return other.edges;
  if (total(other) === 0) return one.edges;
  return intersection(one.edges, other.edges);
}

export function intersection(one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length === other.length && one.every((edge, index) => edge === other[index])) return one;
  const known = new Set(other);
  return one.filter((edge) => known.has(edge));
}

/** The same with fewer edges. @param edges some of its own; any where it has seen nothing */
export function rebased(buckets: Buckets, edges: readonly number[]): Buckets {
  if (buckets.edges === edges) return buckets;
  if (total(buckets) === 0) return { edges, counts: new Array<number>(edges.length + 1).fill(0) };
  const at = new Map(buckets.edges.map((edge, index) => [edge, buckets.counts[index] ?? 0]));
  return { edges, counts: [...edges.map((edge) => at.get(edge) ?? 0), total(buckets)] };
}

const combined = (one: Buckets, other: Buckets, by: (a: number, b: number) => number): Buckets => {
  const edges = commonEdges(one, other);
  const [a, b] = [rebased(one, edges), rebased(other, edges)];
  return { edges, counts: a.counts.map((value, index) => by(value, b.counts[index] ?? 0)) };
};

/**
 * Histograms, on the edges that all readings have in common. One that fell anywhere began anew; other edges alone are no new
 * beginning, as a program may show one more series that has fewer.
 */
export const bucketMeasure: Measure<Buckets> = {
  zero: noBuckets,
  increase(before, now) {
    if (changed(before, now)) return noBuckets;
    const risen = combined(now, before, (a, b) => a - b);
    return risen.counts.some((value) => value < 0) ? now : risen;
  },
  plus: (one, other) => combined(one, other, (a, b) => a + b),
};

/** How many fell into each bucket, one more than there are edges; as blocks hold them. */
export const separated = ({ counts }: Buckets): number[] => counts.map((value, index) => Math.max(0, value - (counts[index - 1] ?? 0)));
