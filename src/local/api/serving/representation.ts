import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { ServedKind } from '../kind-registry.js';
import type { StoredObject } from '../store.js';

/** What a list says about itself. */
export interface ListFacts {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** One way of writing objects: whole, as a table, or metadata only. */
export interface Representation {
  readonly contentType: string;
  /** Equal ids write equal texts. */
  readonly id: string;
  one(stored: StoredObject): string;
  list(items: readonly StoredObject[], facts: ListFacts): string;
  /** The `object` of a watch event. @param first whether it is the first of its watch */
  inEvent(stored: StoredObject, first: boolean): string;
  /** The `object` of a BOOKMARK. */
  bookmark(resourceVersion: string, annotations?: Readonly<Record<string, string>>): string;
}

/** Whole objects as JSON. */
export function wholeObjects(served: ServedKind): Representation {
  const { kind } = served.kind.resource;
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(served.apiVersion)},`;
  const textOf = (stored: StoredObject): string => (served.view === undefined ? stored.text : withoutType(served.view.fromStored(stored.object)));
  const one = (stored: StoredObject): string => `${head}${textOf(stored).slice(1)}`;
  // Items of built-in lists carry no kind; custom ones do.
  const item = served.custom ? one : textOf;
  return {
    contentType: 'application/json',
    id: `whole ${served.apiVersion}`,
    one,
    inEvent: one,
    list: (items, facts) =>
      `{"kind":"${kind}List","apiVersion":"${served.apiVersion}","metadata":${JSON.stringify(served.custom ? { continue: '', ...facts } : facts)},"items":[${items.map(item).join(',')}]}`,
    bookmark: (resourceVersion, annotations) => JSON.stringify(bookmarkOf(kind, served.apiVersion, resourceVersion, annotations)),
  };
}

function withoutType({ kind: _kind, apiVersion: _apiVersion, ...rest }: KubernetesObject): string {
  return JSON.stringify(rest);
}

/** The object of a BOOKMARK event: a kind and a version, no name. */
export function bookmarkOf(kind: string, apiVersion: string, resourceVersion: string, annotations?: Readonly<Record<string, string>>): object {
  return { kind, apiVersion, metadata: { resourceVersion, creationTimestamp: null, ...(annotations ? { annotations } : {}) } };
}
