import { deepFreeze } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { noFaults, type FaultPort } from '../../ports/fault-port.js';
import { SortedCollection } from './sorted-collection.js';
import { StoreHistory } from './store-history.js';
import { StoredObject, type Journal, type Store, type StoreEvent, type Transaction } from './store.js';

export interface StoreOptions {
  readonly faults?: FaultPort;
  /** How many past events are kept for watches to resume from; default 10,000. */
  readonly historyLimit?: number;
}

interface Waiting {
  readonly events: readonly StoreEvent[];
  resolve(): void;
  reject(reason: unknown): void;
}

/** A write could not be made durable; nothing of it, nor of what was decided on top of it, is stored. */
export class CommitError extends Error {
  override readonly name = 'CommitError';
}

/**
 * Holds all objects in memory and makes commits durable through a journal. Writers decide on the newest state, one after the other;
 * what they decided waits in a queue and is committed in groups; readers see it only then, so that nobody ever saw what a crash takes back.
 */
export class JournaledStore implements Store {
  readonly #journal: Journal | undefined;
  readonly #faults: FaultPort;
  readonly #collections = new Map<string, SortedCollection>();
  readonly #history: StoreHistory;
  /** Decided but not durable: by collection and key; undefined marks a deletion. */
  readonly #ahead = new Map<string, Map<string, StoredObject | undefined>>();
  readonly #listeners = new Set<(events: readonly StoreEvent[]) => void>();
  #queue: Waiting[] = [];
  #committing: Promise<void> | undefined;
  #version: number;
  #nextVersion: number;
  #closed = false;

  /** @param journal absent: nothing survives the process */
  constructor(journal: Journal | undefined, options: StoreOptions = {}) {
    this.#journal = journal;
    this.#faults = options.faults ?? noFaults;
    const content = journal?.load();
    this.#version = content?.version ?? 1;
    this.#nextVersion = this.#version + 1;
    this.#history = new StoreHistory(options.historyLimit ?? 10_000, content?.compactedVersion ?? 0, content?.events ?? []);
    for (const stored of content?.objects ?? []) this.#collection(stored.collection).set(stored);
  }

  get version(): number {
    return this.#version;
  }

  get compactedVersion(): number {
    return this.#history.compactedVersion;
  }

  get(collection: string, key: string): StoredObject | undefined {
    return this.#collections.get(collection)?.get(key);
  }

  list(collection: string, prefix = ''): StoredObject[] {
    return this.#collections.get(collection)?.list(prefix) ?? [];
  }

  listAt(version: number, collection: string, prefix = ''): StoredObject[] | undefined {
    if (version > this.#version) return undefined;
    return this.#history.rewind(version, collection, prefix, this.list(collection, prefix));
  }

  eventsAfter(version: number, collection: string): StoreEvent[] | undefined {
    return this.#history.after(version, collection);
  }

  onEvents(listener: (events: readonly StoreEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async write<R>(decide: (transaction: Transaction) => R): Promise<R> {
    if (this.#closed) throw new CommitError('the store is closed');
    const events: StoreEvent[] = [];
    const result = this.#decide(decide, events);
    // An answer built on what is not durable yet waits for it, even when it wrote nothing itself.
    if (events.length > 0 || this.#queue.length > 0 || this.#committing !== undefined) {
      await new Promise<void>((resolve, reject) => {
        this.#queue.push({ events, resolve, reject });
        this.#committing ??= this.#commitAll();
      });
    }
    return result;
  }

  async compact(version: number): Promise<void> {
    this.#history.compact(Math.min(version, this.#version));
    await this.#journal?.append([], this.#history.compactedVersion);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#committing;
    await this.#journal?.close();
  }

  #decide<R>(decide: (transaction: Transaction) => R, events: StoreEvent[]): R {
    const firstVersion = this.#nextVersion;
    try {
      return decide({
        get: (collection, key) => this.#newest(collection, key),
        list: (collection, prefix = '') => this.#listNewest(collection, prefix),
        put: (collection, key, object) => this.#put(collection, key, object, events),
        delete: (collection, key) => this.#delete(collection, key, events),
      });
    } catch (error) {
      for (const { stored, before } of events.reverse()) this.#remember(stored.collection, stored.key, before);
      events.length = 0;
      this.#nextVersion = firstVersion;
      throw error;
    }
  }

  #put(collection: string, key: string, object: KubernetesObject, events: StoreEvent[]): StoredObject {
    const before = this.#newest(collection, key);
    const stored = this.#stamp(collection, key, object);
    this.#remember(collection, key, stored);
    events.push({ type: before ? 'MODIFIED' : 'ADDED', version: stored.version, stored, ...(before ? { before } : {}) });
    return stored;
  }

  #delete(collection: string, key: string, events: StoreEvent[]): StoredObject | undefined {
    const before = this.#newest(collection, key);
    if (before === undefined) return undefined;
    const stored = this.#stamp(collection, key, { ...before.object, metadata: { ...before.object.metadata } });
    this.#remember(collection, key, undefined);
    events.push({ type: 'DELETED', version: stored.version, stored, before });
    return stored;
  }

  #stamp(collection: string, key: string, object: KubernetesObject): StoredObject {
    const version = this.#nextVersion++;
    object.metadata.resourceVersion = String(version);
    return new StoredObject(collection, key, version, deepFreeze(object));
  }

