import { JournaledStore, type StoreOptions } from './journaled-store.js';
import type { Store } from './store.js';

/** A store that ends with the process. */
export function memoryStore(options: StoreOptions = {}): Store {
  return new JournaledStore(undefined, options);
}
