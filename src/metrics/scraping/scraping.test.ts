import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Informer } from '../../cluster/informer.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { noEvidence } from '../../model/evidence.js';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { Collector } from '../collector.js';
import { NoReading } from '../reading.js';
import { createHttpPages } from './http-pages.js';
import { Scraping } from './scraping.js';

const release = { namespace: 'default', name: 'web-1' };
const versions = { stable: 'old', canary: 'new' };

/** Pods whose metrics one real server answers, each at a path of its own. */
class Pods {
  readonly list = new Map<string, Pod>();
  /** How often all of them were asked for. */
  lists = 0;
  readonly texts = new Map<string, string>();
  readonly fetched: string[] = [];
  readonly server = createServer((request, response) => {
    this.fetched.push(request.url ?? '');
    const text = this.texts.get(request.url ?? '');
    response.writeHead(text === undefined ? 500 : 200).end(text);
  });

  get informer(): Informer<Pod> {
    const none = (): never => {
      throw new Error('not used');
    };
    return { resource: resources.pods, synced: true, get: none, list: () => (this.lists++, [...this.list.values()]), onChange: none, untilSynced: none, refresh: none, remember: none, forget: none };
  }

  put(name: string, hash: string, created: number, annotated = true): void {
    const annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '15020', 'prometheus.io/path': `/${name}` };
    this.list.set(name, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', uid: name, labels: { 'pod-template-hash': hash }, creationTimestamp: new Date(created).toISOString(), ...(annotated ? { annotations } : {}) },
      spec: { containers: [] },
      status: { phase: 'Running', podIP: '10.244.0.9' },
    });
  }

  served(name: string, good: number, bad: number, more = ''): void {
    this.texts.set(`/${name}`, [
      `istio_requests_total{reporter="destination",response_code="200"} ${good}`,
      `istio_requests_total{reporter="destination",response_code="503"} ${bad}`,
      `istio_requests_total{reporter="source",response_code="500"} 999`,
      more,
    ].join('\n'));
  }
}

