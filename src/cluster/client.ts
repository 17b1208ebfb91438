import type { KubernetesObject, ObjectName, Resource } from '../kubernetes/objects.js';

export type PatchKind = 'json' | 'merge' | 'strategic';

/** A patch and how it is meant; the content type is always sent. */
export interface Patch {
  readonly kind: PatchKind;
  readonly body: unknown;
}

export interface WriteOptions {
  readonly subresource?: 'status' | 'scale' | 'finalize';
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly signal?: AbortSignal;
}

export interface ListResult<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly signal?: AbortSignal;
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface WatchOptions extends ListOptions {
  readonly resourceVersion: string;
  readonly timeoutSeconds?: number;
}

/** A Kubernetes API, whichever way it is reached. Every method throws `ApiError` for an answer that is not 2xx. */
export interface ClusterClient {
  get<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName, options?: { signal?: AbortSignal }): Promise<T>;
  /** As `get`, but undefined where there is none (404). */
  find<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName, options?: { signal?: AbortSignal }): Promise<T | undefined>;
  /** Pages through the whole collection. */
  list<T extends KubernetesObject>(resource: Resource<T>, options?: ListOptions): Promise<ListResult<T>>;
  /** Ends without an error when the server ends it; throws `ApiError` with code 410 for a version too old, in any form. */
  watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  create<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** PUT; guarded by `metadata.resourceVersion` when the object carries one. */
  replace<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T>;
  /** Server-side apply; `object` holds only the fields to own. */
  apply<T extends KubernetesObject>(resource: Resource<T>, object: KubernetesObject, options: WriteOptions & { fieldManager: string; force?: boolean }): Promise<T>;
  delete(resource: Resource<KubernetesObject>, name: ObjectName, options?: DeleteOptions): Promise<void>;
  /** Ends a Pod as its disruption budget allows; 429 where it does not at the moment. */
  evict(name: ObjectName & { readonly namespace: string }, options?: { signal?: AbortSignal }): Promise<void>;
  /** A path that is no object: `/version`, `/openapi/v3`, a Pod's log. @returns the body as text */
  raw(path: string, query?: URLSearchParams, options?: { signal?: AbortSignal }): Promise<string>;
}
