import type { MetricTemplate } from '../../model/metric-template.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { ConversionNote } from './notes.js';

/** An object of another language as policies of Serin's own. */
export interface Converted {
  readonly policies: readonly ReleasePolicy[];
  /** Those that the metrics of the policies come from. */
  readonly metricTemplates: readonly MetricTemplate[];
  readonly notes: readonly ConversionNote[];
  /** What is wrong with the object itself; there are no policies then. */
  readonly problems: readonly PolicyProblem[];
}