describe('asking the Pods of two versions', () => {
  const pods = new Pods();
  const signal = new AbortController().signal;
  let pages: ReturnType<typeof createHttpPages>;
  let clock: VirtualClock;
  let scraping: Scraping;
  let stopping: AbortController;
  let running: Promise<void>;
  let rounds: number;

  beforeAll(async () => {
    await new Promise<void>((resolve) => pods.server.listen(0, '127.0.0.1', resolve));
    const { port } = pods.server.address() as AddressInfo;
    pages = createHttpPages(() => ({ host: '127.0.0.1', port }));
  });
  afterAll(async () => {
    await pages.close();
    pods.server.close();
  });
  beforeEach(() => {
    pods.list.clear();
    pods.texts.clear();
    pods.fetched.length = 0;
    clock = new VirtualClock();
    rounds = 0;
    stopping = new AbortController();
    scraping = new Scraping({ pods: pods.informer, clock, fetch: pages.fetch, onRound: () => rounds++ });
    scraping.track(release, versions, noEvidence);
    running = Promise.resolve();
  });
  afterEach(async () => {
    stopping.abort();
    await running;
  });

  /** Lets one second pass, and one round of each release be made. */
  const round = async (releases = 1): Promise<void> => {
    const wanted = rounds + releases;
    await clock.advance(1000);
    if (rounds === 0) running = scraping.run(stopping.signal);
    while (rounds < wanted) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const metric = (more: Partial<PlannedMetric>): PlannedMetric => ({ name: 'errors', ...more });

  it('leaves out what a Pod served before the release, counts all of a Pod that came later', async () => {
    pods.put('a', 'old', clock.now() - 60_000);
    pods.served('a', 1000, 10);
    const collector = scraping.collector(release, versions, metric({ errorRate: {} }));
    await round();
    expect(scraping.counts(release)).toEqual(noEvidence);
    expect(await collector.collect(signal)).toMatchObject({ kind: 'errorRate', block: { stable: { requests: 0, bad: 0 }, canary: { requests: 0, bad: 0 } } });
    pods.served('a', 1090, 11);
    pods.put('b', 'new', clock.now() + 1000);
    pods.served('b', 8, 2);
    await round();
    expect(scraping.counts(release)).toEqual({ stable: { requests: 91, failures: 1 }, canary: { requests: 10, failures: 2 } });
    expect(await collector.collect(signal)).toEqual({ kind: 'errorRate', block: { at: clock.now(), seconds: 1, stable: { requests: 91, bad: 1 }, canary: { requests: 10, bad: 2 } } });
  });

  it('takes a counter that fell for one that began anew', async () => {
    pods.put('b', 'new', clock.now());
    pods.served('b', 50, 0);
    await round();
    pods.served('b', 3, 1);
    await round();
    expect(scraping.counts(release)?.canary).toEqual({ requests: 54, failures: 1 });
  });

  it('hands over nothing while one version cannot be asked, says so, and makes up for it later', async () => {
    pods.put('a', 'old', clock.now());
    pods.served('a', 5, 0);
    pods.put('b', 'new', clock.now());
    const collector = scraping.collector(release, versions, metric({ errorRate: {} }));
    await round();
    await expect(collector.collect(signal)).rejects.toThrow(new NoReading('failed', 'Pod b does not tell its metrics at port 15020, /b: answered 500'));
    pods.served('b', 3, 1);
    await round();
    expect(await collector.collect(signal)).toMatchObject({ block: { stable: { requests: 5, bad: 0 }, canary: { requests: 4, bad: 1 } } });
  });

  it('fetches a page once for all that is read of it, by all releases that share a Pod', async () => {
    pods.put('b', 'new', clock.now());
    pods.served('b', 5, 0, 'process_resident_memory_bytes 7\nistio_request_duration_milliseconds_bucket{reporter="destination",le="5"} 4\nistio_request_duration_milliseconds_bucket{reporter="destination",le="+Inf"} 5\n');
    pods.put('d', 'newer', clock.now());
    pods.served('d', 7, 0);
    const other = { ...release, name: 'api-1' };
    scraping.track(other, { stable: 'new', canary: 'newer' }, noEvidence);
    const collectors: Collector[] = [
      scraping.collector(release, versions, metric({ errorRate: {} })),
      scraping.collector(release, versions, metric({ latency: {} })),
      scraping.collector(release, versions, metric({ saturation: { below: 9, every: '15s' }, from: { scrape: { gauge: { metric: 'process_resident_memory_bytes' } } } })),
    ];
    const before = pods.lists;
    await round(2);
    expect(pods.lists - before).toBe(1);
    expect(pods.fetched.sort()).toEqual(['/b', '/d']);
    expect(scraping.counts(release)?.canary).toEqual({ requests: 5, failures: 0 });
    expect(scraping.counts(other)).toEqual({ stable: { requests: 5, failures: 0 }, canary: { requests: 7, failures: 0 } });
    const samples = await Promise.all(collectors.map((collector) => collector.collect(signal)));
    expect(samples.map((sample) => sample?.kind)).toEqual(['errorRate', 'latency', 'saturation']);
    expect(samples[1]).toMatchObject({ block: { edges: [5], stable: [0, 0], canary: [4, 1] } });
    expect(samples[2]).toMatchObject({ sample: { stable: [9], canary: [7] } });
  });

  it('asks no Pods of other versions, and nobody once the release is forgotten', async () => {
    pods.put('c', 'other', clock.now());
    pods.served('c', 5, 5);
    const collector = scraping.collector(release, versions, metric({ errorRate: {} }));
    await round();
    expect(scraping.counts(release)).toEqual(noEvidence);
    const waiting = collector.collect(signal).catch((error: unknown) => error);
    scraping.forget(release);
    expect(scraping.counts(release)).toBeUndefined();
    expect(await waiting).toBeInstanceOf(NoReading);
  });

  it('says what is missing: annotations, a metric that is known, a histogram', async () => {
    pods.put('a', 'old', clock.now(), false);
    const collector = scraping.collector(release, versions, metric({ errorRate: {} }));
    await round();
    await expect(collector.collect(signal)).rejects.toThrow('do not say where their metrics are');
    pods.put('a', 'old', clock.now());
    pods.texts.set('/a', 'up 1\n');
    await round();
    await expect(collector.collect(signal)).rejects.toThrow('no Pod shows a metric of its requests');
    const latency = scraping.collector(release, versions, metric({ latency: {} }));
    pods.served('a', 5, 0);
    await round();
    await expect(latency.collect(signal)).rejects.toThrow('no histogram');
  });

  it('asks for a release as long as somebody collects', async () => {
    const other = { ...release, name: 'api-1' };
    const [one, two] = [scraping.collector(other, versions, metric({ errorRate: {} })), scraping.collector(other, versions, metric({ latency: {} }))];
    await one.stop?.();
    await one.stop?.();
    expect(scraping.counts(other)).toEqual(noEvidence);
    await two.stop?.();
    expect(scraping.counts(other)).toBeUndefined();
    expect(() => scraping.collector(other, versions, metric({ saturation: { every: '15s' } }))).toThrow('say from where by from');
    expect(scraping.counts(other)).toBeUndefined();
  });

  it('asks a few of many Pods at a time, and all of them in turn', async () => {
    for (let index = 0; index < 25; index++) {
      pods.put(`p${index}`, 'new', clock.now());
      pods.served(`p${index}`, 1, 0);
    }
    await round();
    expect(pods.fetched).toHaveLength(10);
    await round();
    await round();
    expect(new Set(pods.fetched).size).toBe(25);
    expect(scraping.counts(release)?.canary.requests).toBe(25);
  });
});
