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
/** Objects of a kind by namespace and name: hundreds of programs look at their own, again and again. */
type Collection = Map<string, Map<string, KubernetesObject>>;

/**
 * Watches a cluster from beside and keeps every state of every object. It has its own connection to the API server, so that
 * what is done to the controller's does not touch it.
 */
export class Recorder {
  /** How often states may have been missed, because the server did not know any more what had happened since. */
  gaps = 0;
  readonly #client: ClusterClient;
  readonly #now = new Map<string, Collection>();
  /** By namespace, in the order in which they were told; each kind's own order is the cluster's. */
  readonly #histories = new Map<string, Recorded[]>();
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
    const collection = this.#now.get(collectionOf(resource));
    const namespaces = namespace === '' ? [...(collection?.values() ?? [])] : [collection?.get(namespace) ?? new Map<string, KubernetesObject>()];
    return namespaces.flatMap((each) => [...each.values()]) as T[];
  }

  object<T extends KubernetesObject>(resource: Resource<T>, { namespace, name }: Required<ObjectName>): T | undefined {
    return this.#now.get(collectionOf(resource))?.get(namespace)?.get(name) as T | undefined;
  }

  /** Calls `each` for every state from now on. @returns how to end that */
  onEvent(each: (event: Recorded) => void): () => void {
    this.#listeners.add(each);
    return () => void this.#listeners.delete(each);
  }

  /** All states of a namespace, in the order in which the cluster took them. */
  history(namespace: string): Recorded[] {
    return (this.#histories.get(namespace) ?? []).toSorted((one, other) => one.version - other.version);
  }

  /** How many states of a namespace were told so far: while it stays, nothing has changed. */
  states(namespace: string): number {
    return this.#histories.get(namespace)?.length ?? 0;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await Promise.all(this.#running);
  }

  async #list(kind: Resource<KubernetesObject>): Promise<string> {
    const collection = collectionOf(kind);
    const { items, resourceVersion } = await this.#client.list(kind, { signal: this.#stopping.signal });
    const known = new Map(this.objects(kind).map((object) => [keyOf(object), object]));
    const there = new Set(items.map(keyOf));
    for (const [key, object] of known) if (!there.has(key)) this.#take(collection, 'DELETED', { ...object, metadata: { ...object.metadata, resourceVersion } });
    for (const item of items) if (known.get(keyOf(item))?.metadata.resourceVersion !== item.metadata.resourceVersion) this.#take(collection, known.has(keyOf(item)) ? 'MODIFIED' : 'ADDED', item);
    return resourceVersion;
  }

  #take(collection: string, type: Recorded['type'], object: KubernetesObject): void {
    const { managedFields: _, ...metadata } = object.metadata;
    const event: Recorded = { collection, type, object: { ...object, metadata }, version: Number(metadata.resourceVersion), at: systemClock.now() };
    const { namespace = '', name } = metadata;
    entry(this.#histories, namespace, () => []).push(event);
    const objects = entry(entry(this.#now, collection, () => new Map()), namespace, () => new Map());
    if (type === 'DELETED') objects.delete(name);
    else objects.set(name, event.object);
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

/** What a map holds under a key, made where it holds nothing. */
function entry<K, V>(map: Map<K, V>, key: K, made: () => V): V {
  const found = map.get(key) ?? made();
  map.set(key, found);
  return found;
}
