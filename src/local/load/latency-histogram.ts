/** Buckets per doubling: a value is known to within about 4 %. */
const PER_DOUBLING = 16;
const SMALLEST = 0.01;

/** Durations in milliseconds, counted in buckets that grow by a constant factor. */
export class LatencyHistogram {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** 0 when there are none. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  add(milliseconds: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log2(milliseconds / SMALLEST) * PER_DOUBLING));
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#count++;
    this.#sum += milliseconds;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  merge(other: LatencyHistogram): void {
    for (const [bucket, count] of other.#counts) this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** The least upper bound of a bucket under which the fraction `quantile` (0 to 1) of all values lies; 0 when there are none. */
  quantile(quantile: number): number {
    const wanted = Math.ceil(quantile * this.#count);
    let seen = 0;
    for (const [bucket, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= wanted) return Math.min(this.#max, SMALLEST * 2 ** (bucket / PER_DOUBLING));
    }
    return this.#max;
  }
}
