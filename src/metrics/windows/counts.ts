import type { Counts } from '../../model/evidence.js';
import type { CountBlock } from '../../statistics/counts.js';
import { increase, sum } from '../increase.js';
import type { Measure } from './measure.js';
import type { Block } from './version-window.js';

/** Raw counters of all and of the bad ones. */
export interface RawCounts extends Counts {
  /** What they were read from; where that changes, counters begin anew. */
  readonly source?: string;
}

const none: RawCounts = { requests: 0, failures: 0 };

/** Requests and how many of them failed. */
export const countMeasure: Measure<RawCounts> = {
  zero: none,
  increase: (before, now) => (changed(before, now) ? none : increase(before, now)),
  plus: sum,
};

/** Whether two readings are not of the same counters; one of nothing yet goes with any. */
export const changed = (before: { readonly source?: string }, now: { readonly source?: string }): boolean =>
  before.source !== undefined && now.source !== undefined && before.source !== now.source;

export const countBlock = ({ at, seconds, stable, canary }: Block<RawCounts>): CountBlock => ({
  at, seconds,
  stable: { requests: stable.requests, bad: stable.failures },
  canary: { requests: canary.requests, bad: canary.failures },
});
