import type { Clock } from '../../ports/clock.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import type { Collector } from '../collector.js';
import { NoReading } from '../reading.js';
import { MissingSecret } from '../requesting/secret-reader.js';
import type { Judged, Result } from './condition.js';

/** Something that was measured. */
export interface Measured {
  readonly result: Result;
  /** Milliseconds since the epoch; now when absent. */
  readonly at?: number;
  readonly warnings?: readonly string[];
}

/** When to measure. All in milliseconds. */
export interface Schedule {
  readonly every: number;
  /** The first measurement, since the epoch. */
  readonly first: number;
  /** How many come to something; for ever when absent. */
  readonly count?: number | undefined;
}

export interface ConditionCollectorOptions {
  readonly schedule: Schedule;
  readonly measure: (signal: AbortSignal) => Promise<Measured>;
  readonly condition: (result: Result) => Judged;
  readonly clock: Clock;
}

/** How long it rests when there is nothing more to measure, in milliseconds. */
export const REST = 3_600_000;

/** Measures time and again and judges each measurement for itself. `collect` waits until the next is due. */
export function createConditionCollector({ schedule, measure, condition, clock }: ConditionCollectorOptions): Collector {
  let due = schedule.first;
  let last = -Infinity;
  let taken = 0;
  return {
    interval: 0,
    async collect(signal) {
      if (schedule.count !== undefined && taken >= schedule.count) {
        await clock.sleep(REST, signal);
        return undefined;
      }
      if (due > clock.now()) await clock.sleep(due - clock.now(), signal);
      due = clock.now() + schedule.every;
      try {
        const { result, at = clock.now(), warnings = [] } = await measure(signal);
        if (at <= last) return undefined;
        last = at;
        const { measurement, detail } = condition(result);
        if (measurement !== 'error') taken++;
        return sample(at, measurement, [detail, ...warnings].join('; '), result);
      } catch (error) {
        // What is not there yet, and what the policy's author has to put right, says nothing of the version.
        if (!(error instanceof NoReading) || error.kind === 'waiting' || error instanceof MissingSecret) throw error;
        last = Math.max(clock.now(), last + 1);
        return sample(last, 'error', error.message, undefined);
      }
    },
  };
}

/** @param result its number is on record, where it is one */
export function sample(at: number, measurement: Judged['measurement'], detail: string, result: Result | undefined): MetricSample {
  return { kind: 'condition', at, measurement, detail, ...(typeof result === 'number' && Number.isFinite(result) ? { value: result } : {}) };
}
