import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import { ask, doorOf, startDoorTraffic, untilShare } from './doors.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { hostOf, openShop, policyOf, shopImages } from './shop-manifests.js';
import { VersionsShop } from './versions-shop.js';

const namespace = 'twoservices';
const key = { namespace, name: 'shop' };
const names = ['shop-v1', 'shop-v2'] as const;
const REQUESTS = 1000;
const CANARY_WEIGHT = 'nginx.ingress.kubernetes.io/canary-weight';

describe('two Services that users keep, on a local cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
  }, 120_000);
  afterAll(() => cluster?.stop());

  const users = () => doorOf(cluster.ingress, hostOf(namespace, 'ingressNginx'));
  const { policyIs, want, patch, until, pausing, deploy } = new VersionsShop(() => cluster, namespace);
  const selector = async (name: string): Promise<string | undefined> => (await cluster.client.get(resources.services, { namespace, name })).spec?.selector?.['pod-template-hash'];
  const weight = async (): Promise<string | undefined> => (await cluster.client.find(resources.ingresses, { namespace, name: 'shop-beside' }))?.metadata.annotations?.[CANARY_WEIGHT];
  const hashOf = async (name: string): Promise<string | undefined> =>
    (await cluster.client.list(resources.replicaSets, { namespace })).items.find(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === name))?.metadata.labels?.['pod-template-hash'];

  it('shares are counted as the annotation says, and no request fails on the way there and back', async () => {
    await openShop(cluster, { namespace, doors: ['ingressNginx'] });
    await cluster.client.delete(resources.deployments, key, { propagationPolicy: 'Foreground' });
    const { spec } = await cluster.client.get(resources.services, key);
    await cluster.client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop-canary', namespace }, spec: { selector: { app: 'shop' }, ports: spec?.ports ?? [] } });
    await deploy('shop-v1', 2);
    const { service: _service, ...policy } = policyOf(namespace, { canary: { steps: [{ weight: 20 }, { pause: {} }] } }, {
      twoServices: { mode: 'weights', stable: 'shop', canary: 'shop-canary', ingresses: [{ name: 'shop', canaryName: 'shop-beside' }], settleSeconds: 1 },
    }).spec;
    await cluster.client.create(serinResources.releasePolicies, { ...policyOf(namespace, policy.strategy), spec: { ...policy, workload: { versions: { list: names.map((name) => ({ deployment: name })), want: 'shop-v1', replicas: 2 } } } });
    await policyIs('Resting');
    await eventually('v1 alone answers', async () => (await ask(users(), 20)).versions['v1'] === 20);
    const traffic = startDoorTraffic(users(), 40);

    await deploy('shop-v2', 0);
    await want('shop-v2');
    await pausing('shop-1');
    expect(await weight()).toBe('20');
    expect([await selector('shop'), await selector('shop-canary')]).toEqual([await hashOf('shop-v1'), await hashOf('shop-v2')]);
    await untilShare(users(), REQUESTS, ['v2', 'v1'], 0.2);

    await patch('shop-1', { abort: true });
    await until('shop-1', 'is taken back', ({ status }) => status?.phase === 'Aborted');
    expect((await ask(users(), 100)).versions).toEqual({ v1: 100 });
    expect([await selector('shop'), await selector('shop-canary')]).toEqual([await hashOf('shop-v1'), await hashOf('shop-v1')]);

    await want('shop-v1');
    await policyIs('Resting');
    await want('shop-v2');
    await pausing('shop-2');
    await patch('shop-2', { advanceTo: 2 });
    await until('shop-2', 'completes', ({ status }) => status?.phase === 'Completed');
    expect((await ask(users(), 100)).versions).toEqual({ v2: 100 });
    expect([await selector('shop'), await selector('shop-canary')]).toEqual([await hashOf('shop-v2'), await hashOf('shop-v2')]);
    expect(await weight()).toBeUndefined();
    expect((await traffic.stop()).failed).toBe(0);
  }, 180_000);
});
