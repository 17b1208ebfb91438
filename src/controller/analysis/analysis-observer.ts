import type { MetricKind } from '../../model/policy/analysis.js';

/** Told what samples come to, for whoever counts it. */
export interface AnalysisObserver {
  /** A sample was judged. */
  sampled(kind: MetricKind): void;
  /** A try brought no sample: there is nothing yet, or the source could not be asked. */
  unread(kind: MetricKind, why: 'waiting' | 'failed'): void;
  /** What a metric says has changed to this. */
  judged(kind: MetricKind, outcome: 'pass' | 'fail' | 'undecided'): void;
}
