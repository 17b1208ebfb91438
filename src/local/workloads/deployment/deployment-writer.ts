import { ApiError, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { equalTemplates } from '../../../kubernetes/pod-template.js';
import { resources } from '../../../kubernetes/resources.js';
import type { WorkloadContext } from '../loop/context.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { hasProgressDeadline, newCondition, withCondition } from './conditions.js';
import type { DeploymentWrite } from './pass.js';

const COMPONENT = 'deployment-controller';

type Outcome = 'done' | 'look-again';

/** Does the writes of one pass in order, each guarded by the resourceVersion that the one before it left. */
export class DeploymentWriter {
  readonly #context: WorkloadContext;
  readonly #deployments: Informer<Deployment>;
  readonly #replicaSets: Informer<ReplicaSet>;

  constructor(context: WorkloadContext, deployments: Informer<Deployment>, replicaSets: Informer<ReplicaSet>) {
    this.#context = context;
    this.#deployments = deployments;
    this.#replicaSets = replicaSets;
  }

  /** @throws ApiError for the first write that fails; those after it are not tried */
  async write(observed: Deployment, writes: readonly DeploymentWrite[], signal: AbortSignal): Promise<Outcome> {
    const { client, events } = this.#context;
    const versions = new Map<string, string | undefined>();
    let deployment = observed;
    for (const write of writes) {
      switch (write.kind) {
        case 'create': {
          const refusal = await this.#create(write.replicaSet, versions, signal);
          if (refusal) return this.#afterRefusal(deployment, write.replicaSet, refusal, signal);
          break;
        }
        case 'update':
          await this.#replace(resources.replicaSets, this.#replicaSets, write.replicaSet, versions, signal);
          break;
        case 'delete':
          await client.delete(resources.replicaSets, nameOf(keyOf(write.replicaSet)), { signal }).catch(ignoreNotFound);
          break;
        case 'status':
          deployment = await this.#replace(resources.deployments, this.#deployments, write.deployment, versions, signal, 'status');
          break;
      }
      if ('event' in write && write.event) events.record(COMPONENT, observed, write.event);
    }
    return 'done';
  }

  async #replace<T extends KubernetesObject>(
    resource: Resource<T>,
    informer: Informer<T>,
    object: T,
    versions: Map<string, string | undefined>,
    signal: AbortSignal,
    subresource?: 'status',
  ): Promise<T> {
    const key = `${resource.kind} ${keyOf(object)}`;
    const resourceVersion = versions.get(key) ?? object.metadata.resourceVersion;
    const guarded = { ...object, metadata: { ...object.metadata, ...(resourceVersion !== undefined && { resourceVersion }) } };
    const written = await this.#context.client.replace(resource, guarded, { signal, ...(subresource && { subresource }) });
    versions.set(key, written.metadata.resourceVersion);
    informer.remember(written);
    return written;
  }

  async #create(replicaSet: ReplicaSet, versions: Map<string, string | undefined>, signal: AbortSignal): Promise<ApiError | undefined> {
    try {
      const created = await this.#context.client.create(resources.replicaSets, replicaSet, { signal });
      versions.set(`ReplicaSet ${keyOf(created)}`, created.metadata.resourceVersion);
      this.#replicaSets.remember(created);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  async #afterRefusal(deployment: Deployment, replicaSet: ReplicaSet, refusal: ApiError, signal: AbortSignal): Promise<Outcome> {
    if (refusal.reason === 'AlreadyExists') return this.#afterCollision(deployment, replicaSet, signal);
    const terminating = refusal.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
    if (!terminating) {
      const message = `Failed to create new replica set "${replicaSet.metadata.name}": ${refusal.status.message ?? refusal.message}`;
      if (hasProgressDeadline(deployment)) {
        const failed = newCondition('Progressing', 'False', 'ReplicaSetCreateError', message, this.#context.clock.now());
        await this.#writeStatus(deployment, { conditions: withCondition(deployment.status?.conditions ?? [], failed) }, signal);
      }
      this.#context.events.record(COMPONENT, deployment, { type: 'Warning', reason: 'ReplicaSetCreateError', message });
    }
    throw refusal;
  }

  /** The name is taken: by what is ours and only not in the cache yet, or by another, and then the hash has to differ. */
  async #afterCollision(deployment: Deployment, replicaSet: ReplicaSet, signal: AbortSignal): Promise<Outcome> {
    const found = await this.#context.client.find(resources.replicaSets, nameOf(keyOf(replicaSet)), { signal });
    if (!found) return 'look-again';
    const { template } = found.spec;
    if (isControlledBy(found, deployment) && template !== undefined && equalTemplates(template, deployment.spec.template)) {
      this.#replicaSets.remember(found);
    } else {
      await this.#writeStatus(deployment, { collisionCount: (deployment.status?.collisionCount ?? 0) + 1 }, signal);
    }
    return 'look-again';
  }

  async #writeStatus(deployment: Deployment, change: Partial<Deployment['status']>, signal: AbortSignal): Promise<void> {
    const changed = { ...deployment, status: { ...deployment.status, ...change } };
    this.#deployments.remember(await this.#context.client.replace(resources.deployments, changed, { subresource: 'status', signal }));
  }
}

function ignoreNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
