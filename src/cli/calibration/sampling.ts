import type { Collector } from '../../metrics/collector.js';
import { NoReading } from '../../metrics/reading.js';
import type { Clock } from '../../ports/clock.js';
import type { MetricSample } from '../../statistics/metric-sample.js';

/** What was seen of one metric. */
export interface Sampled {
  readonly samples: readonly MetricSample[];
  /** Why the last try brought nothing; undefined when it did. */
  readonly problem: string | undefined;
}

export interface SamplingOptions {
  readonly clock: Clock;
  /** When to end, monotonic milliseconds. */
  readonly until: number;
  /** Ends it early, with what there is. */
  readonly signal: AbortSignal;
}

/** A metric that has brought nothing so often brings nothing: nobody should wait minutes to be told. */
const PATIENCE = 20;
/** The least time between two tries of which the first brought nothing, in milliseconds. */
const LEAST_AFTER_NOTHING = 250;

/** Takes samples of one metric until it is time, and stops its collector. @param open its collector; may throw what is wrong with the metric */
export async function sampled(open: () => Collector, { clock, until, signal }: SamplingOptions): Promise<Sampled> {
  const samples: MetricSample[] = [];
  let collector: Collector;
  try {
    collector = open();
  } catch (error) {
    return { samples, problem: textOf(error) };
  }
  let problem: string | undefined;
  let tries = 0;
  try {
    while (!signal.aborted && clock.monotonic() < until && (samples.length > 0 || tries < PATIENCE)) {
      const before = samples.length;
      try {
        const sample = await collector.collect(signal);
        if (sample) {
          samples.push(sample);
          problem = undefined;
        }
      } catch (error) {
        if (signal.aborted) break;
        problem = textOf(error);
      }
      const brought = samples.length > before;
      if (!brought) tries++;
      await clock.sleep(brought ? collector.interval : Math.max(collector.interval, LEAST_AFTER_NOTHING), signal).catch(() => undefined);
    }
  } finally {
    await collector.stop?.();
  }
  return { samples, problem };
}

/** Only what readings say of themselves is known to hold no secret. */
const textOf = (error: unknown): string => (error instanceof NoReading ? error.message : `no sample could be taken (${error instanceof Error ? error.name : typeof error})`);
