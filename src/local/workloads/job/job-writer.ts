import { ApiError, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { Container, Pod } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import type { WorkloadContext } from '../loop/context.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import type { ExpectedDeletions } from '../pods/expected-deletions.js';
import { podFromTemplate } from '../pods/pod-from-template.js';
import { slowStart } from '../pods/slow-start.js';
import { COMPLETION_INDEX } from './indexes.js';
import { isTracked, TRACKING_FINALIZER } from './job-pods.js';

/** Who the Events of Jobs are from. */
export const JOB_COMPONENT = 'job-controller';

/** How a series of writes ended. */
export interface Written {
  readonly done: number;
  readonly failure?: unknown;
}

/** Creates, releases and deletes the Pods of Jobs. */
export class JobWriter {
  readonly #context: WorkloadContext;
  readonly #pods: Informer<Pod>;
  readonly #deletions: ExpectedDeletions;

  constructor(context: WorkloadContext, pods: Informer<Pod>, deletions: ExpectedDeletions) {
    this.#context = context;
    this.#pods = pods;
    this.#deletions = deletions;
  }

  /** @param indexes one entry for each Pod */
  async create(job: Job, indexes: readonly (number | undefined)[], signal: AbortSignal): Promise<Written> {
    const left = [...indexes];
    const { done, failure } = await slowStart(indexes.length, () => this.#create(job, left.shift(), signal));
    return { done: done.length, ...(failure !== undefined && { failure }) };
  }

  /** @param release whether their finalizers go first, so that they count for nothing */
  async delete(job: Job, pods: readonly Pod[], release: boolean, signal: AbortSignal): Promise<Written> {
    this.#deletions.expect(job.metadata.uid ?? '', pods, this.#context.clock.monotonic());
    const results = await Promise.allSettled(
      pods.map(async (pod) => {
        if (release) await this.release(pod, signal);
        await this.#delete(job, pod, signal);
      }),
    );
    const failed = results.filter((result) => result.status === 'rejected');
    return { done: pods.length - failed.length, ...(failed[0] && { failure: failed[0].reason }) };
  }

  /** Takes the finalizer off a Pod; one that is gone already has none. */
  async release(pod: Pod, signal: AbortSignal): Promise<void> {
    const known = this.#pods.get(nameOf(keyOf(pod)));
    if (!isTracked(known ?? pod)) return;
    const body = { metadata: { uid: pod.metadata.uid, '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } };
    try {
      const answer = await this.#context.client.patch(resources.pods, nameOf(keyOf(pod)), { kind: 'strategic', body }, { signal });
      if (answer.metadata.deletionTimestamp !== undefined && (answer.metadata.finalizers ?? []).length === 0 && answer.metadata.deletionGracePeriodSeconds === 0) this.#pods.forget(answer);
      else this.#pods.remember(answer);
    } catch (error) {
      // A conflict is one of uids: the name has gone over to another Pod.
      if (!isNotFound(error) && !(error instanceof ApiError && error.code === 409)) throw error;
    }
  }

  async #create(job: Job, index: number | undefined, signal: AbortSignal): Promise<void> {
    try {
      const pod = await this.#context.client.create(resources.pods, podOf(job, index), { signal });
      this.#pods.remember(pod);
      this.#tell(job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (error instanceof ApiError) this.#tell(job, 'Warning', 'FailedCreate', `Error creating: ${error.status.message ?? error.message}`);
      throw error;
    }
  }

  async #delete(job: Job, pod: Pod, signal: AbortSignal): Promise<void> {
    try {
      await this.#context.client.delete(resources.pods, nameOf(keyOf(pod)), { signal });
      this.#tell(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    } catch (error) {
      this.#deletions.settle(job.metadata.uid ?? '', pod);
      if (isNotFound(error)) return;
      if (error instanceof ApiError) this.#tell(job, 'Warning', 'FailedDelete', `Error deleting: ${error.status.message ?? error.message}`);
      throw error;
    }
  }

  #tell(job: Job, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.record(JOB_COMPONENT, job, { type, reason, message });
  }
}

/** A tracked Pod of the Job; one with an index finds it in JOB_COMPLETION_INDEX and in its name. */
function podOf(job: Job, index: number | undefined): Pod {
  const { name } = job.metadata;
  const pod = podFromTemplate(job, job.spec.template, index === undefined ? `${name}-` : `${name}-${index}-`);
  const finalizers = [...(pod.metadata.finalizers ?? []).filter((each) => each !== TRACKING_FINALIZER), TRACKING_FINALIZER];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const withIndex = { [COMPLETION_INDEX]: String(index) };
  const withVariable = (container: Container): Container => ({
    ...container,
    env: [{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } }, ...(container.env ?? []).filter((each) => each.name !== 'JOB_COMPLETION_INDEX')],
  });
  return {
    ...pod,
    metadata: { ...pod.metadata, finalizers, labels: { ...pod.metadata.labels, ...withIndex }, annotations: { ...pod.metadata.annotations, ...withIndex } },
    spec: {
      ...pod.spec,
      hostname: pod.spec.hostname ?? `${name}-${index}`,
      containers: pod.spec.containers.map(withVariable),
      ...(pod.spec.initContainers && { initContainers: pod.spec.initContainers.map(withVariable) }),
    },
  };
}
