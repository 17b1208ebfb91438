import { isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import type { Namespace } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { discoverResources } from '../loop/discovery.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { decideNamespace } from './decide.js';

/** While something is left in a namespace that is being deleted, it is looked at again this often. */
const POLL_MS = 500;

/** Empties namespaces that are being deleted, then lets them go. */
export class NamespaceController implements Controller {
  readonly #context: WorkloadContext;
  readonly #namespaces: Informer<Namespace>;
  readonly #loop: WorkQueue;
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#namespaces = context.informers.of(resources.namespaces);
    this.#loop = createKeyLoop({ ...context, name: 'namespace', sync: (key, signal) => this.#sync(key, signal) });
  }

  start(): void {
    this.#unsubscribe = [this.#namespaces.onChange(({ object }) => this.#loop.add(keyOf(object)))];
    for (const namespace of this.#namespaces.list()) this.#loop.add(keyOf(namespace));
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#loop.stop();
  }

  async #sync(key: string, signal: AbortSignal): Promise<number | undefined> {
    const namespace = this.#namespaces.get(nameOf(key));
    if (!namespace || namespace.metadata.deletionTimestamp === undefined) return undefined;
    const left = await this.#contentsOf(namespace.metadata.name, signal);
    const decision = decideNamespace(namespace, left.map(({ object }) => object));
    for (const { resource, object } of left) {
      if (decision.delete.includes(object)) await this.#delete(resource, object, signal);
    }
    if (decision.finalized) {
      await this.#context.client
        .replace(resources.namespaces, decision.finalized, { subresource: 'finalize', signal })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }
    return left.length > 0 ? POLL_MS : undefined;
  }

  async #contentsOf(namespace: string, signal: AbortSignal): Promise<{ resource: Resource; object: KubernetesObject }[]> {
    const { client } = this.#context;
    const left: { resource: Resource; object: KubernetesObject }[] = [];
    for (const resource of await discoverResources(client, signal)) {
      if (!resource.namespaced) continue;
      const { items } = await client.list(resource, { namespace, signal });
      left.push(...items.map((object) => ({ resource, object })));
    }
    return left;
  }

  async #delete(resource: Resource, object: KubernetesObject, signal: AbortSignal): Promise<void> {
    try {
      await this.#context.client.delete(resource, nameOf(keyOf(object)), { propagationPolicy: 'Background', signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
