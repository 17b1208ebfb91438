/** Requests of one version in one block of time, and how many of them were bad (failed, timed out, too slow). */
export interface Tally {
  readonly requests: number;
  readonly bad: number;
}

/** What both versions did in the same piece of time, as increases since the block before. */
export interface CountBlock {
  /** When the block ends, or its number: must grow from block to block. A block that is not newer than the last one is left out. */
  readonly at: number;
  /** How long the block is. */
  readonly seconds: number;
  readonly stable: Tally;
  readonly canary: Tally;
}

export const noTally: Tally = { requests: 0, bad: 0 };

export const plus = (one: Tally, other: Tally): Tally => ({ requests: one.requests + other.requests, bad: one.bad + other.bad });

/** Part that was bad, 0 to 1; 0 without any requests. */
export const badPart = ({ requests, bad }: Tally): number => (requests === 0 ? 0 : bad / requests);

/**
 * What was counted, made fit to be judged: whole, not negative, no more bad than there were.
 * Scrapes of two counters are not one moment, so that `bad` may run ahead of `requests`.
 */
export function cleanTally({ requests, bad }: Tally): Tally {
  const whole = (value: number): number => (Number.isFinite(value) && value > 0 ? Math.round(value) : 0);
  const count = whole(requests);
  return { requests: count, bad: Math.min(count, whole(bad)) };
}
