import type { AnalysisObserver } from './analysis/analysis-observer.js';
import type { Release } from '../model/release.js';
import type { PassResult } from './metrics/definitions.js';
import type { Subject } from './triggers.js';

/** Told what the controller does, for whoever counts it. */
export interface ControllerObserver extends AnalysisObserver {
  /** One pass over one subject is over. */
  passed(kind: Subject['kind'], result: PassResult, seconds: number): void;
  /** The end of a release has just been recorded, by us; told once for each, unless the process dies at that moment. */
  ended(release: Release): void;
}

/** Counts nothing. */
export const noObserver: ControllerObserver = { passed: () => undefined, ended: () => undefined, sampled: () => undefined, unread: () => undefined, judged: () => undefined };
