import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Informer } from '../cluster/informer.js';
import type { Pod } from '../kubernetes/generated/core-v1.js';
import { resources } from '../kubernetes/resources.js';
import { noEvidence } from '../model/evidence.js';
import { VirtualClock } from '../ports/virtual-clock.js';
import { createHttpScrape } from './http-scrape.js';
import { increase } from './increase.js';
import { RequestCounter } from './request-counter.js';

const release = { namespace: 'default', name: 'web-1' };
const clock = new VirtualClock();

/** Pods whose metrics one real server answers, each at a path of its own. */
class Pods {
  readonly list = new Map<string, Pod>();
  /** How often all of them were asked for. */
  lists = 0;
  readonly texts = new Map<string, string>();
  readonly server = createServer((request, response) => {
    const text = this.texts.get(request.url ?? '');
    response.writeHead(text === undefined ? 500 : 200).end(text);
  });

  get informer(): Informer<Pod> {
    const none = (): never => {
      throw new Error('not used');
    };
    return { resource: resources.pods, synced: true, get: none, list: () => (this.lists++, [...this.list.values()]), onChange: none, untilSynced: none, refresh: none, remember: none, forget: none };
  }

  put(name: string, hash: string, created: number): void {
    this.list.set(name, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name, namespace: 'default', uid: name, labels: { 'pod-template-hash': hash }, creationTimestamp: new Date(created).toISOString(),
        annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '15020', 'prometheus.io/path': `/${name}` },
      },
      spec: { containers: [] },
      status: { phase: 'Running', podIP: '10.244.0.9' },
    });
  }

  served(name: string, good: number, bad: number): void {
    this.texts.set(`/${name}`, [
      `istio_requests_total{reporter="destination",response_code="200"} ${good}`,
      `istio_requests_total{reporter="destination",response_code="503"} ${bad}`,
      `istio_requests_total{reporter="source",response_code="500"} 999`,
    ].join('\n'));
  }
}

describe('counting requests of two versions by asking their Pods', () => {
  const pods = new Pods();
  let scraping: ReturnType<typeof createHttpScrape>;
  let counter: RequestCounter;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    await new Promise<void>((resolve) => pods.server.listen(0, '127.0.0.1', resolve));
    const { port } = pods.server.address() as AddressInfo;
    scraping = createHttpScrape(() => ({ host: '127.0.0.1', port }));
  });
  afterAll(async () => {
    await scraping.close();
    pods.server.close();
  });
  beforeEach(() => {
    pods.list.clear();
    pods.texts.clear();
    counter = new RequestCounter({ pods: pods.informer, clock, scrape: scraping.scrape });
    counter.track(release, { stable: 'old', canary: 'new' }, noEvidence);
  });

  it('leaves out what a Pod served before the release, counts all of a Pod that came later', async () => {
    pods.put('a', 'old', clock.now() - 60_000);
    pods.served('a', 1000, 10);
    await counter.round(signal);
    expect(counter.counts(release)).toEqual(noEvidence);
    pods.served('a', 1090, 11);
    pods.put('b', 'new', clock.now() + 1000);
    pods.served('b', 8, 2);
    await counter.round(signal);
    expect(counter.counts(release)).toEqual({ stable: { requests: 91, failures: 1 }, canary: { requests: 10, failures: 2 } });
  });

  it('takes a counter that fell for one that began anew', async () => {
    pods.put('b', 'new', clock.now());
    pods.served('b', 50, 0);
    await counter.round(signal);
    pods.served('b', 3, 1);
    await counter.round(signal);
    expect(counter.counts(release)?.canary).toEqual({ requests: 54, failures: 1 });
    expect(increase({ requests: 5, failures: 5 }, { requests: 6, failures: 0 })).toEqual({ requests: 6, failures: 0 });
  });

  it('counts a Pod that cannot be asked as neither good nor bad', async () => {
    pods.put('b', 'new', clock.now());
    await counter.round(signal);
    expect(counter.counts(release)).toEqual(noEvidence);
  });

  it('looks through the Pods of a namespace once a round, however many releases it has', async () => {
    pods.put('b', 'new', clock.now());
    pods.served('b', 5, 0);
    pods.put('d', 'newer', clock.now());
    pods.served('d', 7, 0);
    const other = { ...release, name: 'api-1' };
    counter.track(other, { stable: 'new', canary: 'newer' }, noEvidence);
    const before = pods.lists;
    await counter.round(signal);
    expect(pods.lists - before).toBe(1);
    expect(counter.counts(release)?.canary).toEqual({ requests: 5, failures: 0 });
    expect(counter.counts(other)).toEqual({ stable: { requests: 5, failures: 0 }, canary: { requests: 7, failures: 0 } });
  });

  it('asks no Pods of other versions, and nobody once the release is forgotten', async () => {
    pods.put('c', 'other', clock.now());
    pods.served('c', 5, 5);
    await counter.round(signal);
    expect(counter.counts(release)).toEqual(noEvidence);
    counter.forget(release);
    expect(counter.counts(release)).toBeUndefined();
  });
});
