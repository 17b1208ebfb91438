import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../ports/random.js';
import type { ApiRequest } from '../../ports/transport.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { createApi } from './api.js';
import { memoryStore } from './memory-store.js';

function start() {
  const clock = new VirtualClock();
  const store = memoryStore();
  const api = createApi({ store, clock, random: seededRandom(1) });
  const transport = api.transport();
  const call = async (method: ApiRequest['method'], path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const [plain = '', query] = path.split('?');
    const answer = await transport.request({
      method,
      path: plain,
      query: new URLSearchParams(query),
      headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { ...answer, json: JSON.parse(answer.body) };
  };
  return { api, clock, store, transport, call };
}

const configMaps = '/api/v1/namespaces/default/configmaps';

describe('objects', () => {
  it('are created, read, listed, patched, replaced and deleted', async () => {
    const { call } = start();
    const created = await call('POST', configMaps, { metadata: { name: 'a' }, data: { x: '1' } });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', namespace: 'default' }, data: { x: '1' } });
    expect((await call('POST', configMaps, { metadata: { name: 'a' } })).json).toMatchObject({ code: 409, reason: 'AlreadyExists' });
    const patched = await call('PATCH', `${configMaps}/a`, { data: { y: '2' } });
    expect(patched.json.data).toEqual({ x: '1', y: '2' });
    expect((await call('PUT', `${configMaps}/a`, created.json)).json).toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await call('GET', configMaps)).json.items).toHaveLength(1);
    expect((await call('DELETE', `${configMaps}/a`)).json).toMatchObject({ status: 'Success' });
    expect((await call('GET', `${configMaps}/a`)).status).toBe(404);
  });

  it('are watched', async () => {
    const { call, transport, store } = start();
    await call('POST', configMaps, { metadata: { name: 'a' }, data: {} });
    const stop = new AbortController();
    const { chunks } = await transport.stream({
      method: 'GET',
      path: configMaps,
      query: new URLSearchParams({ watch: '1', resourceVersion: String(store.version) }),
      signal: stop.signal,
    });
    await call('POST', configMaps, { metadata: { name: 'b' }, data: {} });
    await call('DELETE', `${configMaps}/a`);
    const seen: string[] = [];
    for await (const chunk of chunks) {
      const { type, object } = JSON.parse(chunk);
      seen.push(`${type} ${object.metadata.name}`);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['ADDED b', 'DELETED a']);
  });
});
