import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationRule } from '../../src/kubernetes/generated/istio-v1.js';
import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import { ask, doorOf, startDoorTraffic, untilShare } from './doors.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { hostOf, openShop, policyOf, shopImages } from './shop-manifests.js';
import { VersionsShop } from './versions-shop.js';

const namespace = 'subsets';
const key = { namespace, name: 'shop' };
const names = ['shop-v1', 'shop-v2'] as const;
const REQUESTS = 1000;

describe('versions told apart by subsets, on a local cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
  }, 120_000);
  afterAll(() => cluster?.stop());

  const users = () => doorOf(cluster.ingress, hostOf(namespace, 'istio'));
  const { policyIs, want, patch, until, pausing, deploy } = new VersionsShop(() => cluster, namespace);
  const sizes = async (): Promise<Record<string, number>> => Object.fromEntries((await cluster.client.list(resources.deployments, { namespace })).items.map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 1]));
  const route = async (): Promise<unknown> => (await cluster.client.get(resources.virtualServices, key)).spec.http?.[0]?.route;
  const to = (subset: string, weight: number) => ({ destination: { host: 'shop', subset }, weight });

  it('batches say their shares, the route names the subsets, and no request fails on the way there and back', async () => {
    const rule: DestinationRule = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: key, spec: { host: 'shop', subsets: names.map((name) => ({ name, labels: { revision: name } })) } };
    await openShop(cluster, { namespace, doors: ['istio'] });
    await cluster.client.delete(resources.deployments, key, { propagationPolicy: 'Foreground' });
    await eventually('nothing is left of the shop without versions', async () => (await cluster.client.list(resources.pods, { namespace })).items.length === 0);
    await cluster.client.create(resources.destinationRules, rule);
    await deploy('shop-v1', 2);
    await cluster.client.patch(resources.virtualServices, key, { kind: 'merge', body: { spec: { http: [{ timeout: '9s', route: [{ destination: { host: 'shop', port: { number: 80 } } }] }] } } });
    await cluster.client.create(serinResources.releasePolicies, policyOf(namespace, { rolling: { batches: [{ pods: 1, weight: 10, pause: {} }, { pods: 2, weight: 100 }], maxSurge: 1 } }, { istio: { settleSeconds: 1 } }, {
      workload: { versions: { list: names.map((name) => ({ deployment: name, subset: name })), want: 'shop-v1', replicas: 2, old: 'Delete' } },
    }));
    await policyIs('Resting');
    await eventually('v1 alone answers', async () => {
      const { versions } = await ask(users(), 20);
      return versions['v1'] === 20;
    });
    const traffic = startDoorTraffic(users(), 40);

    await deploy('shop-v2', 0);
    await want('shop-v2');
    await pausing('shop-1');
    expect(await sizes()).toEqual({ 'shop-v1': 1, 'shop-v2': 1 });
    expect((await cluster.client.get(resources.virtualServices, key)).spec.http).toEqual([{ timeout: '9s', route: [to('shop-v1', 90), to('shop-v2', 10)] }]);
    await untilShare(users(), REQUESTS, ['v2', 'v1'], 0.1);

    // Taken back: the old one alone again, and the new one is deleted.
    await patch('shop-1', { abort: true });
    await until('shop-1', 'is taken back', ({ status }) => status?.phase === 'Aborted');
    expect(await sizes()).toEqual({ 'shop-v1': 2 });
    expect(await route()).toEqual([to('shop-v1', 100)]);
    expect((await ask(users(), 100)).versions).toEqual({ v1: 100 });

    // And through: the new one alone, and the old one is deleted.
    await want('shop-v1');
    await policyIs('Resting');
    await deploy('shop-v2', 0);
    await want('shop-v2');
    await pausing('shop-2');
    await patch('shop-2', { advanceTo: 2 });
    await until('shop-2', 'completes', ({ status }) => status?.phase === 'Completed');
    expect(await sizes()).toEqual({ 'shop-v2': 2 });
    expect(await route()).toEqual([to('shop-v2', 100)]);
    expect((await ask(users(), 100)).versions).toEqual({ v2: 100 });
    expect((await traffic.stop()).failed).toBe(0);
    expect((await cluster.client.list(resources.destinationRules, { namespace })).items.map(({ metadata }) => metadata.name)).toEqual(['shop']);

    await cluster.client.patch(serinResources.releasePolicies, key, { kind: 'merge', body: { spec: { workload: { versions: { replicas: 3 } } } } });
    await eventually('three Pods at rest', async () => (await cluster.client.get(resources.deployments, { namespace, name: 'shop-v2' })).status?.readyReplicas === 3);
  }, 180_000);
});
