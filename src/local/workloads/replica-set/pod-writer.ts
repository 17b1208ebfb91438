import { ApiError, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import type { WorkloadContext } from '../loop/context.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import type { ReplicaSetDecision } from './decide.js';
import type { ExpectedDeletions } from '../pods/expected-deletions.js';
import { podFromTemplate } from '../pods/pod-from-template.js';
import { slowStart } from '../pods/slow-start.js';

const COMPONENT = 'replicaset-controller';

/** Creates and deletes the Pods of ReplicaSets. */
export class PodWriter {
  readonly #context: WorkloadContext;
  readonly #pods: Informer<Pod>;
  readonly #deletions: ExpectedDeletions;

  constructor(context: WorkloadContext, pods: Informer<Pod>, deletions: ExpectedDeletions) {
    this.#context = context;
    this.#pods = pods;
    this.#deletions = deletions;
  }

  /** @returns why not all was done; undefined when all was */
  async write(replicaSet: ReplicaSet, decision: ReplicaSetDecision, signal: AbortSignal): Promise<unknown> {
    if (decision.create > 0) return (await slowStart(decision.create, () => this.#create(replicaSet, signal))).failure;
    if (decision.delete.length === 0) return undefined;
    const uid = replicaSet.metadata.uid ?? '';
    this.#deletions.expect(uid, decision.delete, this.#context.clock.monotonic());
    const results = await Promise.allSettled(decision.delete.map((pod) => this.#delete(replicaSet, pod, signal)));
    return results.find((result) => result.status === 'rejected')?.reason;
  }

  async #create(replicaSet: ReplicaSet, signal: AbortSignal): Promise<void> {
    try {
      const pod = await this.#context.client.create(resources.pods, podFromTemplate(replicaSet, replicaSet.spec.template), { signal });
      this.#pods.remember(pod);
      this.#tell(replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (error instanceof ApiError) this.#tell(replicaSet, 'Warning', 'FailedCreate', `Error creating: ${error.status.message ?? error.message}`);
      throw error;
    }
  }

  async #delete(replicaSet: ReplicaSet, pod: Pod, signal: AbortSignal): Promise<void> {
    try {
      await this.#context.client.delete(resources.pods, nameOf(keyOf(pod)), { signal });
      this.#tell(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    } catch (error) {
      this.#deletions.settle(replicaSet.metadata.uid ?? '', pod);
      if (isNotFound(error)) return;
      if (error instanceof ApiError) this.#tell(replicaSet, 'Warning', 'FailedDelete', `Error deleting: ${error.status.message ?? error.message}`);
      throw error;
    }
  }

  #tell(replicaSet: ReplicaSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.record(COMPONENT, replicaSet, { type, reason, message });
  }
}

function isNamespaceTerminating(error: unknown): boolean {
  return error instanceof ApiError && (error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false);
}
