import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { ClusterClient } from '../src/cluster/client.js';
import { createClient } from '../src/cluster/create-client.js';
import { createHttpTransport } from '../src/cluster/http-transport.js';
import { resources } from '../src/kubernetes/resources.js';
import { createApi } from '../src/local/api/api.js';
import { listen } from '../src/local/api/listener.js';
import { memoryStore } from '../src/local/api/memory-store.js';
import { administrator } from '../src/local/api/request/users.js';
import { customResourceDefinitions } from '../src/model/custom-resources.js';
import { serinResources } from '../src/model/resources.js';
import { systemClock } from '../src/ports/clock.js';
import { seededRandom } from '../src/ports/random.js';
import { createServer, type RunningServer } from '../src/server/create-server.js';
import { releaseOf } from '../src/server/resources/testing/releases.js';
import { DEMO, measureDemo } from './demo-page.js';
import { digits, median, percent, times } from './harness/numbers.js';
import type { Owner } from './harness/owner.js';
import { NotRun, type Subject } from './harness/subject.js';
import type { Table } from './harness/table.js';
import { findTool } from './harness/tools.js';
import { busy, firstPaint, forgetLongTasks, LONG_TASK, longTasks, openTools, openWindow, PAINT_LIMIT, sinceNavigation } from './harness/windows.js';

const PAGE = join(process.cwd(), 'dist/dashboard');
const TOKEN = 'bench';
const FEW = 3;
const MANY = 1_000;
const PER_SECOND = 50;
const LOADS = 7;
const WATCH_MILLISECONDS = 8_000;

export const dashboard: Subject = {
  name: 'dashboard',
  title: 'The page in a browser',
  about:
    `First paint of the list of releases in Chromium, each time with empty caches, and from navigation to the first release; then ${digits(MANY)} releases live while ${PER_SECOND} of them change each second: tasks ` +
    `of the page's main thread that took longer than ${LONG_TASK} ms (PerformanceObserver), and how busy it was (the protocol of Chromium's developer tools), ` +
    'beside the same page while nothing changes. Last, the page of the real demo while that releases. Server, local API and whoever changes the releases run on the same machine and take their part of it.',
  async measure(bench) {
    const { owner, note } = bench;
    const program = findTool('chromium') ?? findTool('google-chrome');
    if (program === undefined) throw new NotRun('there is no chromium: install it (Debian: apt-get install chromium).');
    if (!existsSync(join(PAGE, 'index.html')) || !existsSync(DEMO)) throw new NotRun('the page is not built: run make build first.');
    const browser = await chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
    owner.defer(() => browser.close());
    note('first paint');
    const [few, many] = [await fill(owner, FEW), await fill(owner, MANY)];
    const paints = [await paintsOf(browser, few, FEW), await paintsOf(browser, many, MANY)];
    return [
      { title: 'First paint', columns: ['releases', 'loads', 'first paint, median', 'slowest', 'of the limit', 'first release, median'], rows: paints, findings: [`The limit is ${digits(PAINT_LIMIT)} ms to the first paint.`] },
      await liveness(browser, many, note),
      await measureDemo(browser, bench),
    ];
  },
};

interface Filled {
  readonly admin: ClusterClient;
  readonly server: RunningServer;
}

/** A server of the page beside a local API with so many releases under way. */
async function fill(owner: Owner, count: number): Promise<Filled> {
  const store = memoryStore();
  const api = createApi({ store, clock: systemClock, random: seededRandom(1), users: new Map([[TOKEN, administrator]]) });
  owner.defer(() => store.close());
  owner.defer(() => api.close());
  const listener = await listen(api, { port: 0 });
  owner.defer(() => listener.close());
  const admin = createClient(api.transport(), { fieldManager: 'bench' });
  for (const definition of customResourceDefinitions()) await admin.create(resources.customResourceDefinitions, definition);
  for (let index = 0; index < count; index++) {
    if (index % 50 === 0) await admin.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(index) }, spec: {} });
    const { metadata: _given, status, ...release } = releaseOf({ status: { startedAt: new Date(systemClock.now() - index * 1_000).toISOString() } });
    await admin.create(serinResources.releases, { ...release, metadata: { namespace: namespaceOf(index), name: nameOf(index) } });
    await admin.patch(serinResources.releases, { namespace: namespaceOf(index), name: nameOf(index) }, { kind: 'merge', body: { status } }, { subresource: 'status' });
  }
  const transport = createHttpTransport({ server: listener.url, token: TOKEN });
  owner.defer(() => transport.stop());
  const client = createClient(transport, { fieldManager: 'serin-dashboard' });
  const server = await createServer({
    client, clientOf: () => client, signIn: { link: { identity: { method: 'link', user: administrator.username, groups: [...administrator.groups] } } },
    listen: { host: '127.0.0.1', port: 0 }, clock: systemClock, random: seededRandom(2), log: pino({ level: 'silent' }), audit: () => undefined, pageDirectory: PAGE,
  });
  owner.defer(() => server.stop());
  return { admin, server };
}

const nameOf = (index: number): string => `web-${index}`;
const namespaceOf = (index: number): string => `n-${Math.floor(index / 50)}`;

