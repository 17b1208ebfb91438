const count = (value: number | undefined): number => (value !== undefined && value > 0 && Number.isFinite(value) ? value : 0);

/** How many observations there are in all buckets. */
export const observations = (buckets: readonly number[]): number => buckets.reduce((sum, value) => sum + count(value), 0);

/**
 * A percentile of a histogram, as even as can be within its bucket; the highest edge for what lies above all edges.
 * @param edges upper edges, rising @param buckets not cumulated, one more than edges @returns undefined without observations
 */
export function percentileOf(edges: readonly number[], buckets: readonly number[], quantile: number): number | undefined {
  const rank = quantile * observations(buckets);
  let below = 0;
  for (const [index, edge] of edges.entries()) {
    const inside = count(buckets[index]);
    if (inside > 0 && below + inside >= rank) {
      const from = index === 0 ? Math.min(0, edge) : (edges[index - 1] ?? 0);
      return from + (edge - from) * ((rank - below) / inside);
    }
    below += inside;
  }
  return observations(buckets) === 0 ? undefined : edges.at(-1);
}

/** Two histograms as one; the longer where their edges differ. */
export function addBuckets(one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length === 0) return other.map(count);
  return one.length === other.length ? one.map((value, index) => value + count(other[index])) : one;
}
