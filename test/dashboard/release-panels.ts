import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const NUMBER = /\d/;

/** What the panels of the shop's release have to show once users have met both versions: v1 is stable, v2 the canary at 20 %. */
export async function expectPanels(page: Page): Promise<void> {
  await expectCharts(page.getByRole('region', { name: 'Stable beside canary', exact: true }));
  await expectMetrics(page.getByRole('region', { name: 'What the metrics say' }));
  await expectVersions(page.getByRole('region', { name: 'Versions and Pods' }));
  await expectEvents(page.getByRole('region', { name: 'Events' }));
  await expectObjects(page.getByRole('region', { name: 'Objects that Serin wrote' }));
}

async function expectCharts(charts: Locator): Promise<void> {
  const told = charts.getByRole('img', { name: /^Requests a second: stable \d[^;]*, highest \d[^;]*; canary \d[^;]*, highest \d/ });
  await told.waitFor({ timeout: 45_000 });
  // Drawn, and not only said.
  expect(await told.locator('canvas').evaluate((canvas) => Reflect.get(canvas, 'width') > 0 && Reflect.get(canvas, 'height') > 0)).toBe(true);
  await charts.getByRole('img', { name: /^Share of the canary: asked 20 ?%/ }).waitFor();
  await charts.getByRole('button', { name: 'As a table' }).click();
  const table = charts.getByRole('table');
  const heads = await table.locator('thead th').allInnerTexts();
  const columns = ['Requests a second: stable', 'Requests a second: canary', 'Share of the canary: asked', 'Share of the canary: accepted'].map((title) => heads.indexOf(title));
  expect(columns.every((at) => at > 0), heads.join(', ')).toBe(true);
  const rows = await Promise.all((await table.locator('tbody tr').all()).map((row) => row.locator('th, td').allInnerTexts()));
  for (const at of columns) expect(rows.some((row) => NUMBER.test(row[at] ?? '')), heads[at]).toBe(true);
  await charts.getByRole('button', { name: 'As a table' }).click();
}

async function expectMetrics(metrics: Locator): Promise<void> {
  const errors = metrics.getByRole('article', { name: 'errors' });
  await errors.getByText(/confidence \d/).waitFor({ timeout: 45_000 });
  expect(await errors.innerText()).toMatch(/(pass|undecided)[^]*error rate[^]*canary[^]*\d+ samples?/);
}

async function expectVersions(versions: Locator): Promise<void> {
  for (const [role, tag] of [['stable', 'v1'], ['canary', 'v2']] as const) {
    const version = versions.getByRole('article', { name: role });
    expect(await version.locator('.release-images').innerText()).toBe(`example/shop:${tag}`);
    await version.getByText('1 of 1 Pods ready').waitFor();
    expect(await version.innerText()).toMatch(/runs [^\n]*sha256:[0-9a-f]{12,}/);
    expect(await version.getByRole('region', { name: `Pods of ${role}` }).innerText()).toMatch(/^shop-[\w-]+\s+ready[^]*0 restarts/);
  }
}

async function expectEvents(events: Locator): Promise<void> {
  const codes = await events.locator('li .release-code').allInnerTexts();
  expect(codes.at(-1)).toBe('ReleaseStarted');
  expect(codes).toContain('StepStarted');
  for (const text of await events.locator('li').allInnerTexts()) expect(text).toMatch(/\d+:\d+[^]*\w+ \w+/);
}

async function expectObjects(objects: Locator): Promise<void> {
  const route = objects.locator('details').filter({ has: objects.page().locator('summary', { hasText: 'VirtualService' }) });
  await route.locator('summary').click();
  const yaml = route.getByRole('region', { name: /^YAML of VirtualService / });
  await yaml.waitFor();
  const changed = await yaml.locator('[data-kind=added] code').allInnerTexts();
  expect(changed.map((line) => line.trim())).toEqual(expect.arrayContaining(['weight: 20', 'weight: 80']));
  expect(await yaml.locator('[data-kind=same]').count()).toBeGreaterThan(0);
  await route.getByLabel('Before').check();
  expect(await yaml.innerText()).not.toContain('weight: 20');
  await route.locator('summary').click();
}
