import { hasEnded, type Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import type { Caches } from './caches.js';

/** How many releases may be under way at once; absent for no limit. */
export interface ReleaseLimits {
  readonly cluster?: number | undefined;
  readonly namespace?: number | undefined;
}

const keyOf = ({ metadata }: ReleasePolicy): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/**
 * Places for releases that are under way at once. Who waits longest is next, but a namespace with fewer releases under way
 * goes before one with more, so that a team with many programs does not keep the others out.
 */
export class ReleasePlaces {
  readonly #limits: ReleaseLimits;
  /** Places that were given in this process and whose releases the caches may not show yet. */
  readonly #given = new Set<string>();

  constructor(limits: ReleaseLimits) {
    this.#limits = limits;
  }

  /** Whether a release of this policy may start now; then the place is taken until `giveBack`. */
  take(policy: ReleasePolicy, caches: Caches): { readonly free: boolean; readonly text: string } {
    const { cluster = Number.POSITIVE_INFINITY, namespace = Number.POSITIVE_INFINITY } = this.#limits;
    if (cluster === Number.POSITIVE_INFINITY && namespace === Number.POSITIVE_INFINITY) return { free: true, text: '' };
    const running = this.#running(caches);
    const home = policy.metadata.namespace ?? '';
    const inNamespace = (name: string): number => [...running].filter((key) => key.startsWith(`${name}/`)).length;
    const ahead = this.#waiting(caches)
      .filter((other) => keyOf(other) !== keyOf(policy) && isBefore(other, policy, inNamespace))
      .filter((other) => inNamespace(other.metadata.namespace ?? '') < namespace).length;
    if (inNamespace(home) >= namespace) return { free: false, text: `A new version waits: ${inNamespace(home)} releases are under way in namespace ${home}, which is the limit.` };
    if (running.size + ahead >= cluster) return { free: false, text: `A new version waits: ${running.size} releases are under way, ${cluster} is the limit, ${ahead} wait before this one.` };
    this.#given.add(keyOf(policy));
    return { free: true, text: '' };
  }

  /** The release is on record, or was not started. */
  giveBack(policy: ReleasePolicy): void {
    this.#given.delete(keyOf(policy));
  }

  #running(caches: Caches): Set<string> {
    const keys = caches.releases.list().filter(takesPlace).map(({ metadata, spec }) => `${metadata.namespace ?? ''}/${spec.policy}`);
    return new Set([...keys, ...this.#given]);
  }

  #waiting(caches: Caches): ReleasePolicy[] {
    return caches.policies.list().filter(({ status }) => status?.queuedAt !== undefined);
  }
}

/** One that waits to begin takes none: it asks for one when it begins. */
const takesPlace = ({ status, spec }: Release): boolean => !hasEnded(status?.phase ?? 'Preparing') && status?.held === undefined && !(status === undefined && spec.consent !== undefined);

function isBefore(a: ReleasePolicy, b: ReleasePolicy, running: (namespace: string) => number): boolean {
  const [first, second] = [running(a.metadata.namespace ?? ''), running(b.metadata.namespace ?? '')];
  if (first !== second) return first < second;
  // One that does not wait yet comes last.
  const [since, other] = [a.status?.queuedAt ?? '', b.status?.queuedAt ?? '~'];
  return since < other || (since === other && keyOf(a) < keyOf(b));
}
