import type { KubernetesObject } from '../kubernetes/objects.js';
import type { WatchEvent } from './client.js';
import type { Change } from './informer.js';
import { keyOf, ObjectStore } from './object-store.js';
import { compareVersions, RecentVersions } from './versions.js';

/** What we wrote and the watch has not told us yet. */
interface OwnWrite<T> {
  /** `gone`: ours is the deletion of the object with this uid, or it no longer matches the selector. */
  readonly state: 'present' | 'gone';
  readonly uid: string | undefined;
  /** The version that our write made; undefined for a deletion, whose version the server does not answer. */
  readonly version: string | undefined;
  /** The newest version known of the object when we wrote; what is older than this is old. */
  readonly known: string;
  /** Lists that began with this number or a later one include the write. */
  readonly list: number;
  /** What the watch told last of the object with this uid, older than the write; undefined when nothing. */
  told: T | undefined;
}

/**
 * The cache behind an informer: takes in lists, watch events and our own writes, and tells each change once.
 *
 * Read-your-writes. What `remember` put in is held against older events until the watch or a list has passed it:
 * - a version that the watch has already passed is ignored, because the cache is as new or newer (so an object that was
 *   deleted since never comes back);
 * - an event for the same object with an older version is ignored, one with the same version settles it;
 * - a list that began after the write is the truth; one that began before it is, unless its version is older.
 * - a watch that has passed our version without telling it knows better: a server may answer a write with a version that
 *   belongs to another one (kine does, when what was deleted is created again), which no precondition would ever meet.
 * Where versions cannot be ordered, an event settles a write only by carrying its very version, or by its deletion.
 */
export class WatchedCache<T extends KubernetesObject> {
  readonly #store = new ObjectStore<T>();
  readonly #ownWrites = new Map<string, OwnWrite<T>>();
  readonly #recent = new RecentVersions(4096);
  readonly #matches: (object: T) => boolean;
  readonly #tell: (change: Change<T>) => void;
  #observed = '';
  #lists = 0;

  /** @param matches whether the watch would show this object, given its selectors */
  constructor(matches: (object: T) => boolean, tell: (change: Change<T>) => void) {
    this.#matches = matches;
    this.#tell = tell;
  }

  /** For reading only. */
  get objects(): Pick<ObjectStore<T>, 'size' | 'get' | 'all' | 'inNamespace' | 'controlledBy'> {
    return this.#store;
  }

  /** To be called before a list is asked for. @returns the number of the list, for `replace` */
  beginList(): number {
    return ++this.#lists;
  }

