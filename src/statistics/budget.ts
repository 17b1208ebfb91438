import type { Confidence } from './rate-settings.js';
import type { MetricVerdict } from './verdict.js';

/** One of several metrics. */
export interface Weighted {
  readonly name: string;
  /** Part of the false alarms that this metric may cause, relative to the others'. 0 for one that is only looked at (`dryRun`). */
  readonly weight: number;
}

/**
 * What each metric is given of the whole. False alarms add up at most (Bonferroni, also for metrics that depend on each other), so they
 * are split by weight; a wrong promotion takes that every metric passes, so each may use all of `missed`.
 */
export function shareOut(metrics: readonly Weighted[], whole: Confidence): ReadonlyMap<string, Confidence> {
  const sum = metrics.reduce((total, { weight }) => total + weight, 0);
  const part = (weight: number): number => (sum === 0 ? whole.falseAlarm : (whole.falseAlarm * weight) / sum);
  return new Map(metrics.map(({ name, weight }) => [name, { falseAlarm: part(weight), missed: whole.missed }]));
}

/** All metrics as one. */
export interface JointVerdict {
  readonly outcome: MetricVerdict['outcome'];
  /** The metrics that decided: those that failed; or, undecided, those that are waited for; all when it passed. */
  readonly because: readonly string[];
  /** Undecided, and some metric will take no more samples. */
  readonly ended: boolean;
}

/** Fails with the first metric that fails, passes when all do. Metrics of weight 0 have no say; without any that has, undecided. */
export function together(metrics: readonly (Weighted & { readonly verdict: MetricVerdict })[]): JointVerdict {
  const heard = metrics.filter(({ weight }) => weight > 0);
  const names = (outcome: MetricVerdict['outcome']): string[] =>
    heard.filter(({ verdict }) => verdict.outcome === outcome).map(({ name }) => name);
  const [failed, waiting] = [names('fail'), names('undecided')];
  if (failed.length > 0) return { outcome: 'fail', because: failed, ended: true };
  if (waiting.length > 0 || heard.length === 0) {
    return { outcome: 'undecided', because: waiting, ended: heard.some(({ verdict }) => verdict.outcome === 'undecided' && verdict.ended) };
  }
  return { outcome: 'pass', because: names('pass'), ended: false };
}
