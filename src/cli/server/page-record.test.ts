import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { Links } from '../../server/sign-in/links.js';
import { leadingPage, opener } from './opening.js';
import { linkTo, newLinkKey, readPageRecord, removePageRecord, writePageRecord } from './page-record.js';

it('[S3-11] lies where only its owner reads it, and makes links that are good once, at the server that has the same key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-record-'));
  const clock = new VirtualClock();
  const key = newLinkKey();
  const links = new Links(clock, key);
  await writePageRecord(folder, { url: 'http://127.0.0.1:19441', key });
  expect((await stat(join(folder, 'dashboard.json'))).mode & 0o777).toBe(0o600);
  const record = await readPageRecord(folder);
  const link = new URL(record === undefined ? 'none:' : linkTo(record, clock.now()));
  expect([link.origin, link.pathname]).toEqual(['http://127.0.0.1:19441', '/sign-in']);
  const code = link.searchParams.get('code') ?? '';
  expect([links.use(`${code}x`), links.use(code), links.use(code)]).toEqual([false, true, false]);
  expect(new Links(clock, newLinkKey()).use(new URL(linkTo({ url: 'http://x', key }, clock.now())).searchParams.get('code') ?? '')).toBe(false);
  await writeFile(join(folder, 'dashboard.json'), (await readFile(join(folder, 'dashboard.json'), 'utf8')).replace('http:', 'file:'));
  expect(await readPageRecord(folder)).toBeUndefined();
  await removePageRecord(folder);
  expect(await readPageRecord(folder)).toBeUndefined();
  await rm(folder, { recursive: true });
});

it('opens a browser only where somebody would see it', () => {
  const linux = (env: Record<string, string>, terminal = true): string | undefined => opener({ platform: 'linux', terminal, env });
  expect([linux({}), linux({ DISPLAY: ':0' }), linux({ WAYLAND_DISPLAY: 'w' }), linux({ DISPLAY: ':0' }, false), linux({ DISPLAY: ':0', SSH_CONNECTION: 'x' })]).toEqual([undefined, 'xdg-open', 'xdg-open', undefined, undefined]);
  expect(opener({ platform: 'darwin', terminal: true, env: {} })).toBe('open');
  expect(leadingPage('http://x/?a=1&b="<script>')).not.toContain('"<script>');
});
