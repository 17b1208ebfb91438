import { createHash } from 'node:crypto';
import type { Job } from '../../kubernetes/generated/batch-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { controllerReference } from '../../kubernetes/owners.js';
import { parseDuration } from '../../model/duration.js';
import type { MetricSource } from '../../model/policy/metric-sources.js';
import { FINALIZER, MANAGED_BY, METRIC_LABEL, POLICY_LABEL, RELEASE_LABEL } from '../../model/resources.js';

export type JobSettings = NonNullable<MetricSource['job']>;

/** Which measurement a Job is, from 0. */
const NUMBER_ANNOTATION = 'serin.dev/measurement';

export interface MeasurementOf {
  readonly release: KubernetesObject;
  readonly policy: string;
  readonly metric: string;
  readonly variables?: readonly { readonly name: string; readonly value: string }[];
}

/** Labels that its Jobs are found by. */
export const labelsOf = ({ release, metric }: Pick<MeasurementOf, 'release' | 'metric'>): Record<string, string> => ({ [RELEASE_LABEL]: release.metadata.name ?? '', [METRIC_LABEL]: metric });

/** The name of the Job of a measurement, fixed by release, metric and number so that there can be one only. At most 63 characters. */
export function measurementName({ release, metric }: Pick<MeasurementOf, 'release' | 'metric'>, number: number): string {
  const whole = `${release.metadata.name ?? ''}-${metric}`;
  if (whole.length + 1 + String(number).length <= 63) return `${whole}-${number}`;
  const tail = `-${createHash('sha256').update(`${release.metadata.name ?? ''}/${metric}`).digest('hex').slice(0, 8)}-${number}`;
  return `${whole.slice(0, 63 - tail.length).replace(/[-.]+$/, '')}${tail}`;
}

/** Undefined for a Job that is none of ours. */
export function numberOf({ metadata }: Job): number | undefined {
  const number = Number(metadata.annotations?.[NUMBER_ANNOTATION] ?? NaN);
  return Number.isInteger(number) ? number : undefined;
}

/** The Job of a measurement. A finalizer keeps it, so that one that somebody deletes is not run a second time. */
export function measurementJob(of: MeasurementOf, { template, timeout }: JobSettings, number: number): Job {
  const { release, policy, variables = [] } = of;
  const pod = template.spec?.template;
  const containers = (pod?.spec?.containers ?? []).map((container) => ({ ...container, env: [...(container.env ?? []), ...variables.filter((variable) => !container.env?.some((own) => own.name === variable.name))] }));
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: measurementName(of, number),
      namespace: release.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, ...MANAGED_BY, [POLICY_LABEL]: policy, ...labelsOf(of) },
      annotations: { ...template.metadata?.annotations, [NUMBER_ANNOTATION]: String(number) },
      finalizers: [FINALIZER],
      ownerReferences: [controllerReference(release)],
    },
    spec: {
      activeDeadlineSeconds: Math.max(1, Math.ceil(parseDuration(timeout) / 1000)),
      backoffLimit: 0,
      ...template.spec,
      template: { ...pod, spec: { restartPolicy: 'Never', ...pod?.spec, containers } },
    },
  };
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
