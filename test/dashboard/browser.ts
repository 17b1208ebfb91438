import { mkdir } from 'node:fs/promises';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';

/** The system's browser; undefined where there is none. */
export const browserPath = ['chromium', 'google-chrome'].flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name))).find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the system's browser without a window. @throws Error where there is none */
export function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('there is no chromium: install it, see scripts/install-tools.sh');
  // Chromium refuses its sandbox to root. Without the last one, what is drawn on this machine differs by its screen.
  return chromium.launch({ executablePath: browserPath, args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--force-color-profile=srgb'] });
}

/** How somebody looks at the page. */
export const looks = {
  desk: { viewport: { width: 1280, height: 800 } },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  zh: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'zh-CN', colorScheme: 'dark' },
} as const satisfies Record<string, BrowserContextOptions>;
export type Look = keyof typeof looks;

/** A browser window of somebody's own, with cookies of its own. */
export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors on the console, faults of scripts, and violations of the content security policy so far. */
  problems(): readonly string[];
}

/** That a request was refused or did not get through is what tests of that are about, and is logged by the browser, not by the page. */
const OF_THE_NETWORK = /^Failed to load resource: (net::|the server responded with a status of 4(01|09))/;

/** @param cookies those of somebody who is signed in already */
export async function openWindow(browser: Browser, look: Look, cookies: Parameters<BrowserContext['addCookies']>[0] = []): Promise<Window> {
  const context = await browser.newContext({ locale: 'en-GB', ...looks[look] });
  context.setDefaultTimeout(20_000);
  await context.addCookies(cookies);
  const problems: string[] = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (['error', 'warning'].includes(message.type()) && !OF_THE_NETWORK.test(text)) problems.push(`${page.url()}: ${text}`);
    });
  });
  return { context, page: await context.newPage(), problems: () => problems };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds wrong on the page as it is now, a line for each element; everything that is folded is opened first. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
  // By the debugger, which the content security policy does not bind: the page itself could not load it.
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary)))`);
}

/** The outermost elements that make the page wider than the screen, as tags and classes; nothing where it is not. */
export const widerThanScreen = (page: Page): Promise<readonly string[]> =>
  page.evaluate<string[]>(`document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] : [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && each.parentElement.getBoundingClientRect().right <= document.documentElement.clientWidth + 1)
    .map((each) => each.tagName + '.' + each.className)`);

/** What is wrong with the language of the page: its document's, and headings that are neither written in these letters nor names. */
export async function headingsNotIn(page: Page, language: string, letters: RegExp, names: RegExp): Promise<readonly string[]> {
  const lang = await page.evaluate<string>('document.documentElement.lang');
  const headings = await page.getByRole('heading').allInnerTexts();
  return [...(lang === language ? [] : [`lang is ${lang}`]), ...(headings.length === 0 ? ['no heading'] : []), ...headings.filter((each) => !letters.test(each) && !names.test(each.trim()))];
}

/** Runs in the browser: whether the lower edge of the element is seen, and nothing lies above it. */
export const isOnTop: Parameters<Locator['evaluate']>[0] = (each) => {
  const { x, y, width, height } = each.getBoundingClientRect();
  const top = each.ownerDocument.elementFromPoint(x + width / 2, y + height - 2);
  return each.contains(top) || top.contains(each);
};

const SCREENSHOTS = join(import.meta.dirname, '../../.cache/screenshots');

/** Keeps how the page looks, whole, as `.cache/screenshots/<name>.png`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
