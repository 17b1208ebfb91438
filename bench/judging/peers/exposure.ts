/** The canary's error rate at so many seconds since its first request, 0 to 1. */
export type Fault = (seconds: number) => number;

/** What users had of a release. */
export interface Exposure {
  readonly outcome: 'rolled back' | 'promoted' | 'undecided';
  /** From the canary's first request until it was decided. */
  readonly seconds: number;
  /** Requests that the canary failed. */
  readonly hurt: number;
  /** Requests that the canary got. */
  readonly met: number;
}
