import type { JobObservation } from '../engine/observation.js';
import type { Job } from '../kubernetes/generated/batch-v1.js';
import { nameWithHash } from '../kubernetes/names.js';
import { isOwnedBy } from '../kubernetes/owners.js';
import { resources } from '../kubernetes/resources.js';
import { jobOfTemplate } from '../model/job-of-template.js';
import { stepOf } from '../model/plan.js';
import type { Release, ReleaseStatus } from '../model/release.js';
import { FINALIZER, METRIC_LABEL, RELEASE_LABEL } from '../model/resources.js';
import { ApiError } from '../cluster/api-error.js';
import { stepOfJob } from '../metrics/job/measurement-job.js';
import { isJudged } from './analysis/present-metrics.js';
import type { Caches } from './caches.js';
import type { ControllerContext } from './context.js';
import { name } from './holders.js';
import { serviceNames } from './service-names.js';
import { remove, write } from './writes.js';

/** The name of the Job of a step, fixed by release and step so that there can be one only. @param index from 0 */
export function jobName({ metadata }: Release, index: number): string {
  return nameWithHash(metadata.name, `step-${index + 1}`, 63);
}

/** The Job of the present step as it is; undefined before it was set off. */
export function observeJob(release: Release, caches: Caches): JobObservation | undefined {
  const { index, called } = release.status?.step ?? {};
  if (index === undefined || !called || release.spec.plan.steps[index]?.kind !== 'job') return undefined;
  const title = jobName(release, index);
  const job = caches.jobs.get({ namespace: release.metadata.namespace ?? '', name: title });
  // One that an earlier release of the same name left says nothing of this one; ours is made when it is gone.
  if (!job || !isOwnedBy(job, release)) return { name: title, state: 'running', detail: 'not there yet' };
  if (conditionOf(job, 'Complete')) return { name: title, state: 'succeeded', detail: '' };
  const failed = conditionOf(job, 'Failed');
  if (failed) return { name: title, state: 'failed', detail: failed.message ?? 'it failed' };
  if (job.metadata.deletionTimestamp !== undefined) return { name: title, state: 'failed', detail: 'somebody deleted it' };
  return { name: title, state: 'running', detail: '' };
}

/** Sets off the Job of the present step where the record says so; a Job that is there already is taken as it is. */
export async function carryOutJob(context: ControllerContext, release: Release, status: ReleaseStatus): Promise<void> {
  const { index, called } = status.step;
  const planned = release.spec.plan.steps[index];
  if (status.phase !== 'Progressing' || !called || planned?.kind !== 'job') return;
  const namespace = release.metadata.namespace ?? '';
  if (context.caches.jobs.get({ namespace, name: jobName(release, index) })) return;
  try {
    await write(context, 'job.create', context.caches.jobs, (client) => client.create(resources.jobs, newJob(release, index)));
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
  }
}

/**
 * Lets go of Jobs whose outcome is on record, and ends those that nobody waits for any more. Until then a finalizer keeps
 * each, so that one that somebody deletes is not run a second time.
 * @returns the number of writes
 */
export async function tidyJobs(context: ControllerContext, release: Release, status: ReleaseStatus): Promise<number> {
  let count = 0;
  for (const job of context.caches.jobs.list({ namespace: release.metadata.namespace ?? '' })) {
    if (job.metadata.labels?.[RELEASE_LABEL] !== release.metadata.name || !isOwnedBy(job, release)) continue;
    const current = job.metadata.name === jobName(release, status.step.index) && status.phase === 'Progressing';
    if (current || isMeasuring(job, status)) continue;
    count += await letJobGo(context, job, isFinished(job));
  }
  return count;
}

/** Jobs that measure have names of their own; whoever measures tidies them, as long as what they measure is judged. */
function isMeasuring(job: Job, { phase, step }: ReleaseStatus): boolean {
  if (job.metadata.labels?.[METRIC_LABEL] === undefined) return false;
  const ofStep = stepOfJob(job);
  return ofStep === undefined ? isJudged(phase) : phase === 'Progressing' && ofStep === step.index;
}

async function letJobGo(context: ControllerContext, job: Job, finished: boolean): Promise<number> {
  const finalizers = job.metadata.finalizers ?? [];
  if (finalizers.includes(FINALIZER)) {
    const informer = job.metadata.deletionTimestamp === undefined ? context.caches.jobs : undefined;
    await write(context, 'job.finalizer', informer, (client) =>
      client.patch(resources.jobs, name(job), { kind: 'merge', body: { metadata: { resourceVersion: job.metadata.resourceVersion, finalizers: finalizers.filter((each) => each !== FINALIZER) } } }),
    );
    return 1;
  }
  if (finished || job.metadata.deletionTimestamp !== undefined) return 0;
  await remove(context, 'job.delete', context.caches.jobs, job, (client) => client.delete(resources.jobs, name(job), { propagationPolicy: 'Background' }));
  return 1;
}

/** Whether it ran to an end, good or bad. */
export const isFinished = (job: Job): boolean => conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined;

const conditionOf = ({ status }: Job, wanted: string) => status?.conditions?.find((condition) => condition.type === wanted && condition.status === 'True');

function newJob(release: Release, index: number): Job {
  const planned = release.spec.plan.steps[index];
  const step = planned && stepOf(planned);
  if (step?.kind !== 'job') throw new Error(`step ${index + 1} is no Job`);
  return jobOfTemplate(step.template, { name: jobName(release, index), release, policy: release.spec.policy, milliseconds: step.milliseconds, variables: environment(release) });
}

/** What a test may want to know of the release. */
export function environment(release: Release): { name: string; value: string }[] {
  const { service, canaryService } = serviceNames(release.spec, release.spec.policy);
  const { preview } = release.spec.plan;
  const { router } = release.spec;
  // Only routers that split between Services make one; elsewhere a preview has to ask for it.
  const made = router?.ingressNginx || router?.gatewayApi ? canaryService : '';
  const values = {
    SERIN_RELEASE: release.metadata.name, SERIN_POLICY: release.spec.policy, SERIN_NAMESPACE: release.metadata.namespace ?? '',
    SERIN_STABLE_HASH: release.spec.stable.hash, SERIN_CANARY_HASH: release.spec.canary.hash,
    SERIN_SERVICE: service, SERIN_CANARY_SERVICE: release.spec.canary.service ?? preview?.service ?? made,
    SERIN_PREVIEW_PATH: preview?.path ?? '', SERIN_PREVIEW_HOST: preview?.host ?? '',
  };
  return Object.entries(values).flatMap(([key, value]) => (value === '' ? [] : [{ name: key, value }]));
}
