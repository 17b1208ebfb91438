import { controllerOf } from '../kubernetes/owners.js';
import type { KubernetesObject, ObjectName } from '../kubernetes/objects.js';

/** Namespace and name as one key: `default/web`, or `/node-1` for what has no namespace. */
export function keyOf({ name, namespace }: ObjectName): string {
  return `${namespace ?? ''}/${name}`;
}

/** Objects by name, found also by namespace and by the uid of their controller. */
export class ObjectStore<T extends KubernetesObject> {
  readonly #objects = new Map<string, T>();
  readonly #byNamespace = new Map<string, Set<string>>();
  readonly #byController = new Map<string, Set<string>>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): string[] {
    return [...this.#objects.keys()];
  }

  all(): T[] {
    return [...this.#objects.values()];
  }

  inNamespace(namespace: string): T[] {
    return this.#pick(this.#byNamespace.get(namespace));
  }

  controlledBy(uid: string): T[] {
    return this.#pick(this.#byController.get(uid));
  }

  set(key: string, object: T): void {
    this.delete(key);
    this.#objects.set(key, object);
    enter(this.#byNamespace, object.metadata.namespace, key);
    enter(this.#byController, controllerOf(object)?.uid, key);
  }

  delete(key: string): void {
    const object = this.#objects.get(key);
    if (!object) return;
    this.#objects.delete(key);
    leave(this.#byNamespace, object.metadata.namespace, key);
    leave(this.#byController, controllerOf(object)?.uid, key);
  }

  #pick(keys: ReadonlySet<string> | undefined): T[] {
    const found: T[] = [];
    for (const key of keys ?? []) {
      const object = this.#objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }
}

function enter(index: Map<string, Set<string>>, value: string | undefined, key: string): void {
  if (value === undefined) return;
  const keys = index.get(value);
  if (keys) keys.add(key);
  else index.set(value, new Set([key]));
}

function leave(index: Map<string, Set<string>>, value: string | undefined, key: string): void {
  if (value === undefined) return;
  const keys = index.get(value);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(value);
}
