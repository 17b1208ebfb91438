import type { Measurement } from './conditions.js';
import type { CountBlock } from './counts.js';
import type { GaugeSample } from './gauges.js';
import type { HistogramBlock } from './histograms.js';

/**
 * What was seen of one metric. `at` is in milliseconds since the epoch throughout; bucket edges are in milliseconds. Where a
 * metric has a limit (`below`), stable's part is on record and not judged; a gauge's `stable` is then the limit alone.
 */
export type MetricSample =
  | { readonly kind: 'errorRate'; readonly block: CountBlock }
  | { readonly kind: 'latency'; readonly block: HistogramBlock }
  | { readonly kind: 'saturation'; readonly sample: GaugeSample }
  | { readonly kind: 'condition'; readonly at: number; readonly measurement: Measurement; readonly value?: number | undefined; readonly detail?: string | undefined };
