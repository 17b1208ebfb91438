import type { Evidence } from '../model/evidence.js';
import type { ReleaseStatus } from '../model/release.js';
import { splitOf, WHOLE, type Split } from '../model/split.js';

/** Where the counting of the present share began. */
export type Counting = NonNullable<ReleaseStatus['counting']>;

/** Begins to count anew once another share is in force, so that requests of the share before are not mixed in. */
export function countingOf(before: Counting | undefined, share: number, inForce: boolean, { stable, canary }: Evidence): Counting | undefined {
  if (!inForce) return before?.share === share ? before : undefined;
  return before?.share === share ? before : { share, stable: stable.requests, canary: canary.requests };
}

/** The split that real requests showed since then; undefined before the first. */
export function countedSplit(counting: Counting, { stable, canary }: Evidence): Split | undefined {
  const [old, fresh] = [stable.requests - counting.stable, canary.requests - counting.canary];
  return old + fresh <= 0 ? undefined : splitOf(Math.round((WHOLE * fresh) / (old + fresh)));
}
