import { describe, expect, it } from 'vitest';
import { memoryStore } from './memory-store.js';
import { firstEvents, startApi } from './testing/local-client.js';

const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';

describe('objects', () => {
  it('are created, read, listed, patched, replaced and deleted', async () => {
    const { call } = startApi();
    const created = await call('POST', configMaps, { metadata: { name: 'a' }, data: { x: '1' } });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', namespace: 'default' }, data: { x: '1' } });
    expect((await call('POST', configMaps, { metadata: { name: 'a' } })).json).toMatchObject({ code: 409, reason: 'AlreadyExists' });
    expect((await call('PATCH', `${configMaps}/a`, { data: { y: '2' } })).json.data).toEqual({ x: '1', y: '2' });
    expect((await call('PUT', `${configMaps}/a`, created.json)).json).toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await call('GET', configMaps)).json.items).toHaveLength(1);
    expect((await call('DELETE', `${configMaps}/a`)).json).toMatchObject({ status: 'Success' });
    expect((await call('GET', `${configMaps}/a`)).status).toBe(404);
  });

  it('get the same names, uids and times from the same seed and clock', async () => {
    const texts = await Promise.all(
      [1, 2].map(async () => (await startApi().call('POST', configMaps, { metadata: { generateName: 'a-' } })).body),
    );
    expect(texts[0]).toBe(texts[1]);
  });

  it('are applied with owners and conflicts', async () => {
    const { call } = startApi();
    const type = { 'content-type': 'application/apply-patch+yaml' };
    const configuration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } };
    expect((await call('PATCH', `${configMaps}/a?fieldManager=one`, configuration, type)).status).toBe(201);
    const other = { ...configuration, data: { x: '2' } };
    expect((await call('PATCH', `${configMaps}/a?fieldManager=two`, other, type)).json).toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await call('PATCH', `${configMaps}/a?fieldManager=two&force=true`, other, type)).json.data).toEqual({ x: '2' });
  });
});

describe('watches', () => {
  it('see what happens, enter and leave by selector, resume', async () => {
    const { call, transport, store } = startApi();
    await call('POST', configMaps, { metadata: { name: 'a', labels: { on: 'yes' } } });
    const from = String(store.version);
    const watch = (query: Record<string, string>) => transport.stream({ method: 'GET', path: configMaps, query: new URLSearchParams({ watch: '1', ...query }) });
    const live = await watch({ labelSelector: 'on=yes' });
    await call('PATCH', `${configMaps}/a`, { metadata: { labels: { on: 'no' } } });
    await call('POST', configMaps, { metadata: { name: 'b', labels: { on: 'yes' } } });
    await call('DELETE', `${configMaps}/b`);
    expect(await firstEvents(live.chunks, 4)).toEqual(['ADDED a', 'DELETED a', 'ADDED b', 'DELETED b']);
    expect(await firstEvents((await watch({ resourceVersion: from })).chunks, 3)).toEqual(['MODIFIED a', 'ADDED b', 'DELETED b']);
    await store.compact(store.version);
    expect(await firstEvents((await watch({ resourceVersion: from })).chunks, 1)).toEqual(['ERROR 410']);
  });

  it('send bookmarks and end in virtual time', async () => {
    const { clock, transport, api, store } = startApi();
    await api.ready;
    const version = String(store.version);
    const query = new URLSearchParams({ watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: '90', resourceVersion: version });
    const { chunks } = await transport.stream({ method: 'GET', path: configMaps, query });
    const all = firstEvents(chunks, Infinity);
    await clock.advance(90_000);
    expect(await all).toEqual([`BOOKMARK ${version}`, `BOOKMARK ${version}`]);
  });

  it('share one text among all that watch the same way', async () => {
    const { call, transport, store } = startApi();
    const query = new URLSearchParams({ watch: '1', resourceVersion: String(store.version) });
    const streams = await Promise.all([1, 2].map(() => transport.stream({ method: 'GET', path: configMaps, query })));
    await call('POST', configMaps, { metadata: { name: 'a' } });
    const stored = store.get('/configmaps', 'default/a');
    expect(stored?.text).toBe(stored?.text);
    for (const { chunks } of streams) expect(await firstEvents(chunks, 1)).toEqual(['ADDED a']);
  });
});

