import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { JournaledStore } from '../../src/local/api/journaled-store.js';
import type { Journal, JournalContent, Store, StoredObject, StoreEvent } from '../../src/local/api/store.js';
import type { FaultPort } from '../../src/ports/fault-port.js';

/** A whole cluster at one moment, to be gone on from as often as one likes. Immutable. */
export interface SavedGame {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly content: JournalContent;
}

/** A store in memory that can be saved between any two commits. */
export interface SavableStore {
  readonly store: Store;
  save(): SavedGame;
  /** Calls `each` for every event, before anyone else can see it. */
  onCommit(each: (event: StoreEvent) => void): void;
}

/** @param now virtual time @param game where to go on from; an empty cluster when absent */
export function savableStore(now: () => number, game?: SavedGame, faults?: FaultPort): SavableStore {
  const objects = new Map<string, StoredObject>((game?.content.objects ?? []).map((stored) => [keyOf(stored), stored]));
  const listeners: ((event: StoreEvent) => void)[] = [];
  let version = game?.content.version ?? 1;
  const journal: Journal = {
    load: () => game?.content ?? { version: 1, compactedVersion: 0, objects: [], events: [] },
    append(events) {
      for (const event of events) {
        if (event.type === 'DELETED') objects.delete(keyOf(event.stored));
        else objects.set(keyOf(event.stored), event.stored);
        version = event.version;
        for (const listener of listeners) listener(event);
      }
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return {
    store: new JournaledStore(journal, faults === undefined ? {} : { faults }),
    save: () => ({ time: now(), content: { version, compactedVersion: version, objects: [...objects.values()], events: [] } }),
    onCommit: (each) => void listeners.push(each),
  };
}

const keyOf = ({ collection, key }: StoredObject): string => `${collection} ${key}`;

/** Reads objects straight from a store: what an API server would answer now, without asking it. */
export function readObjects<T extends KubernetesObject>(store: Pick<Store, 'list'>, resource: { readonly group: string; readonly plural: string }, namespace = ''): T[] {
  return store.list(`${resource.group}/${resource.plural}`, namespace === '' ? '' : `${namespace}/`).map(({ object }) => object as T);
}
