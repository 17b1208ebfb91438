import { setMaxListeners } from 'node:events';
import type { ClusterClient } from '../../../src/cluster/client.js';
import { isGone } from '../../../src/cluster/api-error.js';
import type { KubernetesObject, ObjectName, Resource } from '../../../src/kubernetes/objects.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { serinResources } from '../../../src/model/resources.js';
import { systemClock } from '../../../src/ports/clock.js';

/** A state that an object was in, as the API server told. */
export interface Recorded {
  /** `<group>/<plural>`. */
  readonly collection: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
  /** Of the whole cluster: versions of all kinds count in one row. */
  readonly version: number;
  /** When it was told, in milliseconds since the epoch. */
  readonly at: number;
}

const RETRY_MILLISECONDS = 100;

/** The kinds by which the rules are judged. */
const kinds: readonly Resource<KubernetesObject>[] = [
  resources.deployments, resources.replicaSets, resources.pods, resources.services, resources.jobs,
  resources.virtualServices, resources.destinationRules, serinResources.releases, serinResources.releasePolicies, serinResources.approvals,
];

const collectionOf = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): string => `${group}/${plural}`;
const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/**
 * Watches a cluster from beside and keeps every state of every object. It has its own connection to the API server, so that
 * what is done to the controller's does not touch it.
 */
export class Recorder {
  /** In the order in which they were told; each kind's own order is the cluster's. */
  readonly events: Recorded[] = [];
  /** How often states may have been missed, because the server did not know any more what had happened since. */
  gaps = 0;
  readonly #client: ClusterClient;
  readonly #now = new Map<string, Map<string, KubernetesObject>>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #listeners = new Set<(event: Recorded) => void>();

  private constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** Resolves when all there is has been seen. */
  static async start(client: ClusterClient): Promise<Recorder> {
    const recorder = new Recorder(client);
    // Every watch listens.
    setMaxListeners(0, recorder.#stopping.signal);
    for (const kind of kinds) {
      const version = await recorder.#list(kind);
      recorder.#running.push(recorder.#watch(kind, version));
    }
    return recorder;
  }

  /** As far as it was told. */
  objects<T extends KubernetesObject>(resource: Resource<T>, namespace = ''): T[] {
    const all = [...(this.#now.get(collectionOf(resource))?.values() ?? [])] as T[];
    return namespace === '' ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  object<T extends KubernetesObject>(resource: Resource<T>, { namespace, name }: Required<ObjectName>): T | undefined {
    return this.#now.get(collectionOf(resource))?.get(`${namespace}/${name}`) as T | undefined;
  }

  /** Calls `each` for every state from now on. @returns how to end that */
  onEvent(each: (event: Recorded) => void): () => void {
    this.#listeners.add(each);
    return () => void this.#listeners.delete(each);
  }

  /** All states of a namespace, in the order in which the cluster took them. */
  history(namespace: string): Recorded[] {
    return this.events.filter(({ object }) => object.metadata.namespace === namespace).sort((one, other) => one.version - other.version);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await Promise.all(this.#running);
  }

  async #list(kind: Resource<KubernetesObject>): Promise<string> {
    const collection = collectionOf(kind);
    const { items, resourceVersion } = await this.#client.list(kind, { signal: this.#stopping.signal });
    const known = this.#now.get(collection) ?? new Map<string, KubernetesObject>();
    this.#now.set(collection, known);
    const there = new Set(items.map(keyOf));
    for (const [key, object] of known) if (!there.has(key)) this.#take(collection, 'DELETED', { ...object, metadata: { ...object.metadata, resourceVersion } });
    for (const item of items) if (known.get(keyOf(item))?.metadata.resourceVersion !== item.metadata.resourceVersion) this.#take(collection, known.has(keyOf(item)) ? 'MODIFIED' : 'ADDED', item);
    return resourceVersion;
  }

  #take(collection: string, type: Recorded['type'], object: KubernetesObject): void {
    const { managedFields: _, ...metadata } = object.metadata;
    const event: Recorded = { collection, type, object: { ...object, metadata }, version: Number(metadata.resourceVersion), at: systemClock.now() };
    this.events.push(event);
    if (type === 'DELETED') this.#now.get(collection)?.delete(keyOf(object));
    else this.#now.get(collection)?.set(keyOf(object), event.object);
    for (const listener of this.#listeners) listener(event);
  }

  async #watch(kind: Resource<KubernetesObject>, from: string): Promise<void> {
    const { signal } = this.#stopping;
    for (let version = from; !signal.aborted; ) {
      try {
        for await (const event of this.#client.watch(kind, { resourceVersion: version, signal })) {
          version = event.type === 'BOOKMARK' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? version);
          if (event.type !== 'BOOKMARK') this.#take(collectionOf(kind), event.type, event.object);
        }
      } catch (error) {
        if (isGone(error)) {
          this.gaps++;
          version = await this.#list(kind).catch(() => version);
        }
        await systemClock.sleep(RETRY_MILLISECONDS, signal).catch(() => undefined);
      }
    }
  }
}
