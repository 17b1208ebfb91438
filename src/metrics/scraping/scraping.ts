import type { Informer } from '../../cluster/informer.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { noEvidence, type Evidence } from '../../model/evidence.js';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import type { Role, VersionHashes } from '../../model/version.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { abortReason, type Clock } from '../../ports/clock.js';
import { FetchBudget, type FetchLimits } from '../budget/fetch-budget.js';
import { Rounds } from '../budget/rounds.js';
import type { Collector } from '../collector.js';
import { GatewayPods } from '../gateways/gateway-pods.js';
import type { GatewayTargets } from '../gateways/gateway-question.js';
import { GatewayVisits } from '../gateways/gateway-visits.js';
import { NoReading } from '../reading.js';
import type { VersionPods } from '../windows/version-pods.js';
import type { FetchPage } from './http-pages.js';
import { scrapeMeter } from './meter.js';
import { Pages } from './pages.js';
import { PodLists } from './pod-lists.js';
import { ReleaseAsker } from './release-asker.js';

export interface ReleaseKey {
  readonly namespace: string;
  readonly name: string;
}

export interface ScrapingOptions {
  readonly pods: Pick<Informer<Pod>, 'list'>;
  readonly clock: Clock;
  readonly fetch: FetchPage;
  readonly limits?: FetchLimits;
  /** The one namespace whose Pods are seen; all when absent. */
  readonly onlyNamespace?: string;
  /** Between two rounds of one release, in milliseconds; more when the budget does not suffice. */
  readonly interval?: number;
  /** An answer that is younger is good enough for whoever asks next, in milliseconds; half a second when absent. */
  readonly fresh?: number;
  /** Called when what was counted of a release has changed. */
  readonly onCounts?: (release: ReleaseKey) => void;
  /** Called at the end of every round of a release. */
  readonly onRound?: (release: ReleaseKey) => void;
}

/** By which values of which label Pods of versions are told apart; empty where there is no such version. */
export type Versions = VersionHashes;

/**
 * The Services that lead to one version each, for releases whose router splits between two Services: by these gateways tell the
 * versions apart where Pods tell nothing. Not for routers that split behind one Service.
 */
export type VersionServices = Readonly<Record<Role, string>>;

interface Tracked {
  readonly asker: ReleaseAsker;
  readonly waiting: Set<() => void>;
  readonly ended: AbortController;
  /** How many collectors go by it; Infinity where it is asked for until `forget`. */
  users: number;
}

/**
 * Asks the Pods of all releases under way about once a second, each page once for all that is read of it: the totals of
 * requests (`counts`) and the samples of metrics (`collector`). Versions are told apart by Pod, never by a label of the
 * metrics, which all Pods of one Deployment share.
 */
export class Scraping {
  readonly #options: ScrapingOptions;
  readonly #tracked = new Map<string, Tracked>();
  readonly #pages: Pages;
  readonly #rounds: Rounds;
  readonly #podLists: PodLists;
  readonly #gatewayPods: GatewayPods;

  constructor(options: ScrapingOptions) {
    const { clock, fetch, fresh, limits, pods } = options;
    const budget = new FetchBudget(clock, limits);
    this.#options = options;
    this.#pages = new Pages({ clock, budget, fetch, ...(fresh === undefined ? {} : { fresh }) });
    this.#rounds = new Rounds(clock, budget);
    this.#podLists = new PodLists(pods, clock);
    this.#gatewayPods = new GatewayPods(pods, clock);
  }

  /** Starts to ask for a release until it is forgotten; does nothing when it is asked for already. @param versions how their Pods are told apart */
  track(key: ReleaseKey, versions: Versions, recorded: Evidence, services?: VersionServices): void {
    this.#follow(key, versions, recorded, services).users = Number.POSITIVE_INFINITY;
  }

