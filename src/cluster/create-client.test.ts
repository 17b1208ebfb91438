import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../kubernetes/resources.js';
import type { ConfigMap } from '../kubernetes/generated/core-v1.js';
import { ApiError, isGone } from './api-error.js';
import type { ClusterClient, WatchEvent } from './client.js';
import { createClient } from './create-client.js';
import { createHttpTransport, type HttpTransport } from './http-transport.js';
import { FaultServer } from './testing/fault-server.js';
import { recordingClock } from './testing/recording-clock.js';

let server: FaultServer;
let transport: HttpTransport;
let client: ClusterClient;
let waits: number[];

beforeEach(async () => {
  server = new FaultServer();
  server.answer = (request, response) => {
    const sent: unknown = request.body === '' ? {} : JSON.parse(request.body);
    response.end(JSON.stringify({ metadata: { name: 'a' }, sent }));
  };
  transport = createHttpTransport({ server: await server.start() });
  const recording = recordingClock();
  waits = recording.waits;
  client = createClient(transport, { fieldManager: 'serin', clock: recording.clock, random: () => 1, pageSize: 2 });
});

afterEach(async () => {
  await transport.stop();
  await server.stop();
});

const name = { name: 'a', namespace: 'n' };
const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: name };
const line = () => server.seen.map(({ method, path, query, headers }) => [`${method} ${path}`, query.toString(), headers['content-type'] ?? ''].join(' | '));