  #newest(collection: string, key: string): StoredObject | undefined {
    const ahead = this.#ahead.get(collection);
    return ahead?.has(key) ? ahead.get(key) : this.get(collection, key);
  }

  #listNewest(collection: string, prefix: string): StoredObject[] {
    const ahead = this.#ahead.get(collection);
    if (ahead === undefined || ahead.size === 0) return this.list(collection, prefix);
    const byKey = new Map(this.list(collection, prefix).map((stored) => [stored.key, stored]));
    for (const [key, stored] of ahead) {
      if (!key.startsWith(prefix)) continue;
      if (stored === undefined) byKey.delete(key);
      else byKey.set(key, stored);
    }
    return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #remember(collection: string, key: string, stored: StoredObject | undefined): void {
    const ahead = this.#ahead.get(collection) ?? new Map<string, StoredObject | undefined>();
    this.#ahead.set(collection, ahead);
    ahead.set(key, stored);
  }

  async #commitAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const group = this.#queue;
      this.#queue = [];
      const events = group.flatMap((waiting) => waiting.events);
      try {
        if (events.length > 0) await this.#commit(events);
        for (const waiting of group) waiting.resolve();
      } catch (error) {
        this.#forgetAhead([...group, ...this.#queue], error);
      }
    }
    this.#committing = undefined;
  }

  async #commit(events: readonly StoreEvent[]): Promise<void> {
    await this.#faults.reach('api.store.commit.before');
    await this.#journal?.append(events, this.#history.compactedVersion);
    this.#publish(events);
    await this.#faults.reach('api.store.commit.after');
  }

  /** What was decided on top of a failed commit is void too: its writers must look again. */
  #forgetAhead(failed: readonly Waiting[], cause: unknown): void {
    this.#queue = [];
    this.#ahead.clear();
    this.#nextVersion = Math.max(this.#version, this.#nextVersion) + 1;
    for (const waiting of failed) waiting.reject(new CommitError('the write could not be made durable', { cause }));
  }

  #publish(events: readonly StoreEvent[]): void {
    for (const { type, stored } of events) {
      const collection = this.#collection(stored.collection);
      if (type === 'DELETED') collection.delete(stored.key);
      else collection.set(stored);
      this.#version = stored.version;
      this.#settle(type, stored);
    }
    this.#history.add(events);
    for (const listener of this.#listeners) listener(events);
  }

  /** Drops what is durable now from what is ahead, unless a later write is on top of it. */
  #settle(type: StoreEvent['type'], stored: StoredObject): void {
    const ahead = this.#ahead.get(stored.collection);
    const newest = ahead?.get(stored.key);
    if (type === 'DELETED' ? newest === undefined : newest === stored) ahead?.delete(stored.key);
  }

  #collection(name: string): SortedCollection {
    const collection = this.#collections.get(name) ?? new SortedCollection();
    this.#collections.set(name, collection);
    return collection;
  }
}