  /** Takes in a whole list: what is missing from it was deleted. */
  replace(list: number, items: readonly T[], version: string): void {
    const listed = new Map(items.map((item) => [keyOf(item.metadata), item]));
    this.#observed = version;
    this.#recent.clear();
    for (const key of new Set([...this.#store.keys(), ...listed.keys()])) {
      const own = this.#ownWrites.get(key);
      if (own && own.list > list && !this.#listedIsAsNew(own, listed.get(key), version)) continue;
      this.#put(key, listed.get(key));
    }
    for (const [key, own] of this.#ownWrites) if (own.list <= list) this.#ownWrites.delete(key);
  }

  /** Takes in one event of the watch. */
  apply(event: WatchEvent<T>): void {
    if (event.type === 'BOOKMARK') {
      this.#observed = event.resourceVersion;
      this.#believe();
      return;
    }
    const { object, type } = event;
    const version = object.metadata.resourceVersion ?? '';
    if (compareVersions(version, this.#observed) !== 'older') this.#observed = version;
    this.#recent.add(version);
    const key = keyOf(object.metadata);
    const own = this.#ownWrites.get(key);
    if (own && !settles(own, event)) {
      if (own.uid === object.metadata.uid && type !== 'DELETED') own.told = object;
    } else {
      if (own) this.#ownWrites.delete(key);
      this.#put(key, type === 'DELETED' ? undefined : object, type === 'DELETED' ? object : undefined);
    }
    this.#believe();
  }

  /** Takes what was told for the truth where the watch has passed our write without telling it. */
  #believe(): void {
    for (const [key, own] of this.#ownWrites) {
      if (own.state === 'gone' || own.version === undefined || own.told === undefined || compareVersions(own.version, this.#observed) === 'newer') continue;
      if (compareVersions(own.version, this.#observed) === 'unknown') continue;
      this.#ownWrites.delete(key);
      this.#put(key, own.told);
    }
  }

  /** What a write of ours answered. */
  remember(object: T): void {
    const { uid, resourceVersion: version } = object.metadata;
    const key = keyOf(object.metadata);
    if (version === undefined || this.#passed(version)) return;
    const own = this.#ownWrites.get(key);
    if (own?.state === 'gone' && own.version === undefined && own.uid === uid) return;
    if (own?.version !== undefined && compareVersions(version, own.version) === 'older') return;
    const present = this.#matches(object) && !isFinallyDeleted(object);
    // What the cache has of it came from the watch, unless it is a write of ours as well.
    const before = own ? own.told : this.#store.get(key);
    this.#ownWrites.set(key, { state: present ? 'present' : 'gone', uid, version, known: version, list: this.#lists + 1, told: before?.metadata.uid === uid ? before : undefined });
    this.#put(key, present ? object : undefined, present ? undefined : object);
  }

  /** The server confirmed that this object is gone. */
  forget(object: T): void {
    const key = keyOf(object.metadata);
    const { uid } = object.metadata;
    const cached = this.#store.get(key);
    const newer = cached !== undefined && cached.metadata.uid !== uid;
    if (newer && compareVersions(cached.metadata.resourceVersion ?? '', object.metadata.resourceVersion ?? '') !== 'older') return;
    if (!cached && this.#passed(object.metadata.resourceVersion ?? '')) return;
    this.#ownWrites.set(key, { state: 'gone', uid, version: undefined, known: object.metadata.resourceVersion ?? '', list: this.#lists + 1, told: undefined });
    this.#put(key, undefined);
  }

  /** Whether the watch has already told all up to this version. */
  #passed(version: string): boolean {
    if (this.#observed === '') return false;
    const order = compareVersions(version, this.#observed);
    return order === 'older' || order === 'same' || (order === 'unknown' && this.#recent.has(version));
  }

  /** Whether a list that began before our write shows it all the same. */
  #listedIsAsNew(own: OwnWrite<T>, listed: T | undefined, version: string): boolean {
    if (own.version === undefined) return listed === undefined || (listed.metadata.uid !== own.uid && !isOlder(listed, own));
    const order = compareVersions(version, own.version);
    return order === 'newer' || order === 'same';
  }

  /** @param last the last state of what is gone, where the server told it */
  #put(key: string, object: T | undefined, last?: T): void {
    const before = this.#store.get(key);
    if (object === undefined) {
      if (!before) return;
      this.#store.delete(key);
      this.#tell({ type: 'deleted', object: last !== undefined && last.metadata.uid === before.metadata.uid ? last : before });
      return;
    }
    if (!before) {
      this.#store.set(key, object);
      this.#tell({ type: 'added', object });
      return;
    }
    if (before.metadata.uid !== object.metadata.uid) {
      this.#store.delete(key);
      this.#tell({ type: 'deleted', object: before });
      this.#store.set(key, object);
      this.#tell({ type: 'added', object });
      return;
    }
    if (before.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#store.set(key, object);
    this.#tell({ type: 'changed', object, before });
  }
}

/** Whether this event is about a state as new as our write, so that it may go into the cache. */
function settles<T extends KubernetesObject>(own: OwnWrite<T>, event: Exclude<WatchEvent<T>, { type: 'BOOKMARK' }>): boolean {
  const { uid, resourceVersion } = event.object.metadata;
  if (own.version === undefined) return uid === own.uid ? event.type === 'DELETED' : !isOlder(event.object, own);
  const order = compareVersions(resourceVersion ?? '', own.version);
  if (order === 'unknown') return event.type === 'DELETED' && uid === own.uid;
  return order !== 'older';
}

function isOlder<T>({ metadata }: KubernetesObject, own: OwnWrite<T>): boolean {
  return compareVersions(metadata.resourceVersion ?? '', own.known) === 'older';
}

/** The last write that takes away the last finalizer of an object being deleted answers the object; it is gone. */
function isFinallyDeleted({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0 && metadata.deletionGracePeriodSeconds === 0;
}