describe('a client', () => {
  it('sends each write with its own content type and options', async () => {
    const { configMaps, deployments } = resources;
    await client.create(configMaps, object, { dryRun: true, fieldValidation: 'Strict' });
    await client.replace(configMaps, object, { subresource: 'status', fieldManager: 'me' });
    await client.patch(configMaps, name, { kind: 'json', body: [] });
    await client.patch(configMaps, name, { kind: 'merge', body: { data: null } });
    await client.patch(deployments, name, { kind: 'strategic', body: {} }, { subresource: 'scale' });
    await client.apply(configMaps, object, { fieldManager: 'serin/routes', force: true });
    await client.delete(configMaps, name, { propagationPolicy: 'Foreground', gracePeriodSeconds: 0, preconditions: { uid: 'u' } });
    expect(line()).toEqual([
      'POST /api/v1/namespaces/n/configmaps | fieldManager=serin&dryRun=All&fieldValidation=Strict | application/json',
      'PUT /api/v1/namespaces/n/configmaps/a/status | fieldManager=me | application/json',
      'PATCH /api/v1/namespaces/n/configmaps/a | fieldManager=serin | application/json-patch+json',
      'PATCH /api/v1/namespaces/n/configmaps/a | fieldManager=serin | application/merge-patch+json',
      'PATCH /apis/apps/v1/namespaces/n/deployments/a/scale | fieldManager=serin | application/strategic-merge-patch+json',
      'PATCH /api/v1/namespaces/n/configmaps/a | fieldManager=serin%2Froutes&force=true | application/apply-patch+yaml',
      'DELETE /api/v1/namespaces/n/configmaps/a |  | application/json',
    ]);
    expect(JSON.parse(server.seen.at(-1)?.body ?? '')).toEqual({
      kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground', gracePeriodSeconds: 0, preconditions: { uid: 'u' },
    });
  });

  it('keeps names as they are, with percent signs where needed', async () => {
    await client.get(resources.namespaces, { name: 'system:Auth/x' });
    expect(server.seen[0]?.path).toBe('/api/v1/namespaces/system%3AAuth%2Fx');
  });

  it('will not address an object without its name or namespace', async () => {
    await expect(client.get(resources.pods, { name: 'a' })).rejects.toThrow('Pod "a": the namespace is missing');
    await expect(client.get(resources.pods, { name: '', namespace: 'n' })).rejects.toThrow('without a name');
  });

  it('finds nothing where there is nothing, and lets other errors through', async () => {
    server.fail('other', { kind: 'status', code: 404, reason: 'NotFound' }, { kind: 'status', code: 403, reason: 'Forbidden', message: 'no' });
    expect(await client.find(resources.configMaps, name)).toBeUndefined();
    await expect(client.find(resources.configMaps, name)).rejects.toMatchObject({ code: 403, reason: 'Forbidden', message: 'GET /api/v1/namespaces/n/configmaps/a: no' });
  });

  it('understands an error that is no Status', async () => {
    server.answer = (_, response) => response.writeHead(400, { 'content-type': 'text/html' }).end('<h1>Bad\n gateway</h1>');
    await expect(client.create(resources.configMaps, object)).rejects.toMatchObject({ code: 400, message: expect.stringContaining('HTTP 400: <h1>Bad gateway</h1>') as string });
    server.answer = (_, response) => response.end('[]');
    await expect(client.get(resources.configMaps, name)).rejects.toThrow('expected a ConfigMap, got []');
  });

  it('selects, pages, and fills in what items of lists lack', async () => {
    for (const each of ['a', 'b', 'c']) server.put(each);
    const { items, resourceVersion } = await client.list(resources.configMaps, { namespace: 'default', labelSelector: 'a=b', fieldSelector: 'metadata.name!=x' });
    expect(items.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name].join())).toEqual(['ConfigMap,v1,a', 'ConfigMap,v1,b', 'ConfigMap,v1,c']);
    expect(resourceVersion).toBe(server.version);
    expect(server.seen.map(({ query }) => `${query.get('labelSelector')} ${query.get('limit')} ${query.has('continue')}`)).toEqual(['a=b 2 false', 'a=b 2 true']);
  });

  it('lists without pages when tokens keep expiring', async () => {
    for (const each of ['a', 'b', 'c']) server.put(each);
    server.fail('list', { kind: 'expire-token' });
    // The token of the second round is refused too.
    const listing = client.list(resources.configMaps);
    await expect(listing).resolves.toMatchObject({ items: [{}, {}, {}] });
    server.seen.splice(0);
    server.fail('list', { kind: 'expire-token' });
    const paged = { n: 0 };
    const transportOnce = {
      request: async (request: Parameters<HttpTransport['request']>[0]) => {
        if (request.query?.has('continue') && paged.n++ < 2) return { status: 410, headers: {}, body: '{"kind":"Status","reason":"Expired","code":410}' };
        return transport.request(request);
      },
      stream: transport.stream.bind(transport),
    };
    const { items } = await createClient(transportOnce, { fieldManager: 'x', pageSize: 2 }).list(resources.configMaps);
    expect(items).toHaveLength(3);
    expect(server.seen.at(-1)?.query.has('limit')).toBe(false);
  });

  it('waits for Retry-After of a 429 and tries again what may be repeated', async () => {
    const busy = { kind: 'status', code: 429, retryAfter: '2' } as const;
    server.fail('other', busy, { ...busy, retryAfter: 'Thu, 01 Jan 2026 00:00:05 GMT' });
    await client.get(resources.configMaps, name);
    expect(waits).toEqual([2000, 5000]);
    for (const write of [
      () => client.replace(resources.configMaps, object),
      () => client.patch(resources.configMaps, name, { kind: 'merge', body: {} }),
      () => client.apply(resources.configMaps, object, { fieldManager: 'x' }),
      () => client.delete(resources.configMaps, name),
    ]) {
      server.fail('other', busy);
      await write();
    }
    expect(waits).toHaveLength(6);
  });

  it('tries POST, JSON patches, and a Retry-After beyond reason only once', async () => {
    const busy = { kind: 'status', code: 429, retryAfter: '1' } as const;
    server.fail('other', busy, busy, { ...busy, retryAfter: '3600' });
    await expect(client.create(resources.configMaps, object)).rejects.toMatchObject({ code: 429, retryAfterSeconds: 1 });
    await expect(client.patch(resources.configMaps, name, { kind: 'json', body: [] })).rejects.toBeInstanceOf(ApiError);
    await expect(client.get(resources.configMaps, name)).rejects.toMatchObject({ retryAfterSeconds: 3600 });
    expect(waits).toEqual([]);
  });

  it('tries reads again after 5xx and resets, in bounds, and writes never', async () => {
    const broken = { kind: 'status', code: 503 } as const;
    server.fail('other', broken, { kind: 'reset' }, broken);
    await client.get(resources.configMaps, name);
    expect(waits).toEqual([250, 500, 1000]);
    server.fail('other', broken, broken, broken, broken);
    await expect(client.get(resources.configMaps, name)).rejects.toMatchObject({ code: 503 });
    server.fail('other', broken, { kind: 'reset' });
    await expect(client.replace(resources.configMaps, object)).rejects.toMatchObject({ code: 503 });
    await expect(client.delete(resources.configMaps, name)).rejects.toThrow('DELETE');
    expect(server.pendingFaults).toBe(0);
  });

  it('watches, and turns every form of 410 into one', async () => {
    const watch = async (resourceVersion: string): Promise<WatchEvent<ConfigMap>[]> => {
      const events: WatchEvent<ConfigMap>[] = [];
      for await (const event of client.watch(resources.configMaps, { resourceVersion, timeoutSeconds: 9 })) {
        events.push(event);
        if (events.length === 1) break;
      }
      return events;
    };
    server.put('a');
    expect(await watch('100')).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'a' } } }]);
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '100', timeoutSeconds: '9' });
    server.fail('watch', { kind: 'error-event', code: 410, reason: 'Expired' }, { kind: 'error-event', code: 500, reason: 'Gone' }, { kind: 'status', code: 410 });
    for (let form = 0; form < 3; form++) expect(isGone(await watch('100').catch((error: unknown) => error))).toBe(true);
  });

  it('gives raw text', async () => {
    server.answer = (request, response) => response.end(`${request.path}?${request.query.toString()} ${request.headers.accept}`);
    expect(await client.raw('/api/v1/namespaces/n/pods/p/log', new URLSearchParams({ container: 'c' }))).toBe('/api/v1/namespaces/n/pods/p/log?container=c */*');
  });
});
