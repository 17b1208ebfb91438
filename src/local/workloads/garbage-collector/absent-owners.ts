import { isNotFound } from '../../../cluster/api-error.js';
import type { ClusterClient } from '../../../cluster/client.js';
import type { OwnerReference } from '../../../kubernetes/generated/meta-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';

/** So many owners that are known to be gone are remembered. */
const REMEMBERED = 500;

/** Owners that no longer exist, so that the server is asked about each only once. A uid never comes back. */
export class AbsentOwners {
  readonly #client: ClusterClient;
  readonly #uids = new Set<string>();

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  add(uid: string): void {
    this.#uids.delete(uid);
    this.#uids.add(uid);
    const [oldest] = this.#uids;
    if (this.#uids.size > REMEMBERED && oldest !== undefined) this.#uids.delete(oldest);
  }

  /**
   * Whether the server has no object of that name with the owner's uid.
   * @param resource undefined for a kind that is not known (yet)
   * @throws Error when that cannot be told, because then nothing may be deleted
   */
  async isAbsent(
    owner: OwnerReference,
    resource: Resource<KubernetesObject> | undefined,
    namespace: string | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#uids.has(owner.uid)) return true;
    if (!resource) throw new Error(`owner ${owner.kind} ${owner.name}: the server has no ${owner.apiVersion} ${owner.kind}`);
    // A namespaced owner of something that has no namespace cannot exist.
    if (resource.namespaced && namespace === undefined) return true;
    try {
      const name = resource.namespaced && namespace !== undefined ? { name: owner.name, namespace } : { name: owner.name };
      const found = await this.#client.get(resource, name, { signal });
      if (found.metadata.uid === owner.uid) return false;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.add(owner.uid);
    return true;
  }
}
