import type { Job } from '../../kubernetes/generated/batch-v1.js';
import { isOwnedBy } from '../../kubernetes/owners.js';
import type { Clock } from '../../ports/clock.js';
import type { Collector } from '../collector.js';
import { NoReading } from '../reading.js';
import { REST, sample, type Schedule } from '../conditions/condition-collector.js';
import type { Judged, Result } from '../conditions/condition.js';
import type { MeasuringJobs } from './measuring-jobs.js';
import { endingOf, labelsOf, measurementJob, numberOf, stepOfJob, type Ending, type JobSettings, type MeasurementOf } from './measurement-job.js';

export interface JobCollectorOptions {
  readonly settings: JobSettings;
  readonly metric: string;
  readonly about: Omit<MeasurementOf, 'metric'> & { readonly lastAt?: number };
  readonly schedule: Schedule;
  /** Asked of true for success and false for failure; by the end itself when absent. */
  readonly condition: ((result: Result) => Judged) | undefined;
  readonly jobs: MeasuringJobs;
  readonly clock: Clock;
}

/** Between two looks at a Job that runs, in milliseconds. */
const LOOK = 1000;
/** After something could not be read or written, in milliseconds. */
const PAUSE = 10_000;
/** So many that have ended are kept to be looked at, and so that their numbers are known; the older are deleted. */
const KEPT = 3;

/**
 * Runs one Job after the other and tells how each ended. What has been run is read from the cluster alone: a restarted controller,
 * or a second one, goes on with the Job that runs, and runs none again. Each step that names the metric begins anew; Jobs of a step
 * that is over are ended by whoever follows the release.
 */
export function createJobCollector({ settings, metric, about, schedule, condition, jobs, clock }: JobCollectorOptions): Collector {
  const of: MeasurementOf = { ...about, metric };
  let lastAt = about.lastAt ?? -Infinity;
  /** The number of the last Job that was told of. */
  let told = -1;
  let errors = 0;
  /** When to try again after an error, in milliseconds since the epoch. */
  let notBefore = -Infinity;

  const mine = async (signal: AbortSignal): Promise<{ job: Job; number: number; ending: Ending | undefined }[]> => {
    const found = await jobs.list(about.release.metadata.namespace ?? '', labelsOf(of), signal);
    return found.flatMap((job) => {
      const number = isOwnedBy(job, about.release) && stepOfJob(job) === about.step ? numberOf(job) : undefined;
      return number === undefined ? [] : [{ job, number, ending: endingOf(job) }];
    }).sort((a, b) => a.number - b.number);
  };

  /** The older ones, and those that somebody deleted: their Pods run on until they are let go. Never the last, whose number must be known. */
  const tidy = async (all: readonly { job: Job; ending: Ending | undefined }[], signal: AbortSignal): Promise<void> => {
    const ended = all.filter(({ ending }) => ending);
    const old = ended.filter(({ ending }, index) => index < ended.length - KEPT || (ending?.outcome === 'deleted' && index < ended.length - 1));
    for (const { job } of old) {
      // What is left is tried again next time.
      await jobs.remove(job, signal).catch(() => signal.throwIfAborted());
    }
  };

  const next = async (signal: AbortSignal): Promise<ReturnType<typeof sample> | undefined> => {
    for (;;) {
      const all = await mine(signal);
      const ended = all.find(({ number, ending }) => number > told && ending !== undefined);
      if (ended?.ending) {
        await tidy(all, signal);
        told = ended.number;
        if (ended.ending.outcome === 'deleted') errors++;
        if (about.lastAt !== undefined && ended.ending.at <= about.lastAt) continue;
        // Stamps have whole seconds; two short Jobs may end in the same.
        lastAt = Math.max(ended.ending.at, lastAt + 1);
        return sampleOf(ended.ending, lastAt, condition);
      }
      const last = all.at(-1);
      if (last && !last.ending) {
        await clock.sleep(LOOK, signal);
        continue;
      }
      if (schedule.count !== undefined && told + 1 - errors >= schedule.count) {
        await clock.sleep(REST, signal);
        return undefined;
      }
      const begun = Date.parse(last?.job.metadata.creationTimestamp ?? '');
      const due = Number.isNaN(begun) ? schedule.first : begun + schedule.every;
      if (due > clock.now()) await clock.sleep(due - clock.now(), signal);
      await jobs.create(measurementJob(of, settings, told + 1), signal);
      // A cache may not know it yet, and one of an earlier release of this name may still be going.
      await clock.sleep(LOOK, signal);
    }
  };

  return {
    interval: 0,
    async collect(signal) {
      if (notBefore > clock.now()) await clock.sleep(notBefore - clock.now(), signal);
      try {
        return await next(signal);
      } catch (error) {
        signal.throwIfAborted();
        notBefore = clock.now() + PAUSE;
        throw new NoReading('failed', `its Job could not be run: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

function sampleOf({ outcome, detail }: Ending, at: number, condition: JobCollectorOptions['condition']): ReturnType<typeof sample> {
  if (outcome === 'deleted') return sample(at, 'error', detail, undefined);
  const judged = condition?.(outcome === 'succeeded');
  if (judged) return sample(at, judged.measurement, `${detail}; ${judged.detail}`, undefined);
  return sample(at, outcome === 'succeeded' ? 'success' : 'failure', detail, undefined);
}
