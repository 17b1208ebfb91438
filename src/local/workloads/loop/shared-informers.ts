import type { ClusterClient } from '../../../cluster/client.js';
import { createInformer } from '../../../cluster/create-informer.js';
import type { Informer, RunningInformer } from '../../../cluster/informer.js';
import { apiVersionOf, type KubernetesObject, type Resource } from '../../../kubernetes/objects.js';
import type { Clock } from '../../../ports/clock.js';
import type { Random } from '../../../ports/random.js';
import type { InformerSource } from './context.js';
import type { Log } from './log.js';

/** One cache per resource, started when it is first asked for. */
export class SharedInformers implements InformerSource {
  readonly #running = new Map<string, { informer: RunningInformer<KubernetesObject>; resource: Resource<KubernetesObject> }>();
  readonly #start: <T extends KubernetesObject>(resource: Resource<T>) => RunningInformer<T>;

  constructor(client: ClusterClient, clock: Clock, random: Random, log: Log) {
    this.#start = (resource) =>
      createInformer(client, resource, {
        clock,
        random,
        onError: (error) => log.debug({ resource: resource.plural, error: error.message }, 'watch interrupted'),
      });
  }

  of<T extends KubernetesObject>(resource: Resource<T>): Informer<T> {
    const key = keyOf(resource);
    const known = this.#running.get(key);
    if (known) return known.informer as unknown as Informer<T>;
    const informer = this.#start(resource);
    this.#running.set(key, { informer: informer as unknown as RunningInformer<KubernetesObject>, resource });
    return informer;
  }

  async drop(resource: Resource<KubernetesObject>): Promise<void> {
    const known = this.#running.get(keyOf(resource));
    this.#running.delete(keyOf(resource));
    await known?.informer.stop();
  }

  /** Resolves when all that were asked for so far have their first list. */
  async untilSynced(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ informer }) => informer.untilSynced(signal)));
  }

  async stop(): Promise<void> {
    const all = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(all.map(({ informer }) => informer.stop()));
  }
}

function keyOf(resource: Resource<KubernetesObject>): string {
  return `${apiVersionOf(resource)} ${resource.plural}`;
}
