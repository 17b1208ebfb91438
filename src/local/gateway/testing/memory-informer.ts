import type { Change, Informer } from '../../../cluster/informer.js';
import type { KubernetesObject, ObjectName, Resource } from '../../../kubernetes/objects.js';

const keyOf = ({ namespace, name }: { namespace?: string; name?: string }): string => `${namespace ?? ''}/${name ?? ''}`;

/** A cache that a test fills by hand. */
export class MemoryInformer<T extends KubernetesObject> implements Informer<T> {
  readonly resource: Resource<T>;
  readonly synced = true;
  readonly #objects = new Map<string, T>();
  readonly #listeners = new Set<(change: Change<T>) => void>();

  constructor(resource: Resource<T>) {
    this.resource = resource;
  }

  get(name: ObjectName): T | undefined {
    return this.#objects.get(keyOf(name));
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  untilSynced(): Promise<void> {
    return Promise.resolve();
  }

  /** Nobody else changes it. */
  refresh(): void {}

  remember(object: T): void {
    const before = this.#objects.get(keyOf(object.metadata));
    this.#objects.set(keyOf(object.metadata), object);
    for (const listener of this.#listeners) listener(before ? { type: 'changed', object, before } : { type: 'added', object });
  }

  forget(object: T): void {
    if (!this.#objects.delete(keyOf(object.metadata))) return;
    for (const listener of this.#listeners) listener({ type: 'deleted', object });
  }
}
