import type { CronJob, Job, JobSpec } from '../../../../kubernetes/generated/batch-v1.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { defaultPodTemplate } from '../../../../kubernetes/pod-defaults/pod-spec.js';
import { templateColumns } from '../apps/workload-columns.js';
import { cronJobColumns, jobColumns } from './batch-columns.js';
import { cronJobProblems, jobProblems, jobUpdateProblems } from './job-validation.js';
import { labelJob } from './job-labels.js';

const MOST = 2147483647;

/** Job and CronJob. */
export function batchKinds(): Kind[] {
  return [
    defineKind<Job>({
      resource: { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true },
      schemaName: 'io.k8s.api.batch.v1.Job',
      categories: ['all'],
      status: true,
      hasGeneration: true,
      columns: jobColumns,
      wideColumns: templateColumns('Label query over Pods.'),
      selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
      applyDefaults(job) {
        if (job.spec === undefined) return;
        defaultPodTemplate(job.spec.template);
        defaultJobSpec(job.spec);
        const labels = job.spec.template.metadata?.labels;
        if (labels !== undefined) job.metadata.labels ??= { ...labels };
      },
      prepareForCreate(job) {
        labelJob(job);
        return [];
      },
      validate: jobProblems,
      validateUpdate: jobUpdateProblems,
    }),
    defineKind<CronJob>({
      resource: { group: 'batch', version: 'v1', kind: 'CronJob', plural: 'cronjobs', namespaced: true },
      schemaName: 'io.k8s.api.batch.v1.CronJob',
      shortNames: ['cj'],
      categories: ['all'],
      status: true,
      hasGeneration: true,
      columns: cronJobColumns,
      wideColumns: templateColumns('Label query over Pods.', ['spec', 'jobTemplate', 'spec']),
      applyDefaults({ spec }) {
        if (spec === undefined) return;
        defaultPodTemplate(spec.jobTemplate.spec?.template);
        spec.concurrencyPolicy ??= 'Allow';
        spec.suspend ??= false;
        spec.successfulJobsHistoryLimit ??= 3;
        spec.failedJobsHistoryLimit ??= 1;
      },
      validate: cronJobProblems,
    }),
  ];
}

function defaultJobSpec(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MOST;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  spec.manualSelector ??= false;
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) if (pattern.status === undefined || pattern.status === '') pattern.status = 'True';
  }
}
