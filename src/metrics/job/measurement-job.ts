import { createHash } from 'node:crypto';
import type { Job } from '../../kubernetes/generated/batch-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { parseDuration } from '../../model/duration.js';
import { jobOfTemplate } from '../../model/job-of-template.js';
import type { MetricSource } from '../../model/policy/metric-sources.js';
import { METRIC_LABEL, RELEASE_LABEL, STEP_ANNOTATION } from '../../model/resources.js';

export type JobSettings = NonNullable<MetricSource['job']>;

/** Which measurement a Job is, from 0; in each step anew. */
const NUMBER_ANNOTATION = 'serin.dev/measurement';

export interface MeasurementOf {
  readonly release: KubernetesObject;
  readonly policy: string;
  readonly metric: string;
  /** Index of the step that names the metric, from 0; undefined for one that is measured all the time. */
  readonly step?: number | undefined;
  readonly variables?: readonly { readonly name: string; readonly value: string }[];
}

/** Labels that its Jobs are found by. */
export const labelsOf = ({ release, metric }: Pick<MeasurementOf, 'release' | 'metric'>): Record<string, string> => ({ [RELEASE_LABEL]: release.metadata.name ?? '', [METRIC_LABEL]: metric });

/** The name of the Job of a measurement, fixed by release, metric, step and number so that there can be one only. At most 63 characters. */
export function measurementName({ release, metric, step }: Pick<MeasurementOf, 'release' | 'metric' | 'step'>, number: number): string {
  const { name = '' } = release.metadata;
  const whole = `${name}-${metric}${step === undefined ? '' : `-step-${step + 1}`}`;
  // A metric that is called like one of a step would meet its Jobs.
  if (whole.length + 1 + String(number).length <= 63 && !/-step-\d+$/.test(metric)) return `${whole}-${number}`;
  const tail = `-${createHash('sha256').update([name, metric, ...(step === undefined ? [] : [step])].join('/')).digest('hex').slice(0, 8)}-${number}`;
  return `${whole.slice(0, 63 - tail.length).replace(/[-.]+$/, '')}${tail}`;
}

/** Undefined for a Job that is none of ours. */
export const numberOf = (job: Job): number | undefined => wholeNumber(job, NUMBER_ANNOTATION);

/** Index of the step that a Job measures for; undefined for one that measures all the time. */
export const stepOfJob = (job: Job): number | undefined => wholeNumber(job, STEP_ANNOTATION);

function wholeNumber({ metadata }: Job, annotation: string): number | undefined {
  const number = Number(metadata.annotations?.[annotation] ?? NaN);
  return Number.isInteger(number) ? number : undefined;
}

/** The Job of a measurement. */
export function measurementJob(of: MeasurementOf, { template, timeout }: JobSettings, number: number): Job {
  const { release, policy, metric, step, variables = [] } = of;
  return jobOfTemplate(template, {
    name: measurementName(of, number), release, policy, variables,
    milliseconds: parseDuration(timeout),
    labels: { [METRIC_LABEL]: metric },
    annotations: { [NUMBER_ANNOTATION]: String(number), ...(step === undefined ? {} : { [STEP_ANNOTATION]: String(step) }) },
  });
}

/** How a Job ended, and when, in milliseconds since the epoch; undefined while it runs. */
export interface Ending {
  readonly outcome: 'succeeded' | 'failed' | 'deleted';
  readonly at: number;
  /** In the words of the cluster. */
  readonly detail: string;
}

export function endingOf({ metadata, status }: Job): Ending | undefined {
  const condition = (wanted: string) => status?.conditions?.find(({ type, status: holds }) => type === wanted && holds === 'True');
  const complete = condition('Complete');
  if (complete) return { outcome: 'succeeded', at: timeOf(status?.completionTime ?? complete.lastTransitionTime), detail: `Job ${metadata.name} succeeded` };
  const failed = condition('Failed');
  if (failed) return { outcome: 'failed', at: timeOf(failed.lastTransitionTime), detail: `Job ${metadata.name} failed: ${[failed.reason, failed.message].filter(Boolean).join(': ') || 'no reason given'}` };
  if (metadata.deletionTimestamp !== undefined) return { outcome: 'deleted', at: timeOf(metadata.deletionTimestamp), detail: `Job ${metadata.name} was deleted before its end` };
  return undefined;
}

const timeOf = (text: string | undefined): number => Date.parse(text ?? '') || 0;
