import type { KubernetesObject, ObjectName, Resource } from '../kubernetes/objects.js';

/** What happened to one object in a cache. `before` is the last state the cache knew. */
export type Change<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'changed'; readonly object: T; readonly before: T }
  | { readonly type: 'deleted'; readonly object: T };

/** A cache of one resource, kept true by list and watch, that survives every fault of the connection. */
export interface Informer<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  /** True once the first list is in. */
  readonly synced: boolean;
  get(name: ObjectName): T | undefined;
  list(filter?: { namespace?: string }): T[];
  /** Called in order, synchronously, once per change; must not throw. @returns how to stop being called */
  onChange(listener: (change: Change<T>) => void): () => void;
  /** Resolves when the first list is in. */
  untilSynced(signal?: AbortSignal): Promise<void>;
  /** Takes in what a write of ours answered, so that the next read sees it; older events never take it back. */
  remember(object: T): void;
  /** Lists everything anew soon: what is known seems not to be true. */
  refresh(): void;
  /** As `remember`, for an object that we deleted and the server confirmed gone. */
  forget(object: T): void;
}

/** An informer that somebody started and has to stop. */
export interface RunningInformer<T extends KubernetesObject> extends Informer<T> {
  /** The objects whose controller (owner reference with `controller: true`) has this uid. */
  controlledBy(uid: string): T[];
  /** Ends list and watch; resolves when nothing of it runs any more. The cache can still be read. */
  stop(): Promise<void>;
}
