import { ApiError } from '../cluster/api-error.js';
import { resources } from '../kubernetes/resources.js';
import type { MeasuringJobs } from '../metrics/job/measuring-jobs.js';
import { FINALIZER } from '../model/resources.js';
import type { Caches } from './caches.js';
import { name } from './holders.js';
import { remove, write, type WriteContext } from './writes.js';

/** The Jobs of metrics, written through the controller's one door. */
export function measuringJobs(context: WriteContext & { readonly caches: Pick<Caches, 'jobs'> }): MeasuringJobs {
  const { jobs } = context.caches;
  return {
    list: (namespace, labels) => Promise.resolve(jobs.list({ namespace }).filter(({ metadata }) => Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value))),
    async create(job) {
      if (jobs.get(name(job))) return;
      try {
        await write(context, 'job.create', jobs, (client) => client.create(resources.jobs, job));
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
      }
    },
    async remove(job) {
      const { finalizers = [], resourceVersion, deletionTimestamp } = job.metadata;
      if (finalizers.includes(FINALIZER)) {
        await write(context, 'job.finalizer', deletionTimestamp === undefined ? jobs : undefined, (client) =>
          client.patch(resources.jobs, name(job), { kind: 'merge', body: { metadata: { resourceVersion, finalizers: finalizers.filter((each) => each !== FINALIZER) } } }),
        );
      }
      if (deletionTimestamp !== undefined) return;
      await remove(context, 'job.delete', jobs, job, (client) => client.delete(resources.jobs, name(job), { propagationPolicy: 'Background' }));
    },
  };
}
