import type { Pod } from '../../../kubernetes/generated/core-v1.js';

/** After this long a deletion that was never seen is no longer waited for. */
const PATIENCE_MS = 5 * 60_000;

/**
 * Deletions that were asked for and not yet seen in the cache, by owner. Without this a pass that runs on a lagging
 * cache would count Pods that are already going and delete others as well. (Created Pods need no such book: the cache
 * takes in what the server answered.)
 */
export class ExpectedDeletions {
  readonly #byOwner = new Map<string, Map<string, number>>();

  /** @param now milliseconds, monotonic */
  expect(owner: string, pods: readonly Pod[], now: number): void {
    const expected = this.#byOwner.get(owner) ?? new Map<string, number>();
    for (const pod of pods) expected.set(pod.metadata.uid ?? '', now + PATIENCE_MS);
    this.#byOwner.set(owner, expected);
  }

  /** The Pod is seen to be going or gone, or its deletion failed. */
  settle(owner: string, pod: Pod): void {
    const expected = this.#byOwner.get(owner);
    expected?.delete(pod.metadata.uid ?? '');
    if (expected?.size === 0) this.#byOwner.delete(owner);
  }

  isSettled(owner: string, now: number): boolean {
    return [...(this.#byOwner.get(owner)?.values() ?? [])].every((until) => until <= now);
  }

  /** The owner is gone. */
  forget(owner: string): void {
    this.#byOwner.delete(owner);
  }
}
