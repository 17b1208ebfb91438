import { findCondition, timestamp } from '../../../kubernetes/conditions.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { Measurement } from '../kinds/analysis.js';
import { JOB_NAME_KEY } from './labels.js';

/** What keeps a container from ever starting, and a Job that has it from ever ending. */
const NO_IMAGE: ReadonlySet<string | undefined> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);

/**
 * A measurement that a Job takes, as the Job stands now: a success when it completed, a failure when it failed, inconclusive
 * when it cannot begin. @param job undefined when it is gone @param pods of the Job @param now in milliseconds since the epoch
 */
export function measurementOfJob(measurement: Measurement, job: Job | undefined, pods: readonly Pod[], now: number): Measurement {
  const name = jobOf(measurement) ?? '';
  const ended = (phase: 'Successful' | 'Failed' | 'Error' | 'Inconclusive', more: Partial<Measurement> = {}): Measurement => ({ ...measurement, ...more, phase, finishedAt: timestamp(now) });
  if (!job) return ended('Error', { message: `Job ${name} is gone before its end.` });
  if (findCondition(job.status?.conditions, 'Complete')?.status === 'True') return ended('Successful');
  const failed = findCondition(job.status?.conditions, 'Failed');
  if (failed?.status === 'True') {
    const why = [failed.reason, failed.message].filter((each) => each !== undefined && each !== '').join(': ');
    return ended('Failed', why === '' ? {} : { metadata: { ...measurement.metadata, reason: why } });
  }
  if (job.metadata.deletionTimestamp !== undefined) return ended('Error', { message: `Job ${name} was deleted before its end.` });
  for (const { status } of pods) {
    for (const { name: container, state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
      const { reason, message } = state?.waiting ?? {};
      if (NO_IMAGE.has(reason)) return ended('Inconclusive', { message: `Job ${name} cannot begin: container ${container}: ${[reason, message].filter((each) => each !== undefined && each !== '').join(': ')}` });
    }
  }
  return measurement;
}

/** A measurement whose Job is ended because its run ends. */
export const terminatedMeasurement = (measurement: Measurement, now: number): Measurement => ({ ...measurement, phase: 'Inconclusive', finishedAt: timestamp(now), message: 'Metric Terminated' });

/** The Job that takes a measurement; undefined for one of another provider. */
export const jobOf = ({ metadata }: Measurement): string | undefined => metadata?.[JOB_NAME_KEY];
