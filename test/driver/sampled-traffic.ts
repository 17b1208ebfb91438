import type { Caches } from '../../src/controller/caches.js';
import type { Collector } from '../../src/metrics/collector.js';
import { keyOf, type ReleaseKey, type Sampled, type Sources } from '../../src/controller/analysis/sources.js';
import type { Counts, Evidence } from '../../src/model/evidence.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { PlannedMetric } from '../../src/model/policy/analysis.js';
import { HASH_LABEL, type Role } from '../../src/model/version.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Tally } from '../../src/statistics/counts.js';
import type { MetricSample } from '../../src/statistics/metric-sample.js';

/** How many requests users send to both versions in a second of virtual time, and which part of each version's fails or is slow. */
export interface Traffic {
  requestsPerSecond: number;
  failing: Record<Role, number>;
  slow: Record<Role, number>;
}

/** What a metric says in place of the traffic. @throws NoReading */
export type SampleOf = (now: number, about: Sampled, metric: PlannedMetric) => Promise<MetricSample | undefined> | MetricSample | undefined;

/** Between two samples, in milliseconds. */
const INTERVAL = 1000;
/** Upper edges of a histogram in milliseconds; quick requests take up to 50 ms, slow ones up to 500 ms. */
const EDGES = [50, 100, 200, 500, 1000];
const SLOW = 3;

/** Samples as scrapes of all Pods would bring them, of users whose requests go where the routing objects say. */
export function sampledTraffic(traffic: Traffic, samples: ReadonlyMap<string, SampleOf>, clock: Clock, caches: Caches): Sources {
  const counted = new Map<string, { requests: Requests; counts: Evidence }>();
  const id = ({ namespace, name }: ReleaseKey): string => `${namespace}/${name}`;
  const requestsOf = (namespace: string, canary: string, bad: 'failing' | 'slow'): Requests => new Requests(traffic, clock, () => canaryPart(caches, namespace, canary), bad);
  return {
    track(release, { canary }, counts) {
      const key = keyOf(release);
      if (!counted.has(id(key))) counted.set(id(key), { requests: requestsOf(key.namespace, canary, 'failing'), counts });
    },
    counts(key) {
      const known = counted.get(id(key));
      const served = known?.requests.serve();
      if (known && served) known.counts = { stable: plus(known.counts.stable, served.stable), canary: plus(known.counts.canary, served.canary) };
      return known?.counts;
    },
    forget: (key) => void counted.delete(id(key)),
    collectorOf(metric, about): Collector {
      const own = samples.get(metric.name);
      if (own) return { interval: INTERVAL, collect: async () => own(clock.now(), about, metric) };
      const requests = requestsOf(about.release.metadata.namespace ?? '', about.versions.canary, metric.latency ? 'slow' : 'failing');
      return { interval: INTERVAL, collect: () => Promise.resolve(sampleOf(metric, requests, clock.now())) };
    },
  };
}

const plus = ({ requests, failures }: Counts, more: Tally): Counts => ({ requests: requests + more.requests, failures: failures + more.bad });

function sampleOf(metric: PlannedMetric, requests: Requests, at: number): MetricSample | undefined {
  if (metric.saturation) return { kind: 'saturation', sample: { at, stable: [10, 10, 10], canary: [10] } };
  if (metric.condition) return { kind: 'condition', at, measurement: 'success', value: 1 };
  const served = requests.serve();
  if (!served) return undefined;
  const { seconds, stable, canary } = served;
  if (!metric.latency) return { kind: 'errorRate', block: { at, seconds, stable, canary } };
  const buckets = ({ requests: all, bad }: Tally): number[] => [all - bad, ...EDGES.map((_, index) => (index + 1 === SLOW ? bad : 0))];
  return { kind: 'latency', block: { at, seconds, edges: EDGES, stable: buckets(stable), canary: buckets(canary) } };
}

/** Requests in order, and nothing by chance: parts of requests are owed. */
class Requests {
  #since: number;
  readonly #owed = { all: 0, canary: 0, bad: { stable: 0, canary: 0 } };
  readonly #traffic: Traffic;
  readonly #clock: Clock;
  readonly #part: () => number;
  readonly #bad: 'failing' | 'slow';

  constructor(traffic: Traffic, clock: Clock, part: () => number, bad: 'failing' | 'slow') {
    this.#traffic = traffic;
    this.#clock = clock;
    this.#part = part;
    this.#bad = bad;
    this.#since = clock.now();
  }

  /** All since the last call; undefined when no time has passed. */
  serve(): { seconds: number; stable: Tally; canary: Tally } | undefined {
    const seconds = (this.#clock.now() - this.#since) / 1000;
    if (seconds <= 0) return undefined;
    this.#since = this.#clock.now();
    const all = this.#whole('all', seconds * this.#traffic.requestsPerSecond);
    const canary = Math.min(all, this.#whole('canary', all * this.#part()));
    return { seconds, stable: this.#tally('stable', all - canary), canary: this.#tally('canary', canary) };
  }

  #whole(what: 'all' | 'canary', more: number): number {
    const whole = Math.floor(this.#owed[what] + more + 1e-9);
    this.#owed[what] += more - whole;
    return whole;
  }

  #tally(role: Role, requests: number): Tally {
    const owed = this.#owed.bad[role] + requests * this.#traffic[this.#bad][role];
    const bad = Math.min(requests, Math.floor(owed + 1e-9));
    this.#owed.bad[role] = owed - bad;
    return { requests, bad };
  }
}

/** The part of all requests, 0 to 1, that reaches Pods with this hash as the VirtualServices and subsets stand. */
function canaryPart(caches: Caches, namespace: string, hash: string): number {
  const subsets = caches.routing(resources.destinationRules)?.list({ namespace }).flatMap(({ spec }) => spec.subsets ?? []) ?? [];
  const subset = subsets.find(({ labels }) => labels?.[HASH_LABEL] === hash)?.name;
  const routes = caches.routing(resources.virtualServices)?.list({ namespace }).flatMap(({ spec }) => spec.http ?? []).flatMap(({ route }) => route ?? []) ?? [];
  const total = routes.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  const canary = routes.filter(({ destination }) => destination?.subset === subset && subset !== undefined).reduce((sum, { weight }) => sum + (weight ?? (routes.length === 1 ? 1 : 0)), 0);
  return total === 0 ? canary : canary / total;
}
