import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigMap } from '../kubernetes/generated/core-v1.js';
import { resources } from '../kubernetes/resources.js';
import { listen } from '../local/api/listener.js';
import { systemClock } from '../ports/clock.js';
import { seededRandom } from '../ports/random.js';
import { VirtualClock } from '../ports/virtual-clock.js';
import { isConflict, isInvalid } from './api-error.js';
import type { ClusterClient } from './client.js';
import { createClient } from './create-client.js';
import { createInformer } from './create-informer.js';
import { ensureObject } from './ensure-object.js';
import { createHttpTransport } from './http-transport.js';
import type { Change } from './informer.js';
import { localCluster, TOKEN, type LocalCluster } from './testing/local-cluster.js';
import { until } from './testing/until.js';

const name = { namespace: 'default', name: 'a' };
const fresh = (data: Record<string, string> = {}): ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...name }, data });

describe('beside the local API, in virtual time', () => {
  let clock: VirtualClock;
  let cluster: LocalCluster;
  let client: ClusterClient;
  beforeEach(() => {
    clock = new VirtualClock();
    cluster = localCluster(clock);
    client = createClient(cluster.transport, { fieldManager: 'test', clock, random: seededRandom(1) });
  });
  afterEach(() => cluster.close());

  it('an informer follows writes and stays true over hours', async () => {
    const told: string[] = [];
    const errors: Error[] = [];
    const informer = createInformer(client, resources.configMaps, { namespace: 'default', clock, random: seededRandom(2), onError: (error) => errors.push(error) });
    informer.onChange(({ type, object }: Change<ConfigMap>) => told.push(`${type} ${object.metadata.name} ${object.data?.['x'] ?? ''}`));
    const synced = informer.untilSynced();
    await clock.advance(0);
    await synced;
    const made = await client.create(resources.configMaps, fresh({ x: '1' }));
    informer.remember(made);
    expect(informer.get(name)?.data).toEqual({ x: '1' });
    await clock.advance(2 * 3_600_000);
    const changed = await client.patch(resources.configMaps, name, { kind: 'merge', body: { data: { x: '2' } } });
    await clock.advance(10);
    expect(informer.get(name)?.metadata.resourceVersion).toBe(changed.metadata.resourceVersion);
    await client.delete(resources.configMaps, name);
    await clock.advance(10);
    expect(told).toEqual(['added a 1', 'changed a 2', 'deleted a 2']);
    expect(errors).toEqual([]);
    const stopping = informer.stop();
    await clock.advance(1);
    await stopping;
    expect(clock.nextDue() ?? Infinity).toBeGreaterThan(0);
  });

  it('ensureObject creates, changes, leaves alone, and yields to who was faster', async () => {
    const set = (x: string) => ensureObject(client, resources.configMaps, name, (found) => ({ ...(found ?? fresh()), data: { ...found?.data, x } }));
    const made = await set('1');
    expect((await set('1'))?.metadata.resourceVersion).toBe(made?.metadata.resourceVersion);
    let calls = 0;
    const merged = await ensureObject(client, resources.configMaps, name, (found) => {
      calls++;
      return { ...(found ?? fresh()), data: { ...found?.data, mine: String(calls) } };
    });
    expect(merged?.data).toEqual({ x: '1', mine: '1' });
    const fought = await ensureWithRival(client);
    expect(fought).toEqual({ x: '1', mine: '1', rival: 'yes', ours: 'yes' });
    expect(await ensureObject(client, resources.configMaps, { namespace: 'default', name: 'b' }, () => undefined)).toBeUndefined();
  });

  it('errors come as the server words them', async () => {
    await client.create(resources.configMaps, fresh());
    const twice = await client.create(resources.configMaps, fresh()).catch((error: unknown) => error);
    expect(isConflict(twice) && twice.reason).toBe('AlreadyExists');
    const bad = await client.create(resources.configMaps, { ...fresh(), metadata: { ...name, name: 'B!' } }).catch((error: unknown) => error);
    expect(isInvalid(bad)).toBe(true);
    expect(String(bad)).toContain('POST /api/v1/namespaces/default/configmaps: ConfigMap "B!" is invalid');
  });

  it('server-side apply owns its fields and reports conflicts with their causes', async () => {
    const apply = (manager: string, x: string, force = false) =>
      client.apply<ConfigMap>(resources.configMaps, fresh({ x }), { fieldManager: manager, force });
    await apply('one', '1');
    const conflict = await apply('two', '2').catch((error: unknown) => error);
    expect(isConflict(conflict) && conflict.status.details?.causes?.[0]?.field).toBe('.data.x');
    expect((await apply('two', '2', true)).data).toEqual({ x: '2' });
  });
});

it('beside the local API over sockets, an informer survives a restart of the connection', async () => {
  const cluster = localCluster(systemClock);
  const listener = await listen(cluster.api, { port: 0 });
  const transport = createHttpTransport({ server: listener.url, token: TOKEN });
  const client = createClient(transport, { fieldManager: 'test', pageSize: 3 });
  const direct = createClient(cluster.transport, { fieldManager: 'other' });
  for (let i = 0; i < 10; i++) await direct.create(resources.configMaps, { ...fresh(), metadata: { name: `c${i}`, namespace: 'default' } });
  const informer = createInformer(client, resources.configMaps, { namespace: 'default', backoff: { first: 5, longest: 20 } });
  await informer.untilSynced();
  expect(informer.list()).toHaveLength(10);
  await direct.delete(resources.configMaps, { namespace: 'default', name: 'c3' });
  await until(() => informer.list().length === 9, 'the deletion');
  const { port } = new URL(listener.url);
  await listener.close();
  await direct.delete(resources.configMaps, { namespace: 'default', name: 'c4' });
  const again = await listen(cluster.api, { port: Number(port) });
  await direct.delete(resources.configMaps, { namespace: 'default', name: 'c5' });
  await until(() => informer.list().length === 7, 'the deletions that it missed');
  await informer.stop();
  await transport.stop();
  await again.close();
  await cluster.close();
});

async function ensureWithRival(client: ClusterClient): Promise<Record<string, string> | undefined> {
  const rival = { first: true };
  const racing: ClusterClient = {
    ...client,
    find: async (resource, at, options) => {
      const found = await client.find(resource, at, options);
      if (rival.first) await client.patch(resources.configMaps, name, { kind: 'merge', body: { data: { rival: 'yes' } } });
      rival.first = false;
      return found;
    },
  };
  const ensured = await ensureObject(racing, resources.configMaps, name, (found) => ({ ...(found ?? fresh()), data: { ...found?.data, ours: 'yes' } }));
  return ensured?.data;
}
