/** One value, with the labels that tell what it is of. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** When it was taken, in milliseconds since the epoch, where the source knows: the same again is no new sample. */
  readonly at?: number;
}

/** What a source said of one question at one moment. */
export interface Reading {
  /** Milliseconds since the epoch, by the source's clock where it has one. */
  readonly at: number;
  readonly series: readonly Series[];
  /** What the source says beside it, such as that a part of the data is missing. */
  readonly warnings?: readonly string[];
}

/**
 * Why there is no reading. `waiting`: there is nothing yet, which is neither good nor bad; `failed`: the source could not be
 * asked, or its answer could not be read. Never holds a secret.
 */
export class NoReading extends Error {
  readonly kind: 'waiting' | 'failed';

  constructor(kind: 'waiting' | 'failed', message: string) {
    super(message);
    this.name = 'NoReading';
    this.kind = kind;
  }
}

/**
 * One vendor's way to answer a query: all that a new source has to provide. Series of counters, histograms and gauges carry the
 * name of the Pod under `pod` (and `le` for buckets), whatever the vendor calls it; a single value needs no labels.
 * Timeouts, retries and intervals are the caller's.
 * @param asOf as it was at that moment, in milliseconds since the epoch; now when absent, and for a source that cannot look back
 * @throws NoReading
 */
export type QuerySource = (query: string, signal: AbortSignal, asOf?: number) => Promise<Reading>;
