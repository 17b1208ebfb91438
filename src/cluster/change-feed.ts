import type { KubernetesObject } from '../kubernetes/objects.js';
import type { Change } from './informer.js';

/** Tells changes to listeners one after the other, also when a listener itself causes the next change. */
export class ChangeFeed<T extends KubernetesObject> {
  readonly #listeners = new Set<{ readonly call: (change: Change<T>) => void }>();
  readonly #waiting: Change<T>[] = [];
  readonly #onError: (error: Error) => void;
  #telling = false;

  /** @param onError takes what a listener throws; the other listeners are still called */
  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  subscribe(call: (change: Change<T>) => void): () => void {
    const listener = { call };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: Change<T>): void {
    this.#waiting.push(change);
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      for (const listener of [...this.#listeners]) this.#call(listener, next);
    }
    this.#telling = false;
  }

  #call(listener: { readonly call: (change: Change<T>) => void }, change: Change<T>): void {
    try {
      listener.call(change);
    } catch (error) {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
