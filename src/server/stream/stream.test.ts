import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../cluster/testing/until.js';
import { install } from '../../controller/installation.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import type { Release } from '../../model/release.js';
import { toldOf } from '../../commands/told.js';
import { serinResources } from '../../model/resources.js';
import { systemClock } from '../../ports/clock.js';
import { resourceRoutes } from '../resources/routes.js';
import { releaseOf } from '../resources/testing/releases.js';
import { bearer, ask } from '../testing/asking.js';
import { TOKENS } from '../testing/cluster-people.js';
import { startTestCluster, startTestServer, type TestCluster, type TestServer } from '../testing/test-server.js';

/** One event as a browser takes it. */
interface Seen {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A reader of the stream, as `EventSource` is one. */
class Reader {
  readonly events: Seen[] = [];
  lastId = '';
  ended = false;
  text = '';
  readonly #response: IncomingMessage;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8').on('data', (chunk: string) => this.#take(chunk));
    response.on('close', () => (this.ended = true)).on('error', () => undefined);
  }

  static open(url: string, token: string, { lastId, query = '' }: { lastId?: string; query?: string } = {}): Promise<Reader> {
    return new Promise((resolve, reject) => {
      const headers = { ...bearer(token), ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
      request(`${url}/api/v1/stream${query}`, { headers, agent: false }, (response) => resolve(new Reader(response))).on('error', reject).end();
    });
  }

  close(): void {
    this.#response.destroy();
  }

  #rest = '';
  #take(chunk: string): void {
    this.text += chunk;
    const blocks = (this.#rest + chunk).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
      this.lastId = fields.get('id') ?? this.lastId;
      const event = fields.get('event');
      if (event !== undefined) this.events.push({ id: this.lastId, event, data: JSON.parse(fields.get('data') ?? '{}') as Record<string, unknown> });
    }
  }
}

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;
const access = (kind: string, plural: string): Resource<KubernetesObject> => ({ ...rbac, kind, plural, namespaced: true });

