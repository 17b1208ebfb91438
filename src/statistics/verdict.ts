import { bigExp } from './logarithms.js';

/** One side's evidence: how much there is and how much it needs. */
export interface Proof {
  /** Evidence now against the hypothesis: how many times the money of somebody who bets against it has grown. */
  readonly eValue: number;
  /** Anytime p-value: never rises, holds at every look. */
  readonly pValue: number;
  /** The p-value that it takes. */
  readonly needed: number;
}

/** An estimate with the bounds that hold at every look with this confidence. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** Why a verdict is what it is; texts are made elsewhere. */
export type Ground =
  | 'worse' | 'not-worse' | 'few' | 'waiting' | 'leaning-worse' | 'above' | 'below' | 'shifted'
  | 'failures' | 'errors' | 'inconclusive' | 'counted';

/** What one metric says, with the numbers that led to it. */
export interface MetricVerdict {
  readonly outcome: 'pass' | 'fail' | 'undecided';
  readonly ground: Ground;
  /** Whether the error rates are guaranteed (sequential tests) or not (plain thresholds). */
  readonly guaranteed: boolean;
  /** Undecided for good: more samples will not be taken. */
  readonly ended: boolean;
  /** Blocks or samples that counted. */
  readonly blocks: number;
  /** Against "not too bad". Absent for plain thresholds. */
  readonly worse?: Proof;
  /** Against "bad". Absent for plain thresholds and for tests that can only fail. */
  readonly fine?: Proof;
  /** Times as bad as stable. */
  readonly ratio?: Estimate;
  /** Further numbers by name. */
  readonly numbers: Readonly<Record<string, number>>;
}

export const proof = (logNow: number, pValue: number, needed: number): Proof => ({ eValue: bigExp(logNow), pValue, needed });
