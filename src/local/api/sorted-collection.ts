import type { StoredObject } from './store.js';

/** Objects of one collection, in order of their keys. */
export class SortedCollection {
  readonly #objects = new Map<string, StoredObject>();
  readonly #keys: string[] = [];

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  set(stored: StoredObject): void {
    if (!this.#objects.has(stored.key)) this.#keys.splice(this.#position(stored.key), 0, stored.key);
    this.#objects.set(stored.key, stored);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#keys.splice(this.#position(key), 1);
  }

  list(prefix = ''): StoredObject[] {
    const found: StoredObject[] = [];
    for (let index = this.#position(prefix); index < this.#keys.length; index++) {
      const key = this.#keys[index];
      if (key === undefined || !key.startsWith(prefix)) break;
      const stored = this.#objects.get(key);
      if (stored) found.push(stored);
    }
    return found;
  }

  /** Where a key is, or would be. */
  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
