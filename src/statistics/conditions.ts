import type { MetricVerdict } from './verdict.js';

/** What one measurement came to, by conditions that somebody else evaluated. */
export type Measurement = 'success' | 'failure' | 'inconclusive' | 'error';

/** How many of each are endured, as Argo Rollouts counts them. Flagger's `threshold: n` is `failureLimit: n − 1`. */
export interface ConditionSettings {
  /** Measurements to take; absent: for as long as the step lasts. */
  readonly count?: number;
  /** Fails with more failures than this; -1: never. */
  readonly failureLimit: number;
  /** Ends inconclusive with more than this. */
  readonly inconclusiveLimit: number;
  /** Fails with more errors in a row than this. */
  readonly consecutiveErrorLimit: number;
  /** Passes with so many successes in a row; 0: off. */
  readonly consecutiveSuccessLimit: number;
}

export const defaultConditionSettings: ConditionSettings = { failureLimit: 0, inconclusiveLimit: 0, consecutiveErrorLimit: 4, consecutiveSuccessLimit: 0 };

export interface ConditionState {
  readonly at: number;
  readonly successes: number;
  readonly failures: number;
  readonly inconclusive: number;
  readonly errors: number;
  readonly successesInARow: number;
  readonly errorsInARow: number;
}

export const newConditionState: ConditionState = { at: -1, successes: 0, failures: 0, inconclusive: 0, errors: 0, successesInARow: 0, errorsInARow: 0 };

/** One measurement more; one that is not newer than the last is left out. */
export function addMeasurement(state: ConditionState, at: number, measurement: Measurement): ConditionState {
  if (!(at > state.at)) return state;
  const one = (kind: Measurement): number => (measurement === kind ? 1 : 0);
  return {
    at,
    successes: state.successes + one('success'),
    failures: state.failures + one('failure'),
    inconclusive: state.inconclusive + one('inconclusive'),
    errors: state.errors + one('error'),
    successesInARow: measurement === 'success' ? state.successesInARow + 1 : 0,
    errorsInARow: measurement === 'error' ? state.errorsInARow + 1 : 0,
  };
}

/** What the measurements so far say. No error rate is guaranteed: how often it is wrong depends on the limits and on the traffic. */
export function conditionVerdict(state: ConditionState, settings: ConditionSettings): MetricVerdict {
  const { at: _, ...numbers } = state;
  // Errors are tried again and do not count as measurements.
  const taken = state.successes + state.failures + state.inconclusive;
  const verdict = (outcome: MetricVerdict['outcome'], ground: MetricVerdict['ground'], ended: boolean): MetricVerdict =>
    ({ outcome, ground, ended, guaranteed: false, blocks: taken, numbers });
  if (settings.failureLimit >= 0 && state.failures > settings.failureLimit) return verdict('fail', 'failures', true);
  if (state.errorsInARow > settings.consecutiveErrorLimit) return verdict('fail', 'errors', true);
  if (state.inconclusive > settings.inconclusiveLimit) return verdict('undecided', 'inconclusive', true);
  const wanted = settings.consecutiveSuccessLimit;
  if (wanted > 0 && state.successesInARow >= wanted) return verdict('pass', 'counted', true);
  if (settings.count !== undefined && taken >= settings.count) {
    return wanted > 0 ? verdict('undecided', 'inconclusive', true) : verdict('pass', 'counted', true);
  }
  // One that goes on for ever has nothing against it so far: background analysis never holds a release up.
  return verdict(settings.count === undefined && wanted === 0 && taken > 0 ? 'pass' : 'undecided', 'waiting', false);
}
