import type { Role } from './version.js';

/** Requests of one version, and how many of them failed. */
export interface Counts {
  readonly requests: number;
  readonly failures: number;
}

/** What is on record about both versions since a release began. */
export type Evidence = Readonly<Record<Role, Counts>>;

export const noEvidence: Evidence = { stable: { requests: 0, failures: 0 }, canary: { requests: 0, failures: 0 } };

export type Verdict = 'pass' | 'fail' | 'undecided';

/** Part of requests that failed, 0 to 1; 0 without any. */
export const failureRate = ({ requests, failures }: Counts): number => (requests === 0 ? 0 : failures / requests);
