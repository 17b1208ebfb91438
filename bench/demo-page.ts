import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';
import { NAMESPACE } from '../src/cli/demo/bookinfo.js';
import { systemClock } from '../src/ports/clock.js';
import { digits, median, percent } from './harness/numbers.js';
import { NotRun, type Bench } from './harness/subject.js';
import type { Table } from './harness/table.js';
import { busy, firstPaint, forgetLongTasks, LONG_TASK, longTasks, openTools, openWindow, PAINT_LIMIT, sinceNavigation } from './harness/windows.js';

/** As a person runs it, of the build that people run: only that one has the page. */
export const DEMO = join(process.cwd(), 'dist/cli/main.js');
/** Of each page at most; a release of the demo takes half a minute. */
const LOADS = 7;
/** Longer than any machine takes that is of use here, in seconds. */
const PATIENCE = 180;

type Cookies = Parameters<BrowserContext['addCookies']>[0];

/** The page that `serin demo --keep` serves: first paint while its first release is under way, long tasks over its second. */
export async function measureDemo(browser: Browser, bench: Bench): Promise<Table> {
  bench.note('the demo');
  const demo = await startDemo(bench);
  const link = (await demo.says(/http:\/\/127\.0\.0\.1:\d+\/sign-in\?code=\S+/))[0];
  const { origin } = new URL(link);
  const first = await openWindow(browser);
  await first.goto(link);
  const cookies = await first.context().cookies();
  await first.context().close();

  await demo.says(/v3 \(red stars\) goes out/);
  const places = { 'list of releases': ['/', '.release-item'], 'a release': [`/releases/${NAMESPACE}/reviews-1`, '.release-actions'] } as const;
  await untilThere(browser, cookies, origin + places['a release'][0]);
  const loads = Object.keys(places).map((): { paint: number; shown: number }[] => []);
  let step = 0;
  for (; step < LOADS && !demo.said(/is stable now;|was taken back;|v4 goes out/); step++) {
    for (const [index, [path, shows]] of Object.values(places).entries()) loads[index]?.push(await load(browser, cookies, origin + path, shows));
  }
  const rows = Object.keys(places).map((name, index) => rowOf(name, loads[index] ?? []));

  await demo.says(/v4 goes out/);
  const watched = await watch(browser, cookies, `${origin}/releases/${NAMESPACE}/reviews-2`, () => demo.says(/reviews-2 (was taken back|completed)/));
  await demo.end();
  return {
    title: 'The demo itself, while it releases',
    columns: ['page', 'loads', 'first paint, median', 'slowest', 'of the limit', 'content, median'],
    rows,
    findings: [
      `The limit is ${digits(PAINT_LIMIT)} ms to the first paint. Controller, gateway, six Pods and 60 requests a second run on the same machine.`,
      `A page that watched the second release for ${watched.seconds.toFixed(1)} s, from its beginning until it was taken back, had ${digits(watched.long.length)} tasks of more than ${LONG_TASK} ms` +
        `${watched.long.length === 0 ? '' : `, the longest of ${digits(Math.max(...watched.long))} ms`}; its main thread was busy for ${percent(watched.busy)} of the time.`,
    ],
  };
}

function rowOf(name: string, loads: readonly { readonly paint: number; readonly shown: number }[]): string[] {
  const paints = loads.map(({ paint }) => paint);
  return [name, digits(loads.length), `${digits(median(paints))} ms`, `${digits(Math.max(...paints))} ms`, percent(median(paints) / PAINT_LIMIT), `${digits(median(loads.map(({ shown }) => shown)))} ms`];
}

async function load(browser: Browser, cookies: Cookies, url: string, shows: string): Promise<{ readonly paint: number; readonly shown: number }> {
  const page = await openWindow(browser, cookies);
  try {
    await page.goto(url);
    await page.locator(shows).first().waitFor();
    const shown = await sinceNavigation(page);
    return { paint: await firstPaint(page), shown };
  } finally {
    await page.context().close();
  }
}

/** The release is there some moments after the image was set. */
async function untilThere(browser: Browser, cookies: Cookies, url: string): Promise<void> {
  const page = await openWindow(browser, cookies);
  for (const end = systemClock.monotonic() + PATIENCE * 1000; ; await systemClock.sleep(200)) {
    await page.goto(url);
    if (await page.locator('.release-actions').waitFor({ timeout: 2_000 }).then(() => true, () => false)) break;
    if (systemClock.monotonic() > end) throw new NotRun(`not within ${PATIENCE} s: the demo has a release`);
  }
  await page.context().close();
}

/** Looks at a page until something is over. */
async function watch(browser: Browser, cookies: Cookies, url: string, over: () => Promise<unknown>): Promise<{ readonly seconds: number; readonly long: readonly number[]; readonly busy: number }> {
  await untilThere(browser, cookies, url);
  const page = await openWindow(browser, cookies);
  await page.goto(url);
  await page.locator('.release-actions').waitFor();
  const tools = await openTools(page);
  await forgetLongTasks(page);
  const [begun, before] = [systemClock.monotonic(), await busy(tools)];
  await over();
  const seconds = (systemClock.monotonic() - begun) / 1000;
  const found = { seconds, long: await longTasks(page), busy: ((await busy(tools)) - before) / seconds };
  await page.context().close();
  return found;
}

interface RunningDemo {
  /** Whether it has said such a thing so far. */
  said(pattern: RegExp): boolean;
  /** Waits until it says such a thing. @throws NotRun when it ends or takes too long before */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for its end; the cluster stays. */
  end(): Promise<void>;
}

async function startDemo({ owner }: Bench): Promise<RunningDemo> {
  const env = { ...process.env, SERIN_HOME: await owner.directory() };
  owner.defer(() => promisify(execFile)(process.execPath, [DEMO, 'local', 'reset', '--name', 'demo'], { env }));
  const child = spawn(process.execPath, [DEMO, 'demo', '--keep', '--plain'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  owner.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    await ended;
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return {
    said: (pattern) => pattern.test(text),
    async says(pattern) {
      for (const end = systemClock.monotonic() + PATIENCE * 1000; systemClock.monotonic() < end; await systemClock.sleep(50)) {
        const found = pattern.exec(text);
        if (found !== null) return found;
        if (child.exitCode !== null) break;
      }
      throw new NotRun(`the demo did not say ${String(pattern)}: ${text.slice(-500)}`);
    },
    async end() {
      await ended;
    },
  };
}
