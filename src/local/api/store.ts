import type { KubernetesObject } from '../../kubernetes/objects.js';

/** One version of one object. It never changes; its object is frozen. */
export class StoredObject {
  /** `<group>/<plural>`; `/pods` for the core group. */
  readonly collection: string;
  /** `<namespace>/<name>`, or the name alone where there is no namespace. */
  readonly key: string;
  /** Its resourceVersion. */
  readonly version: number;
  readonly object: KubernetesObject;
  #text: string | undefined;

  constructor(collection: string, key: string, version: number, object: KubernetesObject) {
    this.collection = collection;
    this.key = key;
    this.version = version;
    this.object = object;
  }

  /** JSON text without kind and apiVersion, made once and shared by every list, watch and journal entry. */
  get text(): string {
    if (this.#text === undefined) {
      const { kind: _kind, apiVersion: _apiVersion, ...rest } = this.object;
      this.#text = JSON.stringify(rest);
    }
    return this.#text;
  }
}

/** One change of one object. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The resourceVersion of the change; a deletion has one of its own. */
  readonly version: number;
  /** What is stored now; for a deletion the last content, at the deletion's version. */
  readonly stored: StoredObject;
  /** What was stored before; absent for ADDED. */
  readonly before?: StoredObject;
}

/** The newest state, including writes that are not durable yet; writes go on top of it. */
export interface Transaction {
  get(collection: string, key: string): StoredObject | undefined;
  list(collection: string, prefix?: string): StoredObject[];
  /** Stores an object, stamps it with a new resourceVersion and freezes it; the caller gives it away. */
  put(collection: string, key: string, object: KubernetesObject): StoredObject;
  /** @returns the last content at the deletion's version; undefined when there was none */
  delete(collection: string, key: string): StoredObject | undefined;
}

/** Objects with one rising version for all of them. Reads see durable state only. */
export interface Store {
  /** The version of the newest durable write. */
  readonly version: number;
  /** Versions up to this one can no longer be read or resumed from. */
  readonly compactedVersion: number;
  get(collection: string, key: string): StoredObject | undefined;
  /** In order of keys. @param prefix only keys that begin with it, such as `default/` */
  list(collection: string, prefix?: string): StoredObject[];
  /**
   * As `list`, at an older version.
   * @returns undefined when that version is compacted or not yet reached
   */
  listAt(version: number, collection: string, prefix?: string): StoredObject[] | undefined;
  /**
   * Runs `decide` at once, in order with all other writes. Its writes appear to readers, all together, when they are durable;
   * then the promise resolves. When `decide` throws, nothing is written.
   */
  write<R>(decide: (transaction: Transaction) => R): Promise<R>;
  /** What happened after `version`; undefined when that is compacted. */
  eventsAfter(version: number, collection: string): StoreEvent[] | undefined;
  /** Called with the events of each commit, in order. @returns how to stop being called */
  onEvents(listener: (events: readonly StoreEvent[]) => void): () => void;
  /** Forgets history up to `version`. */
  compact(version: number): Promise<void>;
  /** Waits for writes under way, then closes. */
  close(): Promise<void>;
}

/** What a journal keeps of a store. */
export interface JournalContent {
  readonly version: number;
  readonly compactedVersion: number;
  readonly objects: readonly StoredObject[];
  readonly events: readonly StoreEvent[];
}

/** Where commits are made durable. */
export interface Journal {
  load(): JournalContent;
  /** Resolves when all of it would survive the end of the process; never part of it. */
  append(events: readonly StoreEvent[], compactedVersion: number): Promise<void>;
  close(): Promise<void>;
}