describe('deletion', () => {
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };

  it('takes a Pod without a node at once, and gives one on a node its time', async () => {
    const { call } = startApi();
    await call('POST', pods, pod);
    expect((await call('DELETE', `${pods}/p`)).json.kind).toBe('Pod');
    expect((await call('GET', `${pods}/p`)).status).toBe(404);
    await call('POST', pods, pod);
    await call('POST', `${pods}/p/binding`, { target: { kind: 'Node', name: 'n' } });
    expect((await call('DELETE', `${pods}/p`)).json.metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    expect((await call('GET', `${pods}/p`)).status).toBe(200);
    await call('DELETE', `${pods}/p?gracePeriodSeconds=0`);
    expect((await call('GET', `${pods}/p`)).status).toBe(404);
  });

  it('waits for finalizers, and keeps a Namespace until it is finalized', async () => {
    const { call } = startApi();
    await call('POST', configMaps, { metadata: { name: 'a', finalizers: ['x.y/z'] } });
    expect((await call('DELETE', `${configMaps}/a?propagationPolicy=Foreground`)).json.metadata.finalizers).toEqual(['x.y/z', 'foregroundDeletion']);
    await call('PATCH', `${configMaps}/a`, { metadata: { finalizers: null } });
    expect((await call('GET', `${configMaps}/a`)).status).toBe(404);
    await call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
    const marked = await call('DELETE', '/api/v1/namespaces/n');
    expect(marked.json.status.phase).toBe('Terminating');
    expect((await call('POST', '/api/v1/namespaces/n/configmaps', { metadata: { name: 'a' } })).json.code).toBe(403);
    await call('PUT', '/api/v1/namespaces/n/finalize', { ...marked.json, spec: { finalizers: [] } });
    expect((await call('GET', '/api/v1/namespaces/n')).status).toBe(404);
  });
});

describe('custom kinds', () => {
  const definition = {
    metadata: { name: 'things.a.test' },
    spec: {
      group: 'a.test',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: { replicas: { type: 'integer', default: 2 }, fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable' }] } },
                },
                status: { type: 'object', properties: { replicas: { type: 'integer' } } },
              },
            },
          },
        },
      ],
    },
  };
  const things = '/apis/a.test/v1/namespaces/default/things';
  const thing = { apiVersion: 'a.test/v1', kind: 'Thing', metadata: { name: 't' } };

  it('are served at once, with defaults, rules and subresources, and survive in the store', async () => {
    const store = memoryStore();
    const { call, clock } = startApi({ store });
    expect((await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)).status).toBe(201);
    expect((await call('POST', things, { ...thing, spec: { fixed: 'a' } })).json.spec).toEqual({ fixed: 'a', replicas: 2 });
    expect((await call('PATCH', `${things}/t`, { spec: { fixed: 'b' } })).json).toMatchObject({ code: 422 });
    expect((await call('PATCH', `${things}/t/scale`, { spec: { replicas: 5 } })).json.spec).toEqual({ replicas: 5 });
    await clock.advance(10);
    const found = await call('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.a.test');
    expect(found.json.status.conditions.map(({ type, status }: { type: string; status: string }) => `${type}=${status}`)).toEqual(['NamesAccepted=True', 'Established=True']);
    const again = startApi({ store });
    expect((await again.call('GET', `${things}/t`)).json.spec.replicas).toBe(5);
    await again.call('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.a.test');
    await again.clock.advance(10);
    expect((await again.call('GET', things)).status).toBe(404);
    expect(store.list('a.test/things')).toEqual([]);
  });
});
