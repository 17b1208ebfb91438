import { createHash } from 'node:crypto';
import { ApiError } from '../../../../cluster/api-error.js';
import type { Informer } from '../../../../cluster/informer.js';
import { JOB_METRIC_ANNOTATION, JOB_NAMESPACE_ANNOTATION, JOB_RUN_ANNOTATION, JOB_RUN_LABEL } from '../../../../frontends/argo/runs/labels.js';
import type { AnalysisRun } from '../../../../frontends/argo/kinds/analysis.js';
import type { JobProvider } from '../../../../frontends/argo/kinds/metrics.js';
import type { Job } from '../../../../kubernetes/generated/batch-v1.js';
import { controllerReference, isControlledBy } from '../../../../kubernetes/owners.js';
import { resources } from '../../../../kubernetes/resources.js';
import { write, type WriteContext } from '../../../writes.js';
import { NotMeasured, type Provider } from './provider.js';

/** Runs a Job for each measurement. Its name is fixed by run, metric and number, so that it is run once. */
export function jobProvider(context: WriteContext, jobs: Informer<Job>): Provider {
  return async ({ run, metric, number }, signal) => {
    const settings = metric.provider.job;
    if (!settings) throw new NotMeasured('it runs no Job');
    const job = jobFor(run, metric.name, number, settings);
    const at = { name: job.metadata.name, namespace: run.metadata.namespace ?? '' };
    const there = jobs.get(at) ?? (await created(context, jobs, job)) ?? (await context.client.find(resources.jobs, at, { signal }));
    if (!there) throw new NotMeasured(`Job ${at.name} was deleted as soon as it was made`);
    if (!isControlledBy(there, run)) throw new NotMeasured(`there is a Job ${at.name} that belongs to somebody else`);
    // Whoever looks for it next finds it.
    jobs.remember(there);
    return { job: at.name };
  };
}

/** @returns undefined where one of its name is there */
async function created(context: WriteContext, jobs: Informer<Job>, job: Job): Promise<Job | undefined> {
  try {
    return await write(context, 'job.create', jobs, (client) => client.create(resources.jobs, job));
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'AlreadyExists') return undefined;
    if (error instanceof ApiError && error.code < 500) throw new NotMeasured(`its Job could not be made: ${error.status.message ?? error.message}`);
    throw error;
  }
}

function jobFor(run: AnalysisRun, metric: string, number: number, { metadata, spec }: JobProvider): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(run, metric, number),
      namespace: run.metadata.namespace ?? '',
      labels: { ...metadata?.labels, [JOB_RUN_LABEL]: run.metadata.uid ?? '' },
      annotations: { ...metadata?.annotations, [JOB_RUN_ANNOTATION]: run.metadata.name, [JOB_NAMESPACE_ANNOTATION]: run.metadata.namespace ?? '', [JOB_METRIC_ANNOTATION]: metric },
      ownerReferences: [controllerReference(run)],
    },
    spec,
  };
}

const VALID = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;

/** `<uid>.<metric>.<number>`; where that is no name of a Job whose Pods can be labelled, with a hash in place of the metric. */
export function jobName(run: AnalysisRun, metric: string, number: number): string {
  const name = `${run.metadata.uid ?? ''}.${metric}.${number}`;
  if (name.length <= 63 && VALID.test(name) && !name.includes('..')) return name;
  return `${run.metadata.uid ?? ''}.${createHash('sha256').update(metric).digest('hex').slice(0, 10)}.${number}`;
}
