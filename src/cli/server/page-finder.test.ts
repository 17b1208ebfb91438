import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pageFinder } from './page-finder.js';
import { newLinkKey, removePageRecord, writePageRecord } from './page-record.js';

it('is where the page of a local cluster is at the time, unless somebody says where', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-finder-'));
  const find = pageFinder({ localAddresses: folder });
  expect(await find()).toBeUndefined();
  for (const url of ['http://127.0.0.1:19441', 'http://127.0.0.1:40000']) {
    await writePageRecord(folder, { url, key: newLinkKey() });
    expect(await find()).toBe(url);
  }
  expect(await pageFinder({ localAddresses: folder, pageUrl: 'https://serin.example.com' })()).toBe('https://serin.example.com');
  await removePageRecord(folder);
  expect(await find()).toBeUndefined();
  expect(await pageFinder({})()).toBeUndefined();
  await rm(folder, { recursive: true });
});
