import type { StoredObject, StoreEvent } from './store.js';

/** The newest events of a store, so that watches can resume and lists can look back. */
export class StoreHistory {
  #events: StoreEvent[] = [];
  #compactedVersion: number;
  readonly #limit: number;

  /** @param limit how many events are kept */
  constructor(limit: number, compactedVersion: number, events: readonly StoreEvent[]) {
    this.#limit = limit;
    this.#compactedVersion = compactedVersion;
    this.#events = [...events];
  }

  get compactedVersion(): number {
    return this.#compactedVersion;
  }

  add(events: readonly StoreEvent[]): void {
    for (const event of events) this.#events.push(event);
    // A quarter of slack, so that dropping costs little per event.
    if (this.#events.length > this.#limit * 1.25) {
      const dropped = this.#events.splice(0, this.#events.length - this.#limit);
      this.#compactedVersion = dropped.at(-1)?.version ?? this.#compactedVersion;
    }
  }

  compact(version: number): void {
    if (version <= this.#compactedVersion) return;
    this.#events = this.#events.slice(this.#indexAfter(version));
    this.#compactedVersion = version;
  }

  after(version: number, collection: string): StoreEvent[] | undefined {
    if (version < this.#compactedVersion) return undefined;
    return this.#events.slice(this.#indexAfter(version)).filter(({ stored }) => stored.collection === collection);
  }

  /** Undoes what happened after `version` to `objects`, which are those of now. */
  rewind(version: number, collection: string, prefix: string, objects: readonly StoredObject[]): StoredObject[] | undefined {
    const events = this.after(version, collection)?.filter(({ stored }) => stored.key.startsWith(prefix));
    if (events === undefined) return undefined;
    if (events.length === 0) return [...objects];
    const byKey = new Map(objects.map((stored) => [stored.key, stored]));
    for (const { before, stored } of events.reverse()) {
      if (before === undefined) byKey.delete(stored.key);
      else byKey.set(stored.key, before);
    }
    return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #indexAfter(version: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.version ?? Infinity) <= version) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