describe('the API over HTTP', () => {
  let cluster: TestCluster;
  let server: TestServer;
  beforeAll(async () => {
    cluster = await startTestCluster();
    await install(cluster.admin, systemClock, new AbortController().signal);
    const { admin } = cluster;
    const allow = async (user: string, ...verbs: string[]): Promise<void> => {
      const metadata = { namespace: 'shop', name: `releases-of-${user}` };
      const rules = [{ apiGroups: ['serin.dev'], resources: ['releases'], verbs }];
      await admin.create(access('Role', 'roles'), { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules } as KubernetesObject);
      const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata, roleRef: { apiGroup: rbac.group, kind: 'Role', name: metadata.name }, subjects: [{ kind: 'User', name: user, apiGroup: rbac.group }] };
      await admin.create(access('RoleBinding', 'rolebindings'), binding);
    };
    await allow('bob', 'get', 'list');
    await allow('ann', 'get', 'list', 'patch');
    server = await startTestServer(cluster, { modules: [(parts) => resourceRoutes(parts, { quiet: 100, stalled: 300 })] });
    await create('shop', 'web-1');
  });
  afterAll(async () => {
    await server.stop();
    await cluster.stop();
  });
  const create = async (namespace: string, name: string): Promise<Release> => {
    const { status: _, ...release } = releaseOf({ namespace, name });
    return cluster.admin.create(serinResources.releases, { ...release, metadata: { namespace, name } });
  };
  const pause = (name: string, paused: boolean): Promise<Release> => cluster.admin.patch(serinResources.releases, { namespace: 'shop', name }, { kind: 'merge', body: { spec: { paused } } });

  it('tells a change to those who may see it, once', async () => {
    const [bob, outsider] = await Promise.all([Reader.open(server.url, TOKENS.bob), Reader.open(server.url, TOKENS.outsider)]);
    await until(() => bob.lastId !== '' && outsider.lastId !== '', 'the streams');
    await pause('web-1', true);
    await until(() => bob.events.length > 0, 'the event');
    expect(bob.events).toMatchObject([{ event: 'release', data: { id: 'shop/web-1', paused: true, waitsForMe: false } }]);
    await create('default', 'elsewhere-1');
    await create('shop', 'web-2');
    await cluster.admin.delete(serinResources.releases, { namespace: 'shop', name: 'web-2' });
    await until(() => bob.events.some(({ event }) => event === 'gone'), 'the end');
    expect(bob.events.map(({ event, data }) => `${event} ${String(data['id'])}`)).toEqual(['release shop/web-1', 'release shop/web-2', 'gone shop/web-2']);
    await until(() => outsider.text.includes(': still here'), 'a sign of life');
    expect(outsider.events).toEqual([]);
    bob.close();
    outsider.close();
  });

  it('goes on where a reader was, and says so where that is too long ago', async () => {
    const first = await Reader.open(server.url, TOKENS.bob);
    await until(() => first.lastId !== '', 'the stream');
    const { lastId } = first;
    first.close();
    await pause('web-1', false);
    await pause('web-1', true);
    const again = await Reader.open(server.url, TOKENS.bob, { lastId });
    await until(() => again.events.length >= 2, 'what was missed');
    expect(again.events.map(({ event, data, id }) => [event, data['paused'], Number(id) > Number(lastId)])).toEqual([['release', false, true], ['release', true, true]]);
    const stranger = await Reader.open(server.url, TOKENS.bob, { lastId: '17' });
    await until(() => stranger.events.length > 0, 'the reset');
    expect(stranger.events).toMatchObject([{ event: 'reset', data: {} }]);
    const nonsense = await Reader.open(server.url, TOKENS.bob, { lastId: 'abc' });
    await until(() => nonsense.events.length > 0, 'the reset');
    expect(nonsense.events).toMatchObject([{ event: 'reset' }]);
    for (const reader of [again, stranger, nonsense]) reader.close();
  });

  it('is refused for a namespace that one may not see, and without an identity', async () => {
    expect(await ask(server.url, '/api/v1/stream?namespace=default', { headers: bearer(TOKENS.bob) })).toMatchObject({ status: 403 });
    expect(await ask(server.url, '/api/v1/stream')).toMatchObject({ status: 401 });
  });

  it('lets those act who have the right, and nobody else', async () => {
    const path = '/api/v1/namespaces/shop/releases/web-1';
    const { uid } = (await ask(server.url, path, { headers: bearer(TOKENS.bob) })).json ?? {};
    const pausing = (token: string) => ask(server.url, `${path}/actions/pause`, { method: 'POST', headers: bearer(token), body: { uid, comment: 'lunch' } });
    await pause('web-1', false);
    const before = await cluster.admin.get(serinResources.releases, { namespace: 'shop', name: 'web-1' });
    expect(await ask(server.url, path, { headers: bearer(TOKENS.outsider) })).toMatchObject({ status: 403 });
    for (const [token, message] of [[TOKENS.bob, /cannot patch resource "releases"/], [TOKENS.outsider, /^You \(outsider\) may not see releases\.serin\.dev of namespace shop/]] as const) {
      const refused = await pausing(token);
      expect([refused.status, refused.json]).toEqual([403, { error: { code: 'forbidden', message: expect.stringMatching(message) as string, messageZh: expect.stringContaining('无权') as string, requestId: expect.any(String) as string } }]);
    }
    expect(await cluster.admin.get(serinResources.releases, { namespace: 'shop', name: 'web-1' })).toEqual(before);
    expect(server.audit.filter(({ status }) => status === 403).at(-1)).toMatchObject({ user: 'outsider' });
    // Two at once: one does it, the other is told that it is so.
    const both = await Promise.all([pausing(TOKENS.ann), pausing(TOKENS.ann)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.json).toMatchObject({ error: { message: 'Release web-1 is paused already.' } });
    const after = await cluster.admin.get(serinResources.releases, { namespace: 'shop', name: 'web-1' });
    expect([after.spec.paused, toldOf(after.metadata)]).toMatchObject([true, [{ user: 'ann', verb: 'pause', comment: 'lunch' }]]);
    const { json } = await ask(server.url, path, { headers: bearer(TOKENS.bob) });
    expect(json).toMatchObject({ paused: true, versions: [{ pods: [] }, { pods: [] }], actions: expect.arrayContaining([expect.objectContaining({ verb: 'abort', allowed: false, why: expect.stringContaining('it takes the right to patch releases in namespace shop') as string })]) as unknown });
  });
});
