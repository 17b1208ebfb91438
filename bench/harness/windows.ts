import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';

/** First paint, in milliseconds, as the page promises. */
export const PAINT_LIMIT = 1_000;
/** What browsers call a long task, in milliseconds. */
export const LONG_TASK = 50;

const OBSERVER = 'window.long = []; new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.long.push(duration); }).observe({ type: "longtask", buffered: true });';

/** A window with empty caches, which counts its long tasks. @param cookies those of somebody who is signed in already */
export async function openWindow(browser: Browser, cookies: Parameters<BrowserContext['addCookies']>[0] = []): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addCookies(cookies);
  const page = await context.newPage();
  await page.addInitScript(OBSERVER);
  return page;
}

/** Milliseconds from navigation to the first paint of the page's content. */
export const firstPaint = (page: Page): Promise<number> => page.evaluate<number>('performance.getEntriesByName("first-contentful-paint")[0].startTime');

/** Milliseconds since navigation. */
export const sinceNavigation = (page: Page): Promise<number> => page.evaluate<number>('performance.now()');

/** How long the long tasks took that there were so far, in milliseconds. */
export const longTasks = (page: Page): Promise<number[]> => page.evaluate<number[]>('window.long');

/** Counts long tasks anew. */
export const forgetLongTasks = (page: Page): Promise<unknown> => page.evaluate('window.long.length = 0');

/** Asks for what `busy` reads. */
export async function openTools(page: Page): Promise<CDPSession> {
  const tools = await page.context().newCDPSession(page);
  await tools.send('Performance.enable');
  return tools;
}

/** Seconds that the main thread of the page has worked so far. */
export async function busy(tools: CDPSession): Promise<number> {
  const { metrics } = await tools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}
