import type { Clock } from '../../ports/clock.js';

export interface LastWritesOptions<T> {
  readonly clock: Clock;
  /** How long all of it may take, in milliseconds. */
  readonly within: number;
  /** How many are written at once. */
  readonly workers: number;
  readonly write: (item: T, signal: AbortSignal) => Promise<void>;
}

/** What did not come through in time. */
export interface Unwritten {
  readonly count: number;
  /** Why the first of them failed; the end of the time for those that were not tried. */
  readonly why: string;
}

/** Writes what can be written in so much time, first things first, each once; then lets the rest be. Never rejects. */
export async function lastWrites<T>(items: readonly T[], { clock, within, workers, write }: LastWritesOptions<T>): Promise<Unwritten | undefined> {
  if (items.length === 0) return undefined;
  const ending = new AbortController();
  const over = new Error(`there was no time left after ${within / 1000} s`);
  const alarm = clock.sleep(within, ending.signal).then(() => ending.abort(over), () => undefined);
  const left = [...items];
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const item = left.shift();
      if (item === undefined) return;
      try {
        await write(item, ending.signal);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  ending.abort(over);
  await alarm;
  const count = failures.length + left.length;
  return count === 0 ? undefined : { count, why: failures[0] ?? over.message };
}
