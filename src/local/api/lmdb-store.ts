import { open } from 'lmdb';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { JournaledStore, type StoreOptions } from './journaled-store.js';
import { StoredObject, type Journal, type JournalContent, type Store, type StoreEvent } from './store.js';

interface EventEntry {
  readonly type: StoreEvent['type'];
  readonly collection: string;
  readonly key: string;
  readonly object: KubernetesObject;
  readonly before?: KubernetesObject;
}

const VERSION = 'version';
const COMPACTED = 'compactedVersion';

/**
 * A store in a directory. What it acknowledged is there again after a crash at any moment; one process may have it open.
 * @param directory made when it is missing
 */
export function lmdbStore(directory: string, options: StoreOptions = {}): Store {
  return new JournaledStore(new LmdbJournal(directory), options);
}

class LmdbJournal implements Journal {
  readonly #root;
  readonly #objects;
  readonly #events;
  readonly #counters;
  #compactedVersion = 0;

  constructor(directory: string) {
    this.#root = open({ path: directory, maxDbs: 4, noSubdir: false });
    this.#objects = this.#root.openDB<string, string>({ name: 'objects', encoding: 'string' });
    this.#events = this.#root.openDB<string, number>({ name: 'events', encoding: 'string' });
    this.#counters = this.#root.openDB<number, string>({ name: 'counters', encoding: 'json' });
  }

  load(): JournalContent {
    const objects = [...this.#objects.getRange()].map(({ value }) => {
      const { collection, key, object }: EventEntry = JSON.parse(value);
      return restored(collection, key, object);
    });
    const events = [...this.#events.getRange()].map(({ key: version, value }): StoreEvent => {
      const { type, collection, key, object, before }: EventEntry = JSON.parse(value);
      const stored = restored(collection, key, object);
      return { type, version, stored, ...(before ? { before: restored(collection, key, before) } : {}) };
    });
    this.#compactedVersion = this.#counters.get(COMPACTED) ?? 0;
    return { version: this.#counters.get(VERSION) ?? 1, compactedVersion: this.#compactedVersion, objects, events };
  }

  async append(events: readonly StoreEvent[], compactedVersion: number): Promise<void> {
    await this.#root.transaction(() => {
      for (const { type, version, stored, before } of events) {
        const place = `${stored.collection} ${stored.key}`;
        const head = `{"type":"${type}","collection":${JSON.stringify(stored.collection)},"key":${JSON.stringify(stored.key)},"object":`;
        const entry = `${head}${wholeText(stored)}`;
        if (type === 'DELETED') this.#objects.removeSync(place);
        else this.#objects.putSync(place, `${entry}}`);
        this.#events.putSync(version, before ? `${entry},"before":${wholeText(before)}}` : `${entry}}`);
        this.#counters.putSync(VERSION, version);
      }
      if (compactedVersion > this.#compactedVersion) this.#dropEvents(compactedVersion);
    });
  }

  async close(): Promise<void> {
    await this.#root.flushed;
    await this.#root.close();
  }

  #dropEvents(compactedVersion: number): void {
    for (const version of this.#events.getKeys({ end: compactedVersion + 1 })) this.#events.removeSync(version);
    this.#counters.putSync(COMPACTED, compactedVersion);
    this.#compactedVersion = compactedVersion;
  }
}

function restored(collection: string, key: string, object: KubernetesObject): StoredObject {
  return new StoredObject(collection, key, Number(object.metadata.resourceVersion), object);
}

function wholeText({ object, text }: StoredObject): string {
  return `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},${text.slice(1)}`;
}
