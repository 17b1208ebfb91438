import type { Tally } from './counts.js';

/** The most that evidence grows with one block, and for each so many seconds of it: 20 times. */
const [BLOCK_LIMIT, LIMIT_SECONDS] = [Math.log(20), 5];
/** How long a version may be bad altogether without being held for worse by one block alone. */
const BURST_SECONDS = 1;

/** A block without the bad requests that a burst of its length would have brought, had it come at the block's mean rate. */
export function withoutBurst({ requests, bad }: Tally, seconds: number): Tally {
  const removed = Math.min(bad, seconds > BURST_SECONDS ? (requests * BURST_SECONDS) / seconds : requests);
  return { requests: requests - removed, bad: bad - removed };
}

/**
 * ln of a factor, cut off where one short block alone would decide: a version that stops for a second to collect garbage, or loses its
 * connections, is not worse. What a block says beyond a burst counts whole. A smaller factor keeps every guarantee. With blocks of a second
 * it costs a second block when a version fails altogether, and divides false alarms of very uneven traffic by three; blocks of 10 s and
 * more are as good as not limited.
 * @param without the same factor of the block without a burst
 * @param seconds how long the block is
 */
export const burstLimited = (factor: number, without: number, seconds: number): number =>
  Math.min(factor, Math.max(without, BLOCK_LIMIT * Math.max(1, seconds / LIMIT_SECONDS)));
