import type { MetricSample } from '../statistics/metric-sample.js';

/** Hands over the samples of one metric of one release. */
export interface Collector {
  /** The least time between the end of one `collect` and the next, in milliseconds; 0 where `collect` itself waits for news. */
  readonly interval: number;
  /**
   * What was seen since the last call; undefined when there is nothing new, which is neither good nor bad.
   * @throws NoReading why there is nothing; the signal's reason when it is aborted
   */
  collect(signal: AbortSignal): Promise<MetricSample | undefined>;
  /** Ends all that it holds: timers, connections, Jobs. */
  stop?(): Promise<void>;
}
