/** How a batched series of calls ended. */
export interface SlowStart<T> {
  readonly done: T[];
  /** The first failure; what came after its batch was not tried. */
  readonly failure?: unknown;
}

/**
 * Calls `act` `count` times in batches of 1, 2, 4, …, each of them at once, and stops after the first batch in which one
 * fails: a quota that refuses everything is asked once, not a hundred times.
 */
export async function slowStart<T>(count: number, act: () => Promise<T>): Promise<SlowStart<T>> {
  const done: T[] = [];
  let left = count;
  for (let size = 1; left > 0; size *= 2) {
    const batch = Math.min(size, left);
    const results = await Promise.allSettled(Array.from({ length: batch }, act));
    for (const result of results) if (result.status === 'fulfilled') done.push(result.value);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) return { done, failure: failed.reason };
    left -= batch;
  }
  return { done };
}
