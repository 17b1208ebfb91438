import type { Informer } from '../cluster/informer.js';
import type { Pod } from '../kubernetes/generated/core-v1.js';
import { type Counts, type Evidence } from '../model/evidence.js';
import { HASH_LABEL, roles, type Role } from '../model/version.js';
import type { Clock } from '../ports/clock.js';
import { increase, sum } from './increase.js';
import { countsFromPod } from './program-counts.js';
import { scrapeTargetOf, type ScrapeTarget } from './scrape-target.js';

/** Fetches the text behind a target. */
export type Scrape = (target: ScrapeTarget, signal: AbortSignal) => Promise<string>;

export interface RequestCounterOptions {
  readonly pods: Informer<Pod>;
  readonly clock: Clock;
  readonly scrape: Scrape;
  /** Between two rounds, in milliseconds. */
  readonly interval?: number;
  /** How many Pods are asked at once. */
  readonly concurrency?: number;
  /** Called when a release's counts have changed. */
  readonly onCounts?: (release: ReleaseKey) => void;
}

export interface ReleaseKey {
  readonly namespace: string;
  readonly name: string;
}

interface Tracked {
  readonly key: ReleaseKey;
  readonly hashes: Readonly<Record<Role, string>>;
  readonly since: number;
  readonly seen: Map<string, Counts>;
  counts: Record<Role, Counts>;
}

/**
 * Counts the requests of both versions of each tracked release by asking their Pods once a round. Versions are told apart
 * by Pod, never by a label of the metrics, which all Pods of one Deployment share. A Pod that cannot be asked counts as
 * neither good nor bad.
 */
export class RequestCounter {
  readonly #options: RequestCounterOptions;
  readonly #tracked = new Map<string, Tracked>();

  constructor(options: RequestCounterOptions) {
    this.#options = options;
  }

  track(key: ReleaseKey, hashes: Readonly<Record<Role, string>>, recorded: Evidence): void {
    const id = `${key.namespace}/${key.name}`;
    if (this.#tracked.has(id)) return;
    this.#tracked.set(id, { key, hashes, since: this.#options.clock.now(), seen: new Map(), counts: { ...recorded } });
  }

  counts({ namespace, name }: ReleaseKey): Evidence | undefined {
    return this.#tracked.get(`${namespace}/${name}`)?.counts;
  }

  forget({ namespace, name }: ReleaseKey): void {
    this.#tracked.delete(`${namespace}/${name}`);
  }

  /** Goes on, round after round, until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, interval = 1000 } = this.#options;
    while (!signal.aborted) {
      await this.round(signal);
      await clock.sleep(interval, signal).catch(() => undefined);
    }
  }

  /** Asks every Pod of every tracked release once. */
  async round(signal: AbortSignal): Promise<void> {
    const { pods, concurrency = 32 } = this.#options;
    // A namespace may have hundreds of releases: its Pods are looked through once, not once for each.
    const versions = new Map<string, ReadonlyMap<string, readonly Pod[]>>();
    const podsOf = ({ namespace }: ReleaseKey, hash: string): readonly Pod[] => {
      const known = versions.get(namespace) ?? byHash(pods.list({ namespace }));
      versions.set(namespace, known);
      return known.get(hash) ?? [];
    };
    const waiting = [...this.#tracked.values()].flatMap((tracked) =>
      roles.flatMap((role) =>
        // Where both versions have one hash, their Pods count as stable ones.
        (role === 'canary' && tracked.hashes.canary === tracked.hashes.stable ? [] : podsOf(tracked.key, tracked.hashes[role])).flatMap((pod) => {
          const target = scrapeTargetOf(pod);
          return target ? [{ tracked, role, pod, target }] : [];
        }),
      ),
    );
    const worker = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await this.#ask(next, signal);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, waiting.length) }, worker));
  }

  async #ask({ tracked, role, pod, target }: { tracked: Tracked; role: Role; pod: Pod; target: ScrapeTarget }, signal: AbortSignal): Promise<void> {
    let now: Counts;
    try {
      now = countsFromPod(await this.#options.scrape(target, signal));
    } catch {
      return;
    }
    const uid = pod.metadata.uid ?? pod.metadata.name;
    const youngerThanRelease = Date.parse(pod.metadata.creationTimestamp ?? '') >= tracked.since - 1000;
    const before = tracked.seen.get(uid) ?? (youngerThanRelease ? { requests: 0, failures: 0 } : now);
    tracked.seen.set(uid, now);
    const rise = increase(before, now);
    if (rise.requests === 0 && rise.failures === 0) return;
    tracked.counts = { ...tracked.counts, [role]: sum(tracked.counts[role], rise) };
    this.#options.onCounts?.(tracked.key);
  }
}

function byHash(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const versions = new Map<string, Pod[]>();
  for (const pod of pods) {
    const hash = pod.metadata.labels?.[HASH_LABEL];
    if (hash === undefined) continue;
    const known = versions.get(hash);
    if (known) known.push(pod);
    else versions.set(hash, [pod]);
  }
  return versions;
}
