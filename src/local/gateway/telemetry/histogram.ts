/** Upper bounds in milliseconds that Envoy's Prometheus endpoint has, and so Istio's. */
export const DURATION_BOUNDS: readonly number[] = [
  ...[0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000],
  ...[300_000, 600_000, 1_800_000, 3_600_000],
];

/** Counts and durations of requests with one set of labels. */
export class Series {
  /** As text between the braces. */
  readonly labels: string;
  count = 0;
  sum = 0;
  /** Not cumulative; one more than there are bounds. */
  readonly buckets: number[] = new Array<number>(DURATION_BOUNDS.length + 1).fill(0);

  constructor(labels: string) {
    this.labels = labels;
  }

  add(milliseconds: number): void {
    this.count++;
    this.sum += milliseconds;
    let index = 0;
    while (milliseconds > (DURATION_BOUNDS[index] ?? Infinity)) index++;
    this.buckets[index] = (this.buckets[index] ?? 0) + 1;
  }
}
