import type { MetricSample } from '../../statistics/metric-sample.js';
import type { Clock } from '../../ports/clock.js';
import type { Collector } from '../../metrics/collector.js';

export interface SamplingOptions {
  readonly collector: Collector;
  readonly clock: Clock;
  /** Nothing is handed over before: what is on record has to be known first. The collector begins at once all the same. */
  readonly ready: Promise<unknown>;
  /** Told of a sample; must not throw. */
  readonly onSample: (sample: MetricSample) => void;
  /** Told why a try brought none; must not throw. */
  readonly onNothing: (why: unknown) => void;
}

/** In milliseconds. */
const LEAST_AFTER_NOTHING = 250;

/** Asks one collector again and again, for itself: no other metric waits for it. */
export class Sampling {
  /** When a sample came last, or when it began; monotonic milliseconds. */
  since: number;
  readonly #options: SamplingOptions;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;

  constructor(options: SamplingOptions) {
    this.#options = options;
    this.since = options.clock.monotonic();
    this.#ended = this.#run();
  }

  /** Hands over nothing from now on; resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('no more samples are asked for'));
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { collector, clock } = this.#options;
    const { signal } = this.#stopping;
    // Whoever begins it is not called back before it is known to them.
    await Promise.resolve();
    while (!signal.aborted) {
      const brought = await this.#try(signal);
      if (signal.aborted) break;
      // One that waits for news by itself asks for no interval; when it brings none it must not be asked without end.
      await clock.sleep(brought ? collector.interval : Math.max(collector.interval, LEAST_AFTER_NOTHING), signal).catch(() => undefined);
    }
    try {
      await collector.stop?.();
    } catch {
      // It is not asked any more, so nothing depends on how it ended.
    }
  }

  /** @returns whether there was a sample */
  async #try(signal: AbortSignal): Promise<boolean> {
    const { collector, clock, ready, onSample, onNothing } = this.#options;
    let sample: MetricSample | undefined;
    let why: unknown;
    try {
      sample = await collector.collect(signal);
    } catch (error) {
      why = error;
    }
    await ready;
    if (signal.aborted) return false;
    if (sample !== undefined) {
      this.since = clock.monotonic();
      onSample(sample);
    } else if (why !== undefined) onNothing(why);
    return sample !== undefined;
  }
}