  #follow(key: ReleaseKey, versions: Versions, recorded: Evidence, services: VersionServices | undefined): Tracked {
    const id = idOf(key);
    const known = this.#tracked.get(id);
    if (known) return known;
    const { clock, interval = 1000, onCounts, onRound } = this.#options;
    const waiting = new Set<() => void>();
    const asker = new ReleaseAsker({
      clock, interval, recorded,
      pages: this.#pages,
      hashes: versions,
      ...(services === undefined ? {} : { gateways: (roleOfAddress) => this.#gatewayVisits({ namespace: key.namespace, services, roleOfAddress }) }),
      podsOf: () => this.#podLists.of(key.namespace, [versions.stable, versions.canary], versions.label),
      onCounts: () => onCounts?.(key),
      onRound: () => {
        for (const wake of [...waiting]) wake();
        onRound?.(key);
      },
    });
    const tracked = { asker, waiting, ended: new AbortController(), users: 0 };
    this.#tracked.set(id, tracked);
    this.#rounds.add(id, asker);
    return tracked;
  }

  /** Everything since the release began; undefined when nobody asks for it. */
  counts(key: ReleaseKey): Evidence | undefined {
    return this.#tracked.get(idOf(key))?.asker.counts;
  }

  /** Stops to ask; collectors of the release end with an error. */
  forget(key: ReleaseKey): void {
    const tracked = this.#tracked.get(idOf(key));
    if (!tracked) return;
    this.#tracked.delete(idOf(key));
    this.#rounds.remove(idOf(key));
    tracked.ended.abort(new NoReading('waiting', 'the release is not followed any more'));
  }

  /** Whose Pod of a release is meant by a name or a uid, also of one that is gone: for sources that tell Pods by name. */
  findPod(key: ReleaseKey): VersionPods['find'] {
    return (pod) => this.#tracked.get(idOf(key))?.asker.findPod(pod);
  }

  /**
   * Samples of one metric of a release, from now on: one without `from`, or with `from.scrape`. As long as there is a collector
   * of a release, it is asked for.
   * @throws NoReading what is wrong with the metric
   */
  collector(key: ReleaseKey, versions: Versions, metric: PlannedMetric, services?: VersionServices): Collector {
    const tracked = this.#follow(key, versions, noEvidence, services);
    tracked.users++;
    const leave = (): void => {
      if (--tracked.users === 0 && this.#tracked.get(idOf(key)) === tracked) this.forget(key);
    };
    try {
      const source = this.#sourceOf(tracked.asker, metric);
      return collectorOf(tracked, source, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Goes on until the signal is aborted; resolves when nothing is under way any more. */
  run(signal: AbortSignal): Promise<void> {
    return this.#rounds.run(signal);
  }

  #gatewayVisits(targets: GatewayTargets): GatewayVisits {
    return new GatewayVisits({ pages: this.#pages, pods: () => this.#gatewayPods.list(), onlyNamespace: this.#options.onlyNamespace, targets });
  }

  #sourceOf(asker: ReleaseAsker, metric: PlannedMetric): Source {
    const now = this.#options.clock.now();
    if (metric.from === undefined) {
      const samples = metric.errorRate ? asker.requests.errors(now) : metric.latency ? asker.requests.latency(now) : undefined;
      if (!samples) throw new NoReading('failed', `${metric.name}: say from where by from`);
      return { problem: () => asker.requestProblem, take: () => samples.take(), lacks: () => samples.lacks, stop: () => samples.stop() };
    }
    try {
      const meter = scrapeMeter(metric, now);
      asker.add(meter);
      return { problem: () => asker.problem(meter.target), take: () => meter.take(), lacks: () => meter.lacks, stop: () => asker.remove(meter) };
    } catch (error) {
      throw new NoReading('failed', `${metric.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

interface Source {
  problem(): string | undefined;
  take(): MetricSample | undefined;
  lacks(): string | undefined;
  stop(): void;
}

function collectorOf(tracked: Tracked, source: Source, leave: () => void): Collector {
  const { asker } = tracked;
  let seen = asker.rounds;
  let stopped = false;
  return {
    interval: 0,
    async collect(signal) {
      if (asker.rounds === seen) await nextRound(tracked, signal);
      seen = asker.rounds;
      const sample = source.take();
      if (sample) return sample;
      const problem = source.problem();
      if (problem !== undefined) throw new NoReading('failed', problem);
      const lacks = source.lacks();
      if (lacks !== undefined) throw new NoReading('waiting', lacks);
      return undefined;
    },
    stop() {
      if (!stopped) {
        stopped = true;
        source.stop();
        leave();
      }
      return Promise.resolve();
    },
  };
}

const idOf = ({ namespace, name }: ReleaseKey): string => `${namespace}/${name}`;

/** @throws the signal's reason; NoReading when the release is not followed any more */
function nextRound({ waiting, ended }: Tracked, signal: AbortSignal): Promise<void> {
  const either = AbortSignal.any([signal, ended.signal]);
  return new Promise((resolve, reject) => {
    if (either.aborted) return reject(abortReason(either));
    const wake = (): void => {
      waiting.delete(wake);
      either.removeEventListener('abort', stop);
      resolve();
    };
    const stop = (): void => {
      waiting.delete(wake);
      reject(abortReason(either));
    };
    waiting.add(wake);
    either.addEventListener('abort', stop, { once: true });
  });
}
