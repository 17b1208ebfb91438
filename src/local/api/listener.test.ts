import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch, type Response } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificates } from '../../cluster/testing/certificates.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { createApi, type Api } from './api.js';
import { fileLogs } from './file-logs.js';
import { listen, type Listener, type ListenOptions } from './listener.js';
import { memoryStore } from './memory-store.js';
import { caller } from './testing/local-client.js';

const TLS: ListenOptions = { tls: { cert: certificates.serverCert, key: certificates.serverKey } };

describe.each<[string, ListenOptions]>([['plain HTTP', {}], ['TLS', TLS]])('over %s', (_name, options) => {
  let directory: string;
  let api: Api;
  let listener: Listener;
  let agent: Agent;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'serin-api-'));
    const users = new Map([['secret', { username: 'me', groups: ['system:masters', 'system:authenticated'] }]]);
    api = createApi({ store: memoryStore(), clock: systemClock, random: seededRandom(1), users, logs: fileLogs(directory, systemClock) });
    listener = await listen(api, options);
    agent = new Agent({ connect: { ca: certificates.ca } });
  });
  afterEach(async () => {
    await agent.destroy();
    await listener.close();
    await api.close();
    await rm(directory, { recursive: true, force: true });
  });
  const get = (path: string, headers: Record<string, string> = { authorization: 'Bearer secret' }): Promise<Response> => fetch(`${listener.url}${path}`, { headers, dispatcher: agent });

  it('knows its users', async () => {
    expect((await get('/api/v1/namespaces')).status).toBe(200);
    expect(await (await get('/api/v1/namespaces', { authorization: 'Bearer other' })).json()).toMatchObject({ code: 401, message: 'Unauthorized' });
    expect(await (await get('/api/v1/namespaces', {})).json()).toMatchObject({
      code: 403,
      message: 'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope',
    });
    expect((await get('/healthz', {})).status).toBe(200);
    const basic = `Basic ${Buffer.from('token:secret').toString('base64')}`;
    expect((await get('/api/v1/namespaces', { authorization: basic })).status).toBe(403);
  });

  it('refuses other interfaces', async () => {
    await expect(listen(api, { ...options, host: '0.0.0.0' })).rejects.toThrow('loopback only');
  });

  it('says so when its port is taken', async () => {
    await expect(listen(api, { ...options, port: listener.port })).rejects.toThrow(`127.0.0.1:${listener.port} is taken by another program`);
  });

  it('streams watches', async () => {
    const answer = await get('/api/v1/namespaces/default/configmaps?watch=1');
    const reader = answer.body?.getReader();
    await caller(api.transport())('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } });
    const { value } = (await reader?.read()) ?? {};
    expect(JSON.parse(new TextDecoder().decode(value)).object.metadata.name).toBe('a');
    await reader?.cancel();
  });

  it('waits for a slow reader of a watch without ever more listeners', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const path = '/api/v1/namespaces/default/configmaps';
    const answer = await get(`${path}?watch=1`);
    const call = caller(api.transport());
    for (let index = 0; index < 14; index += 1) {
      await call('POST', path, { metadata: { name: `c${index}` }, data: { text: 'x'.repeat(300_000) } });
    }
    let [text, lines] = ['', 0];
    for await (const chunk of answer.body ?? []) {
      text = new TextDecoder().decode(chunk);
      lines += text.split('\n').length - 1;
      if (lines === 14) break;
    }
    process.off('warning', note);
    expect(warnings.map(({ message }) => message)).toEqual([]);
  });

  it('reads logs from files', async () => {
    const call = caller(api.transport());
    const pods = '/api/v1/namespaces/default/pods';
    const { json } = await call('POST', pods, { metadata: { name: 'p' }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } });
    const place = join(directory, `default_p_${json.metadata.uid}`, 'c');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, '0.log'), 'one\ntwo\nthree\n');
    expect(await (await get(`${pods}/p/log`)).text()).toBe('one\ntwo\nthree\n');
    expect(await (await get(`${pods}/p/log?tailLines=2`)).text()).toBe('two\nthree\n');
    const followed = (await get(`${pods}/p/log?follow=true&tailLines=1`)).body?.getReader();
    expect(new TextDecoder().decode((await followed?.read())?.value)).toBe('three\n');
    await writeFile(join(place, '0.log'), 'four\n', { flag: 'a' });
    expect(new TextDecoder().decode((await followed?.read())?.value)).toBe('four\n');
    await followed?.cancel();
  });
});

it('meets nobody who does not know its certificate, nor who speaks plainly to TLS', async () => {
  const api = createApi({ store: memoryStore(), clock: systemClock, random: seededRandom(1) });
  const listener = await listen(api, TLS);
  expect(listener.url).toBe(`https://127.0.0.1:${listener.port}`);
  await expect(fetch(`${listener.url}/healthz`)).rejects.toThrow();
  await expect(fetch(`http://127.0.0.1:${listener.port}/healthz`)).rejects.toThrow();
  const agent = new Agent({ connect: { ca: certificates.ca } });
  expect((await fetch(`${listener.url}/healthz`, { dispatcher: agent })).status).toBe(200);
  await agent.destroy();
  await listener.close();
  await expect(listen(api, { tls: { cert: certificates.serverCert, key: certificates.clientKey } })).rejects.toThrow('key values mismatch');
  await api.close();
});
