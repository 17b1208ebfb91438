import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { HASH_LABEL, roles, type Role, type VersionHashes } from '../../model/version.js';

/** Whose Pod it is. */
export interface KnownPod {
  readonly uid: string;
  readonly name: string;
  readonly role: Role;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** The Pods of two versions, those that are gone too: sources tell of them for a while longer. */
export class VersionPods {
  readonly #hashes: VersionHashes;
  readonly #known = new Map<string, KnownPod>();
  readonly #addresses = new Map<string, Role>();

  /** @param hashes where both versions have one, their Pods count as stable */
  constructor(hashes: VersionHashes) {
    this.#hashes = hashes;
  }

  /** Takes in the Pods of the release's namespace that there are now. @returns those of the two versions */
  update(pods: Iterable<Pod>): { readonly pod: Pod; readonly known: KnownPod }[] {
    const found: { pod: Pod; known: KnownPod }[] = [];
    for (const pod of pods) {
      const role = this.#roleOf(pod);
      if (role === undefined) continue;
      const { name = '', uid = name, creationTimestamp } = pod.metadata;
      const before = this.#known.get(uid);
      const known = before ?? { uid, name, role, created: Date.parse(creationTimestamp ?? '') };
      if (!before) {
        this.#known.set(uid, known);
        this.#known.set(name, known);
      }
      // An address that a Pod had before belongs to the one that has it now.
      for (const { ip } of pod.status?.podIPs ?? []) this.#addresses.set(ip, role);
      if (pod.status?.podIP !== undefined) this.#addresses.set(pod.status.podIP, role);
      found.push({ pod, known });
    }
    return found;
  }

  /** @param pod its name or uid; of several that had one name, the last */
  readonly find = (pod: string): KnownPod | undefined => this.#known.get(pod);

  /** Which version a Pod with this address is of, or was last. */
  readonly roleOfAddress = (address: string): Role | undefined => this.#addresses.get(address);

  #roleOf({ metadata }: Pod): Role | undefined {
    const hash = metadata.labels?.[this.#hashes.label ?? HASH_LABEL];
    return hash === undefined ? undefined : roles.find((role) => this.#hashes[role] === hash);
  }
}
