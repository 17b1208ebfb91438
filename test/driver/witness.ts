import { resources, serinResources, type Driver } from './driver.js';
import type { Stage } from './stage.js';
import type { Pod } from '../../src/kubernetes/generated/core-v1.js';
import { HASH_LABEL } from '../../src/model/version.js';

/** The objects of a cluster at one moment. */
export type Objects = Pick<Stage, 'object' | 'objects'>;

/** A cluster whose time goes on, and whose changes are told; or a record of one. */
export type Watched = Objects & Pick<Driver, 'onTick' | 'onChange'> & { readonly clock: { now(): number } };

/** Who gets the requests as routing objects stand: per mille by hash, or all Pods alike. */
export type Reach = { readonly kind: 'shares'; readonly shares: ReadonlyMap<string, number> } | { readonly kind: 'everyone' } | { readonly kind: 'nobody' };

/** Reads routing objects as a router would, independently of what Serin thinks that it wrote. */
export function reachOf(driver: Objects, namespace: string): Reach {
  const service = driver.object(resources.services, { namespace, name: 'web' });
  const pinned = service?.spec?.selector?.[HASH_LABEL];
  if (pinned !== undefined) return { kind: 'shares', shares: new Map([[pinned, 1000]]) };
  const virtualService = driver.object(resources.virtualServices, { namespace, name: 'web' });
  const routes = virtualService?.spec.http?.at(-1)?.route ?? [];
  if (routes.length === 0 || routes.every(({ destination }) => destination.subset === undefined)) return { kind: 'everyone' };
  const subsets = driver.objects(resources.destinationRules, namespace).flatMap(({ spec }) => spec.subsets ?? []);
  const shares = new Map<string, number>();
  const total = routes.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  for (const { destination, weight } of routes) {
    const hash = subsets.find(({ name }) => name === destination.subset)?.labels?.[HASH_LABEL];
    if (hash === undefined) return { kind: 'nobody' };
    shares.set(hash, (shares.get(hash) ?? 0) + (routes.length === 1 ? 1000 : Math.round((1000 * (weight ?? 0)) / total)));
  }
  return { kind: 'shares', shares };
}

export const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && (status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false);

/** Ready Pods by hash. */
export function readyPods(driver: Objects, namespace: string): Map<string, number> {
  const ready = new Map<string, number>();
  for (const pod of driver.objects(resources.pods, namespace)) {
    const hash = pod.metadata.labels?.[HASH_LABEL] ?? '';
    if (isReady(pod)) ready.set(hash, (ready.get(hash) ?? 0) + 1);
  }
  return ready;
}

/**
 * Watches a cluster at every tick for what must never be seen: requests for a version without enough ready Pods behind its
 * share, fewer ready Pods than the workload asks for, requests for a canary that no split lets through, and a canary's share
 * that rises after an abort.
 */
export class Witness {
  readonly complaints: string[] = [];
  readonly #driver: Watched;
  readonly #namespace: string;
  readonly #allowed = new Map<string, number>();
  readonly #excused: (complaint: string) => boolean;
  /** Ready Pods that there must be: the least that was asked for in the last while. */
  readonly #asked: { at: number; replicas: number }[] = [];

  readonly #grace: number;

  /**
   * @param excused complaints that the test itself causes
   * @param grace how long scaling may take, in milliseconds
   */
  constructor(driver: Watched, namespace: string, excused: (complaint: string) => boolean = () => false, grace = 3000) {
    this.#driver = driver;
    this.#namespace = namespace;
    this.#excused = excused;
    this.#grace = grace;
    this.#floor();
    driver.onTick(() => this.look());
    // What is put right within the same millisecond was wrong all the same.
    driver.onChange(({ stored }) => {
      if (stored.collection === 'networking.istio.io/virtualservices' || stored.collection === '/services') this.#ruleThree();
    });
  }

  look(): void {
    this.#capacity();
    this.#ruleThree();
  }

  #complain(what: string): void {
    const time = new Date(this.#driver.clock.now()).toISOString().slice(11, 22);
    if (!this.#excused(what) && this.complaints.length < 20) this.complaints.push(`${time} ${what}`);
  }

  /** Scaling takes its time: for a while the smaller of two numbers is enough. */
  #floor(): number {
    const now = this.#driver.clock.now();
    const deployment = this.#driver.object(resources.deployments, { namespace: this.#namespace, name: 'web' });
    const inline = this.#driver.object(serinResources.releasePolicies, { namespace: this.#namespace, name: 'web' })?.spec.workload.inline;
    const leaving = deployment !== undefined && deployment.metadata.deletionTimestamp !== undefined;
    this.#asked.push({ at: now, replicas: leaving ? 0 : (deployment?.spec.replicas ?? inline?.replicas ?? 0) });
    while ((this.#asked[0]?.at ?? now) < now - this.#grace) this.#asked.shift();
    return Math.min(...this.#asked.map(({ replicas }) => replicas));
  }

  #capacity(): void {
    const floor = this.#floor();
    if (floor === 0) return;
    const ready = readyPods(this.#driver, this.#namespace);
    const all = [...ready.values()].reduce((sum, count) => sum + count, 0);
    if (all < floor) this.#complain(`${all} ready Pods of ${floor}`);
    const reach = reachOf(this.#driver, this.#namespace);
    if (reach.kind === 'nobody') this.#complain('a route names a subset that is not defined');
    if (reach.kind === 'shares') {
      for (const [hash, share] of reach.shares) {
        const count = ready.get(hash) ?? 0;
        if (share > 0 && count < Math.max(1, Math.floor((floor * share) / 1000))) this.#complain(`${share} per mille for ${hash} with ${count} ready Pods of ${floor}`);
      }
      return;
    }
    const moving = this.#driver.objects(serinResources.releases, this.#namespace).find(({ status }) => ['Preparing', 'Progressing', 'Promoting', 'Aborting'].includes(status?.phase ?? ''));
    const canary = ready.get(moving?.spec.canary.hash ?? '') ?? 0;
    const stable = ready.get(moving?.spec.stable.hash ?? '') ?? 0;
    if (canary > 0 && stable > 0) this.#complain(`${canary} canary Pods are reached past the split`);
  }

  #ruleThree(): void {
    for (const release of this.#driver.objects(serinResources.releases, this.#namespace)) {
      const { phase } = release.status ?? {};
      if (phase !== 'Aborting' && phase !== 'Aborted') continue;
      const reach = reachOf(this.#driver, this.#namespace);
      const next = this.#driver.objects(serinResources.releases, this.#namespace).some(({ spec, status }) => spec.canary.hash === release.spec.canary.hash && status?.phase !== 'Aborting' && status?.phase !== 'Aborted');
      if (next) continue;
      const share = reach.kind === 'shares' ? (reach.shares.get(release.spec.canary.hash) ?? 0) : 0;
      const allowed = this.#allowed.get(release.metadata.name) ?? 1000;
      if (share > allowed) this.#complain(`the canary of ${release.metadata.name} got ${share} per mille after an abort that had left it ${allowed}`);
      this.#allowed.set(release.metadata.name, Math.min(allowed, share));
    }
  }
}
