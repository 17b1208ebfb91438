import type { Result } from '../conditions/condition.js';
import type { QuerySource } from '../reading.js';

/** One value that was asked for, and when it was true. */
export interface QueriedValue {
  readonly result: Result;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly warnings?: readonly string[];
}

/** The one value of a query as a number; several as a list, in the order of the answer. @throws NoReading */
export async function queriedValue(source: QuerySource, query: string, signal: AbortSignal): Promise<QueriedValue> {
  const { at, series, warnings } = await source(query, signal);
  const [first, ...others] = series.map(({ value }) => value);
  return { at, result: others.length === 0 ? first ?? null : [first ?? null, ...others], ...(warnings ? { warnings } : {}) };
}
