import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Informer } from '../../cluster/informer.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { noEvidence } from '../../model/evidence.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { createHttpPages, type FetchPage } from '../scraping/http-pages.js';
import { Scraping } from '../scraping/scraping.js';
import { FetchBudget } from './fetch-budget.js';

const settle = async (condition: () => boolean): Promise<void> => {
  // Twice in a row, as whoever was woken may begin something new.
  for (let calm = 0; calm < 2; calm = condition() ? calm + 1 : 0) await new Promise<void>((resolve) => setImmediate(resolve));
};

describe('the budget of fetches', () => {
  let underWay = 0;
  let most = 0;
  const server = createServer((request, response) => {
    underWay++;
    most = Math.max(most, underWay);
    setImmediate(() => {
      underWay--;
      response.end(`http_requests_total{code="200"} ${request.url?.length ?? 0}\n`);
    });
  });
  let pages: ReturnType<typeof createHttpPages>;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    pages = createHttpPages(() => ({ host: '127.0.0.1', port }));
  });
  afterAll(async () => {
    await pages.close();
    server.close();
  });

  const podsOf = (releases: number, sizes: (release: number) => number): Pod[] =>
    Array.from({ length: releases }, (_, release) =>
      Array.from({ length: sizes(release) }, (_each, index): Pod => {
        const name = `r${release}-${index}`;
        return {
          apiVersion: 'v1', kind: 'Pod',
          metadata: { name, namespace: 'default', uid: name, labels: { 'pod-template-hash': `${index % 2 === 0 ? 'old' : 'new'}${release}` }, annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '80' } },
          spec: { containers: [] },
          status: { phase: 'Running', podIP: `10.${release >> 8}.${release & 255}.${index + 1}` },
        };
      })).flat();

  /** Lets time go on while nothing is being fetched, as real sockets know nothing of it. */
  async function run(releases: number, sizes: (release: number) => number, seconds: number, isSilent: (address: string) => boolean = () => false): Promise<{ starts: number[]; rounds: Map<string, number[]> }> {
    const clock = new VirtualClock();
    const pods = podsOf(releases, sizes);
    const none = (): never => {
      throw new Error('not used');
    };
    const informer: Informer<Pod> = { resource: resources.pods, synced: true, get: none, list: () => pods, onChange: none, untilSynced: none, refresh: none, remember: none, forget: none };
    const starts: number[] = [];
    const rounds = new Map<string, number[]>();
    let fetching = 0;
    const fetch: FetchPage = async (target, signal) => {
      starts.push(clock.now());
      if (isSilent(target.address)) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }));
      fetching++;
      try {
        return await pages.fetch(target, signal);
      } finally {
        fetching--;
      }
    };
    const scraping = new Scraping({ pods: informer, clock, fetch, onRound: ({ name }) => void rounds.set(name, [...(rounds.get(name) ?? []), clock.now()]) });
    for (let release = 0; release < releases; release++) scraping.track({ namespace: 'default', name: `r${release}` }, { stable: `old${release}`, canary: `new${release}` }, noEvidence);
    const stopping = new AbortController();
    const running = scraping.run(stopping.signal);
    for (let passed = 0; passed < seconds * 1000; passed += 50) {
      await settle(() => fetching === 0);
      await clock.advance(50);
    }
    await settle(() => fetching === 0);
    stopping.abort();
    await running;
    return { starts, rounds };
  }

  /** The most that began within any second. */
  const mostInSecond = (starts: readonly number[]): number => Math.max(...starts.map((start, index) => starts.filter((other, at) => at >= index && other < start + 1000).length));

  it('is kept to with 1,000 releases of 4 Pods each, of which all have their turn again and again', async () => {
    most = 0;
    const { starts, rounds } = await run(1000, () => 4, 30);
    expect(mostInSecond(starts)).toBeLessThanOrEqual(300);
    expect(most).toBeLessThanOrEqual(32);
    // All of it is used.
    expect(starts.length).toBeGreaterThan(300 * 29);
    // 4,000 fetches at 300 a second.
    expect(rounds.size).toBe(1000);
    for (const times of rounds.values()) {
      expect(times.length).toBeGreaterThanOrEqual(2);
      expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeLessThanOrEqual(15_000);
    }
  }, 120_000);

  it('lets no release wait for one with many Pods', async () => {
    const { rounds } = await run(100, (release) => (release === 0 ? 20 : 2), 5);
    for (const times of rounds.values()) expect(times.length).toBeGreaterThanOrEqual(4);
  });

  it('gives every release its second where it suffices for all', async () => {
    const { starts, rounds } = await run(10, () => 4, 10);
    for (const times of rounds.values()) expect(times.length).toBeGreaterThanOrEqual(10);
    expect(starts.length).toBeLessThanOrEqual(11 * 40);
  });

  it('lets Pods that do not answer in time rest, so that others are asked as often as before', async () => {
    const { starts, rounds } = await run(40, () => 2, 40, (address) => Number(address.split('.')[2]) < 30);
    const healthy = [...rounds].filter(([name]) => Number(name.slice(1)) >= 30).map(([, times]) => times);
    for (const times of healthy) expect(times.length).toBeGreaterThanOrEqual(25);
    expect(starts.length).toBeLessThan(40 * 2 * 40);
  });

  it('gives back what was not needed, and lets nobody begin who did not set anything aside in time', async () => {
    const clock = new VirtualClock();
    const budget = new FetchBudget(clock, { perSecond: 4, atOnce: 2 });
    const { signal } = new AbortController();
    expect(await budget.setAside(9, signal)).toBe(4);
    budget.giveBack(3);
    expect(await budget.setAside(3, signal)).toBe(3);
    await Promise.all([1, 2, 3, 4].map(() => budget.fetch(() => Promise.resolve())));
    let done = false;
    const waiting = budget.setAside(1, signal).then(() => (done = true));
    await clock.advance(999);
    expect(done).toBe(false);
    await clock.advance(1);
    await waiting;
    const aborted = new AbortController();
    const never = budget.setAside(4, aborted.signal);
    aborted.abort(new Error('enough'));
    await expect(never).rejects.toThrow('enough');
  });
});
