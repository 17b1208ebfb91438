import type { Clock } from '../../../ports/clock.js';
import type { Random } from '../../../ports/random.js';
import type { Store, StoreEvent } from '../store.js';
import { newUid, timestamp } from '../writes/identity.js';

const NAMESPACES = '/namespaces';
const ACCOUNTS = '/serviceaccounts';
const DEFAULT = 'default';

/** Keeps a ServiceAccount `default` in every namespace that is not being deleted. */
export class DefaultAccounts {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #unsubscribe: () => void;
  #work: Promise<void> = Promise.resolve();

  constructor(store: Store, clock: Clock, random: Random) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#unsubscribe = store.onEvents((events) => {
      const due = events.map(namespaceToLookAt).filter((name) => name !== undefined);
      if (due.length > 0) this.#enqueue(due);
    });
  }

  /** Looks at all namespaces that are there. */
  start(): Promise<void> {
    this.#enqueue(this.#store.list(NAMESPACES).map(({ key }) => key));
    return this.#work;
  }

  /** Waits for what is under way, then stops. */
  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#work;
  }

  #enqueue(namespaces: readonly string[]): void {
    this.#work = this.#work.then(() => this.#create(namespaces)).catch(() => undefined);
  }

  async #create(namespaces: readonly string[]): Promise<void> {
    const lacking = namespaces.filter((name) => this.#store.get(ACCOUNTS, `${name}/${DEFAULT}`) === undefined);
    if (lacking.length === 0) return;
    await this.#store.write((transaction) => {
      for (const namespace of lacking) {
        const found = transaction.get(NAMESPACES, namespace)?.object;
        const key = `${namespace}/${DEFAULT}`;
        if (found === undefined || found.metadata.deletionTimestamp !== undefined || transaction.get(ACCOUNTS, key) !== undefined) continue;
        const metadata = { name: DEFAULT, namespace, uid: newUid(this.#random), creationTimestamp: timestamp(this.#clock.now()) };
        transaction.put(ACCOUNTS, key, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
      }
    });
  }
}

function namespaceToLookAt({ type, stored }: StoreEvent): string | undefined {
  if (stored.collection === NAMESPACES && type === 'ADDED') return stored.key;
  return stored.collection === ACCOUNTS && type === 'DELETED' && stored.key.endsWith(`/${DEFAULT}`) ? stored.key.slice(0, -DEFAULT.length - 1) : undefined;
}