async function openPage(browser: Browser, { server }: Filled): Promise<Page> {
  const page = await openWindow(browser);
  await page.goto(server.signInLink?.() ?? server.url);
  await page.locator('.release-item').first().waitFor();
  return page;
}

/** A row of the table of first paints. */
async function paintsOf(browser: Browser, filled: Filled, count: number): Promise<string[]> {
  const paints: number[] = [];
  const lists: number[] = [];
  for (let load = 0; load <= LOADS; load++) {
    const page = await openPage(browser, filled);
    // The first one is for what the server has to read, once.
    if (load > 0) {
      paints.push(await firstPaint(page));
      lists.push(await sinceNavigation(page));
    }
    await page.context().close();
  }
  return [digits(count), digits(LOADS), `${digits(median(paints))} ms`, `${digits(Math.max(...paints))} ms`, percent(median(paints) / PAINT_LIMIT), `${digits(median(lists))} ms`];
}

async function liveness(browser: Browser, filled: Filled, note: (text: string) => void): Promise<Table> {
  const page = await openPage(browser, filled);
  const tools = await openTools(page);
  const rows: string[][] = [];
  let calm = Number.NaN;
  const during = async (what: string, changes: string, work: () => Promise<unknown>): Promise<void> => {
    note(`${what}, ${changes}`);
    const [begun, busyBefore] = [systemClock.monotonic(), await busy(tools)];
    await forgetLongTasks(page);
    await work();
    const seconds = (systemClock.monotonic() - begun) / 1_000;
    const share = ((await busy(tools)) - busyBefore) / seconds;
    if (Number.isNaN(calm)) calm = share;
    const long = await longTasks(page);
    rows.push([what, changes, seconds.toFixed(1), digits(long.length), long.length === 0 ? '-' : `${digits(Math.max(...long))} ms`, percent(share), times(share, calm)]);
  };
  const watch = (): Promise<unknown> => systemClock.sleep(WATCH_MILLISECONDS);
  await during('watching', 'none', watch);
  let made = 0;
  const changing = changeReleases(filled.admin);
  try {
    const rate = `${PER_SECOND} /s`;
    await during('watching', rate, watch);
    await page.mouse.move(640, 500);
    await during('scrolling', rate, async () => {
      for (let turn = 0; turn < 80; turn++) {
        await page.mouse.wheel(0, turn < 40 ? 1_500 : -1_500);
        await systemClock.sleep(50);
      }
    });
    await during('filtering', rate, async () => {
      const search = page.getByRole('searchbox');
      for (const words of ['n-7 web-3', 'web-99', 'nothing of that name']) {
        await search.pressSequentially(words, { delay: 80 });
        await search.fill('');
      }
    });
  } finally {
    made = (await changing.stop()).perSecond;
  }
  const seen = await untilSeen(page, filled.admin);
  await page.context().close();
  return {
    title: `${digits(MANY)} releases, live`,
    columns: ['while', 'changes', 'seconds', 'long tasks', 'longest', 'main thread busy', 'ratio to calm'],
    rows,
    findings: [`A long task is one of more than ${LONG_TASK} ms; the limit is none.`, `${digits(made)} changes a second were made.`, `A change was on the page ${digits(seen)} ms after it was written (median).`],
  };
}

const shareOf = (share: number): object => ({ status: { shares: { accepted: { stable: 1_000 - share, canary: share } } } });
const change = (admin: ClusterClient, index: number, share: number): Promise<unknown> =>
  admin.patch(serinResources.releases, { namespace: namespaceOf(index), name: nameOf(index) }, { kind: 'merge', body: shareOf(share) }, { subresource: 'status' });

/** Changes releases at the rate until it is stopped; then says how many a second it came to. */
function changeReleases(admin: ClusterClient): { stop(): Promise<{ perSecond: number }> } {
  const ending = new AbortController();
  const random = seededRandom(3);
  let made = 0;
  const begun = systemClock.monotonic();
  const running = (async () => {
    while (!ending.signal.aborted) {
      await change(admin, Math.floor(random() * MANY), Math.floor(random() * 1_000));
      made++;
      // By a schedule and not after a rest, so that what a change takes does not slow it down.
      await systemClock.sleep(Math.max(0, begun + (made * 1_000) / PER_SECOND - systemClock.monotonic()), ending.signal).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ending.abort(new Error('enough'));
      await running;
      return { perSecond: (made * 1_000) / (systemClock.monotonic() - begun) };
    },
  };
}

/** Milliseconds from a write to its sight in the first row, in the middle of several. */
async function untilSeen(page: Page, admin: ClusterClient): Promise<number> {
  const spans: number[] = [];
  await page.evaluate('window.scrollTo(0, 0)');
  for (let turn = 1; turn <= 9; turn++) {
    const begun = systemClock.monotonic();
    await change(admin, 0, turn * 110);
    await page.locator('.release-item').filter({ hasText: 'web-0 ' }).locator('.in-share', { hasText: new RegExp(`(?<![\\d.])${turn * 11}%`) }).first().waitFor();
    spans.push(systemClock.monotonic() - begun);
  }
  return median(spans);
}
