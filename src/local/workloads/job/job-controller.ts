import { isConflict, isNotFound } from '../../../cluster/api-error.js';
import type { Change, Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import type { Job, JobCondition, JobStatus } from '../../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { deepEqual } from '../../../kubernetes/json.js';
import { controllerOf, isControlledBy } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { ExpectedDeletions } from '../pods/expected-deletions.js';
import type { Written } from '../pods/owned-pods.js';
import { isPodActive, isPodReady, isPodTerminating } from '../pods/pod-state.js';
import { NO_FAILURES, type FailureRecord } from './back-off.js';
import { decideJob, type JobDecision } from './decide.js';
import { finalCondition, holding } from './job-conditions.js';
import { isTracked } from './job-pods.js';
import { jobStatus } from './job-status.js';
import { JOB_COMPONENT, JobWriter } from './job-writer.js';
import { countReleased, finished, noteEnds } from './tracking.js';

/** The value of `spec.managedBy` that means us. */
const OURS = 'kubernetes.io/job-controller';

/** Runs the Pods of Jobs to their end, and deletes Jobs whose time to live after it is over. */
export class JobController implements Controller {
  readonly #context: WorkloadContext;
  readonly #jobs: Informer<Job>;
  readonly #pods: Informer<Pod>;
  readonly #deletions = new ExpectedDeletions();
  readonly #failures = new Map<string, FailureRecord>();
  readonly #writer: JobWriter;
  readonly #loop: WorkQueue;
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#jobs = context.informers.of(resources.jobs);
    this.#pods = context.informers.of(resources.pods);
    this.#writer = new JobWriter(context, this.#pods, this.#deletions);
    this.#loop = createKeyLoop({ ...context, name: 'job', sync: (key, signal) => this.#sync(key, signal) });
  }

  start(): void {
    this.#unsubscribe = [
      this.#jobs.onChange(({ type, object }) => {
        if (type === 'deleted') this.#forget(object);
        this.#loop.add(keyOf(object));
      }),
      this.#pods.onChange((change) => this.#onPod(change)),
    ];
    for (const job of this.#jobs.list()) this.#loop.add(keyOf(job));
    for (const pod of this.#pods.list()) this.#addJobOf(pod);
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#loop.stop();
  }

  #forget({ metadata: { uid = '' } }: Job): void {
    this.#deletions.forget(uid);
    this.#failures.delete(uid);
  }

  #onPod({ type, object: pod }: Change<Pod>): void {
    if (type === 'deleted' || pod.metadata.deletionTimestamp !== undefined) this.#deletions.settle(controllerOf(pod)?.uid ?? '', pod);
    this.#addJobOf(pod);
  }

  #addJobOf(pod: Pod): void {
    const owner = controllerOf(pod);
    if (owner?.kind === 'Job') this.#loop.add(keyOf({ metadata: { ...pod.metadata, name: owner.name } }));
  }

  async #sync(key: string, signal: AbortSignal): Promise<number | undefined> {
    const { name, namespace = '' } = nameOf(key);
    const job = this.#jobs.get({ name, namespace });
    const pods = this.#pods.list({ namespace }).filter((pod) => controllerOf(pod)?.kind === 'Job' && controllerOf(pod)?.name === name);
    const owned = job === undefined ? [] : pods.filter((pod) => isControlledBy(pod, job));
    const over = job === undefined || finalCondition(job) !== undefined;
    // Nobody counts these any more; the finalizer must not keep them.
    for (const pod of pods) if (isTracked(pod) && (over || !owned.includes(pod))) await this.#writer.release(pod, signal);
    if (job === undefined || (job.spec.managedBy ?? OURS) !== OURS) return undefined;
    if (over) return this.#expire(job, signal);
    return this.#advance(job, owned, signal);
  }

  async #advance(job: Job, pods: readonly Pod[], signal: AbortSignal): Promise<number | undefined> {
    const { clock } = this.#context;
    const uid = job.metadata.uid ?? '';
    const now = clock.now();
    const settled = this.#deletions.isSettled(uid, clock.monotonic());
    const decision = decideJob({ job, pods, settled, failures: this.#failures.get(uid) ?? NO_FAILURES, now });
    const active = pods.filter(isPodActive);
    const written = await this.#write(job, decision, signal);
    const going = decision.end.length + decision.withdraw.length > 0;
    const status = jobStatus(
      job,
      {
        active: active.length + (going ? -written.done : written.done),
        ready: active.filter((pod) => isPodReady(pod) && !decision.end.includes(pod) && !decision.withdraw.includes(pod)).length,
        terminating: pods.filter(isPodTerminating).length + (going ? written.done : 0),
      },
      decision.managed,
      now,
    );
    const verdict = written.failure === undefined ? decision.verdict : undefined;
    this.#tellSuspension(job, status);
    await this.#track(job, status, { pods, decision, verdict }, signal);
    if (written.failure !== undefined) throw written.failure instanceof Error ? written.failure : new Error(String(written.failure));
    return decision.againAfter;
  }

  async #write(job: Job, { end, withdraw, create }: JobDecision, signal: AbortSignal): Promise<Written> {
    if (end.length > 0) return this.#writer.end(job, end, signal);
    if (withdraw.length > 0) return this.#writer.withdraw(job, withdraw, signal);
    return this.#writer.create(job, create, signal);
  }

  /** Notes ended Pods, lets them go, counts them, and ends the Job when all are counted: a write of the status before and one after. */
  async #track(
    job: Job,
    counted: JobStatus,
    { pods, decision, verdict }: { pods: readonly Pod[]; decision: JobDecision; verdict: JobCondition | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#context;
    // What was withdrawn in this pass has lost its finalizer and counts for nothing.
    const tracked = pods.filter((pod) => isTracked(pod) && !decision.withdraw.includes(pod));
    const { status, release, final } = noteEnds(job, counted, tracked, verdict, clock.now());
    const first = await this.#writeStatus(job, status, signal);
    this.#failures.set(job.metadata.uid ?? '', decision.failures);
    for (const pod of release) await this.#writer.release(pod, signal);
    const still = new Set(tracked.filter((pod) => !release.includes(pod)).map(({ metadata }) => metadata.uid ?? ''));
    const after = countReleased(first.status ?? {}, still);
    const ended = final && finished(after, final);
    await this.#writeStatus(first, ended ?? after, signal);
    if (final === undefined || ended === undefined) return;
    const [type, reason, message] = final.type === 'Complete' ? (['Normal', 'Completed', 'Job completed'] as const) : (['Warning', final.reason ?? '', final.message ?? ''] as const);
    this.#context.events.record(JOB_COMPONENT, job, { type, reason, message });
  }

  async #writeStatus(job: Job, status: JobStatus, signal: AbortSignal): Promise<Job> {
    if (deepEqual(job.status ?? {}, status)) return job;
    const written = await this.#context.client.replace(resources.jobs, { ...job, status }, { subresource: 'status', signal });
    this.#jobs.remember(written);
    return written;
  }

  #tellSuspension(job: Job, status: JobStatus): void {
    const [before, after] = [job.status?.conditions, status.conditions].map((conditions) => holding(conditions, 'Suspended') !== undefined);
    if (before === after) return;
    const note = after ? { reason: 'Suspended', message: 'Job suspended' } : { reason: 'Resumed', message: 'Job resumed' };
    this.#context.events.record(JOB_COMPONENT, job, { type: 'Normal', ...note });
  }

  /** @returns milliseconds until a Job that has ended is to be deleted */
  async #expire(job: Job, signal: AbortSignal): Promise<number | undefined> {
    const { uid } = job.metadata;
    this.#forget(job);
    const seconds = job.spec.ttlSecondsAfterFinished;
    const endedAt = Date.parse(finalCondition(job)?.lastTransitionTime ?? '');
    if (seconds === undefined || job.metadata.deletionTimestamp !== undefined || !Number.isFinite(endedAt)) return undefined;
    const left = endedAt + seconds * 1000 - this.#context.clock.now();
    if (left > 0) return left;
    try {
      await this.#context.client.delete(resources.jobs, nameOf(keyOf(job)), { propagationPolicy: 'Foreground', ...(uid !== undefined && { preconditions: { uid } }), signal });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return undefined;
  }
}
