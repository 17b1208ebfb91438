import type { OwnerReference } from '../../../kubernetes/generated/meta-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';

/** What garbage collection knows of one object. */
export interface GraphNode {
  readonly uid: string;
  readonly resource: Resource<KubernetesObject>;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  /** A deletion was asked for. */
  readonly leaving: boolean;
}

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** Whether the object waits until what it owns is gone. */
export function waitsForDependents(node: GraphNode): boolean {
  return node.leaving && node.finalizers.includes(FOREGROUND);
}

export function graphNode(resource: Resource<KubernetesObject>, { metadata }: KubernetesObject): GraphNode {
  return {
    uid: metadata.uid ?? '',
    resource,
    name: metadata.name,
    namespace: metadata.namespace,
    resourceVersion: metadata.resourceVersion,
    owners: metadata.ownerReferences ?? [],
    finalizers: metadata.finalizers ?? [],
    leaving: metadata.deletionTimestamp !== undefined,
  };
}

/** Who owns whom, as far as the caches know. */
export class OwnershipGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** The known objects that have an owner reference to this uid. */
  dependentsOf(uid: string): GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((each) => this.#nodes.get(each) ?? []);
  }

  /** @returns the uids to look at because of this change */
  put(node: GraphNode): string[] {
    const before = this.#nodes.get(node.uid);
    this.#unlink(before);
    this.#nodes.set(node.uid, node);
    for (const { uid } of node.owners) this.#link(uid, node.uid);
    const owners = new Set([...(before?.owners ?? []), ...node.owners].map(({ uid }) => uid));
    return [node.uid, ...this.#waiting(owners)];
  }

  /** @returns the uids to look at because the object is gone: what it owned, and owners that waited for it */
  remove(uid: string): string[] {
    const before = this.#nodes.get(uid);
    if (!before) return [];
    this.#unlink(before);
    this.#nodes.delete(uid);
    return [...(this.#dependents.get(uid) ?? []), ...this.#waiting(new Set(before.owners.map((owner) => owner.uid)))];
  }

  #waiting(uids: ReadonlySet<string>): string[] {
    return [...uids].filter((uid) => {
      const node = this.#nodes.get(uid);
      return node !== undefined && waitsForDependents(node);
    });
  }

  #link(owner: string, dependent: string): void {
    const dependents = this.#dependents.get(owner) ?? new Set();
    this.#dependents.set(owner, dependents.add(dependent));
  }

  #unlink(node: GraphNode | undefined): void {
    for (const { uid } of node?.owners ?? []) {
      const dependents = this.#dependents.get(uid);
      dependents?.delete(node?.uid ?? '');
      if (dependents?.size === 0) this.#dependents.delete(uid);
    }
  }
}
