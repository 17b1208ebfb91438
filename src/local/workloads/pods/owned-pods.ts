import { ApiError, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import type { WorkloadContext } from '../loop/context.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import type { ExpectedDeletions } from './expected-deletions.js';
import { slowStart } from './slow-start.js';

/** How a series of writes ended. */
export interface Written {
  readonly done: number;
  /** Why not all was done. */
  readonly failure?: unknown;
}

/** What the writers of Pods work with. */
export interface OwnedPodsOptions {
  readonly context: WorkloadContext;
  /** Who the Events are from. */
  readonly component: string;
  readonly pods: Informer<Pod>;
  readonly deletions: ExpectedDeletions;
}

/** Creates and deletes the Pods of owners, and tells of it in Events of the owners. */
export class OwnedPods {
  readonly #context: WorkloadContext;
  readonly #component: string;
  readonly #pods: Informer<Pod>;
  readonly #deletions: ExpectedDeletions;

  constructor({ context, component, pods, deletions }: OwnedPodsOptions) {
    this.#context = context;
    this.#component = component;
    this.#pods = pods;
    this.#deletions = deletions;
  }

  /** @param podAt makes the Pod with that number, from 0 on; what it throws is a failure like any other */
  async create(owner: KubernetesObject, count: number, podAt: (index: number) => Pod, signal: AbortSignal): Promise<Written> {
    let next = 0;
    const { done, failure } = await slowStart(count, () => this.#create(owner, () => podAt(next++), signal));
    return { done: done.length, ...(failure !== undefined && { failure }) };
  }

  /** @param before done to each Pod before it is deleted */
  async delete(owner: KubernetesObject, pods: readonly Pod[], signal: AbortSignal, before?: (pod: Pod) => Promise<void>): Promise<Written> {
    if (pods.length === 0) return { done: 0 };
    this.#deletions.expect(owner.metadata.uid ?? '', pods, this.#context.clock.monotonic());
    const results = await Promise.allSettled(pods.map((pod) => this.#delete(owner, pod, signal, before)));
    const failed = results.filter((result) => result.status === 'rejected');
    return { done: pods.length - failed.length, ...(failed[0] && { failure: failed[0].reason }) };
  }

  async #create(owner: KubernetesObject, makePod: () => Pod, signal: AbortSignal): Promise<void> {
    try {
      const pod = await this.#context.client.create(resources.pods, makePod(), { signal });
      this.#pods.remember(pod);
      this.#tell(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      // All that follows would be refused too, and the owner is about to go.
      if (isNamespaceTerminating(error)) return;
      if (error instanceof ApiError) this.#tell(owner, 'Warning', 'FailedCreate', `Error creating: ${error.status.message ?? error.message}`);
      throw error;
    }
  }

  async #delete(owner: KubernetesObject, pod: Pod, signal: AbortSignal, before: ((pod: Pod) => Promise<void>) | undefined): Promise<void> {
    try {
      await before?.(pod);
      await this.#context.client.delete(resources.pods, nameOf(keyOf(pod)), { signal });
      this.#tell(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    } catch (error) {
      this.#deletions.settle(owner.metadata.uid ?? '', pod);
      if (isNotFound(error)) return;
      if (error instanceof ApiError) this.#tell(owner, 'Warning', 'FailedDelete', `Error deleting: ${error.status.message ?? error.message}`);
      throw error;
    }
  }

  #tell(owner: KubernetesObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.record(this.#component, owner, { type, reason, message });
  }
}

function isNamespaceTerminating(error: unknown): boolean {
  return error instanceof ApiError && (error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false);
}
