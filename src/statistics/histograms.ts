import type { Tally } from './counts.js';

/** How many observations of both versions fell into each bucket in one block. */
export interface HistogramBlock {
  readonly at: number;
  readonly seconds: number;
  /** Upper edges, rising, without +Inf. The same in every block. */
  readonly edges: readonly number[];
  /** Observations per bucket, not cumulated; one more than edges: the last is above all edges. */
  readonly stable: readonly number[];
  readonly canary: readonly number[];
}

const count = (value: number | undefined): number => (value !== undefined && value > 0 && Number.isFinite(value) ? value : 0);

/** How many there were at all, and how many above each edge. */
export function tails(buckets: readonly number[]): { requests: number; above: number[] } {
  const above: number[] = [];
  let sum = 0;
  for (let index = buckets.length - 1; index > 0; index--) {
    sum += count(buckets[index]);
    above[index - 1] = sum;
  }
  return { requests: sum + count(buckets[0]), above };
}

/** Those above one edge, as bad ones. */
export function aboveEdge(buckets: readonly number[], edge: number): Tally {
  const { requests, above } = tails(buckets);
  return { requests, bad: above[edge] ?? 0 };
}

/** The first edge at or above a value, and the last at or below it: what a limit between two edges surely and perhaps is. -1: none. */
export function edgesAround(edges: readonly number[], value: number): { over: number; under: number } {
  const close = 1e-9 * Math.abs(value);
  const over = edges.findIndex((edge) => edge >= value - close);
  let under = -1;
  edges.forEach((edge, index) => { if (edge <= value + close) under = index; });
  return { over, under };
}
