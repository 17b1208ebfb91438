import { isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../../kubernetes/generated/discovery-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import { matchesLabels } from '../../../kubernetes/selectors.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { decideEndpointSlices, hasOwnEndpoints, MANAGED_BY, MANAGER, SERVICE_NAME } from './decide.js';

/** Keeps the EndpointSlices of Services that select Pods. */
export class EndpointSliceController implements Controller {
  readonly #context: WorkloadContext;
  readonly #services: Informer<Service>;
  readonly #pods: Informer<Pod>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #loop: WorkQueue;
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#services = context.informers.of(resources.services);
    this.#pods = context.informers.of(resources.pods);
    this.#slices = context.informers.of(resources.endpointSlices);
    this.#loop = createKeyLoop({ ...context, name: 'endpoint-slice', sync: (key, signal) => this.#sync(key, signal) });
  }

  start(): void {
    this.#unsubscribe = [
      this.#services.onChange(({ object }) => this.#loop.add(keyOf(object))),
      this.#pods.onChange((change) => {
        this.#addSelecting(change.object);
        if (change.type === 'changed' && change.before.metadata.labels !== change.object.metadata.labels) this.#addSelecting(change.before);
      }),
      this.#slices.onChange(({ object }) => {
        const service = object.metadata.labels?.[SERVICE_NAME];
        if (service !== undefined) this.#loop.add(keyOf({ metadata: { ...object.metadata, name: service } }));
      }),
    ];
    for (const service of this.#services.list()) this.#loop.add(keyOf(service));
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#loop.stop();
  }

  #addSelecting(pod: Pod): void {
    for (const service of this.#services.list(inNamespace(pod))) {
      if (matchesLabels(service.spec?.selector, pod.metadata.labels)) this.#loop.add(keyOf(service));
    }
  }

  async #sync(key: string, signal: AbortSignal): Promise<undefined> {
    const service = this.#services.get(nameOf(key));
    if (!service || !hasOwnEndpoints(service) || service.metadata.deletionTimestamp !== undefined) return;
    const { client } = this.#context;
    const decision = decideEndpointSlices({
      service,
      pods: this.#pods.list(inNamespace(service)).filter((pod) => matchesLabels(service.spec?.selector, pod.metadata.labels)).sort(byName),
      slices: this.#slices.list(inNamespace(service)).filter((slice) => isOwnSlice(service, slice)).sort(byName),
    });
    for (const slice of decision.create) this.#slices.remember(await client.create(resources.endpointSlices, slice, { signal }));
    for (const slice of decision.update) this.#slices.remember(await client.replace(resources.endpointSlices, slice, { signal }));
    for (const slice of decision.delete) await this.#delete(slice, signal);
  }

  async #delete(slice: EndpointSlice, signal: AbortSignal): Promise<void> {
    try {
      await this.#context.client.delete(resources.endpointSlices, nameOf(keyOf(slice)), { signal });
      this.#slices.forget(slice);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function isOwnSlice(service: Service, { metadata: { labels, deletionTimestamp } }: EndpointSlice): boolean {
  return labels?.[SERVICE_NAME] === service.metadata.name && labels[MANAGED_BY] === MANAGER && deletionTimestamp === undefined;
}

function byName(a: Pod | EndpointSlice, b: Pod | EndpointSlice): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function inNamespace({ metadata: { namespace } }: Pick<Pod, 'metadata'>): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}
