import type { Clock } from '../../ports/clock.js';
import type { Change } from '../../cluster/informer.js';
import type { Approval } from '../../model/approval.js';
import { frozenUntil, type Frozen } from '../../approvals/frozen.js';
import type { FreezeWindow } from '../../model/freeze-window.js';
import { hasEnded, type Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { ResourceCaches } from './caches.js';
import { WatchedReleases } from './releases/watched.js';
import { sharedSummary, type SharedSummary } from './releases/summary.js';

const nobody: readonly Approval[] = [];

/** What is known of the cluster at this moment, put together so that the same is never worked out twice. */
export class Known {
  readonly caches: ResourceCaches;
  readonly watched = new WatchedReleases();
  readonly #clock: Clock;
  readonly #approvals = new Map<string, readonly Approval[]>();
  readonly #summaries = new WeakMap<Release, { readonly approvals: readonly Approval[]; readonly shared: SharedSummary }>();
  readonly #unsubscribe: readonly (() => void)[];

  constructor(caches: ResourceCaches, clock: Clock) {
    this.caches = caches;
    this.#clock = clock;
    this.#unsubscribe = [caches.approvals.onChange((change) => this.#learn(change)), caches.releases.onChange((change) => this.#watch(change))];
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** What people said to a release of this uid. */
  approvalsOf({ metadata }: Pick<Release, 'metadata'>): readonly Approval[] {
    return this.#approvals.get(metadata.uid ?? '') ?? nobody;
  }

  /** A release in short. */
  summary(release: Release): SharedSummary {
    const approvals = this.approvalsOf(release);
    const known = this.#summaries.get(release);
    if (known?.approvals === approvals) return known.shared;
    const frozen = release.status?.held?.for === 'freeze';
    const shared = sharedSummary(release, approvals, this.#clock.now(), frozen ? this.#windows(release.metadata.namespace ?? '') : []);
    // Who may let it through stands in another object, which may change.
    if (!frozen) this.#summaries.set(release, { approvals, shared });
    return shared;
  }

  /** The freeze that keeps a policy's releases from beginning at this moment: the one that ends last. */
  freezeOf({ metadata }: ReleasePolicy): Frozen | undefined {
    return frozenUntil(this.#windows(metadata.namespace ?? ''), metadata.labels ?? {}, this.#clock.now());
  }

  /** Releases of a policy, newest first. */
  releasesOf({ metadata }: ReleasePolicy): Release[] {
    return this.caches.releases.list({ namespace: metadata.namespace ?? '' }).filter(({ spec }) => spec.policy === metadata.name).sort(newestFirst);
  }

  policyOf({ metadata, spec }: Release): ReleasePolicy | undefined {
    return this.caches.policies.get({ namespace: metadata.namespace ?? '', name: spec.policy });
  }

  #windows(namespace: string): FreezeWindow[] {
    return [...this.caches.freezeWindows.list({ namespace }), ...(this.caches.clusterFreezeWindows?.list() ?? [])];
  }

  #learn({ type, object }: Change<Approval>): void {
    const { releaseUid } = object.spec;
    const others = this.approvalsOf({ metadata: { name: '', uid: releaseUid } }).filter(({ metadata }) => metadata.uid !== object.metadata.uid);
    const all = type === 'deleted' ? others : [...others, object];
    if (all.length === 0) this.#approvals.delete(releaseUid);
    else this.#approvals.set(releaseUid, all);
  }

  #watch(change: Change<Release>): void {
    if (change.type === 'deleted') this.watched.forget(change.object);
    else this.watched.see(change.object, this.#clock.now());
  }
}

/** Releases under way first, then by when they began, newest first. */
export function newestFirst(a: Release, b: Release): number {
  return ended(a) - ended(b) || begunAt(b).localeCompare(begunAt(a)) || a.metadata.name.localeCompare(b.metadata.name) || (a.metadata.namespace ?? '').localeCompare(b.metadata.namespace ?? '');
}

const ended = ({ status }: Release): number => (hasEnded(status?.phase ?? 'Preparing') ? 1 : 0);

const begunAt = ({ status, metadata }: Release): string => status?.startedAt ?? metadata.creationTimestamp ?? '';
