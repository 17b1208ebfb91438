import { ApiError, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { Container, Pod } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import type { WorkloadContext } from '../loop/context.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import type { ExpectedDeletions } from '../pods/expected-deletions.js';
import { OwnedPods, type Written } from '../pods/owned-pods.js';
import { podFromTemplate } from '../pods/pod-from-template.js';
import { COMPLETION_INDEX } from './indexes.js';
import { isTracked, TRACKING_FINALIZER } from './job-pods.js';

/** Who the Events of Jobs are from. */
export const JOB_COMPONENT = 'job-controller';

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
/** Of a `generateName`: the server cuts off what is more, and adds 5 letters. */
const LONGEST_PREFIX = 58;

/** Creates, releases and deletes the Pods of Jobs. */
export class JobWriter {
  readonly #context: WorkloadContext;
  readonly #pods: Informer<Pod>;
  readonly #owned: OwnedPods;

  constructor(context: WorkloadContext, pods: Informer<Pod>, deletions: ExpectedDeletions) {
    this.#context = context;
    this.#pods = pods;
    this.#owned = new OwnedPods({ context, component: JOB_COMPONENT, pods, deletions });
  }

  /** @param indexes one entry for each Pod */
  create(job: Job, indexes: readonly (number | undefined)[], signal: AbortSignal): Promise<Written> {
    return this.#owned.create(job, indexes.length, (at) => podOf(job, indexes[at]), signal);
  }

  /** Deletes Pods that are still to be counted. */
  end(job: Job, pods: readonly Pod[], signal: AbortSignal): Promise<Written> {
    return this.#owned.delete(job, pods, signal);
  }

  /** Deletes Pods whose finalizers go first, so that they count for nothing. */
  withdraw(job: Job, pods: readonly Pod[], signal: AbortSignal): Promise<Written> {
    return this.#owned.delete(job, pods, signal, (pod) => this.release(pod, signal));
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
}

/** A tracked Pod of the Job; one with an index finds it in JOB_COMPLETION_INDEX and in its name. */
function podOf(job: Job, index: number | undefined): Pod {
  const { name } = job.metadata;
  const ending = index === undefined ? '-' : `-${index}-`;
  const pod = podFromTemplate(job, job.spec.template, `${name.slice(0, LONGEST_PREFIX - ending.length)}${ending}`);
  const finalizers = [...(pod.metadata.finalizers ?? []).filter((each) => each !== TRACKING_FINALIZER), TRACKING_FINALIZER];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const withIndex = { [COMPLETION_INDEX]: String(index) };
  return {
    ...pod,
    metadata: { ...pod.metadata, finalizers, labels: { ...pod.metadata.labels, ...withIndex }, annotations: { ...pod.metadata.annotations, ...withIndex } },
    spec: {
      ...pod.spec,
      hostname: `${name}-${index}`,
      containers: pod.spec.containers.map(withIndexVariable),
      ...(pod.spec.initContainers && { initContainers: pod.spec.initContainers.map(withIndexVariable) }),
    },
  };
}

/** What the container says of the variable itself stays. */
function withIndexVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } }] };
}
