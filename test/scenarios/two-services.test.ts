import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/kubernetes/resources.js';
import type { Release } from '../../src/model/release.js';
import { serinResources } from '../../src/model/resources.js';
import { ask, doorOf, startDoorTraffic, untilShare } from './doors.js';
import { eventually, logOf, startTestCluster, type TestCluster } from './local-cluster.js';
import { hostOf, openShop, policyOf, shopImages, workload } from './shop-manifests.js';

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
  const policyIs = (phase: string) => eventually(`the policy is ${phase}`, async () => (await cluster.client.get(serinResources.releasePolicies, key)).status?.phase === phase);
  const want = (name: string) => cluster.client.patch(serinResources.releasePolicies, key, { kind: 'merge', body: { spec: { workload: { versions: { want: name } } } } });
  const patch = (name: string, spec: Partial<Release['spec']>) => cluster.client.patch(serinResources.releases, { namespace, name }, { kind: 'merge', body: { spec } });
  const selector = async (name: string): Promise<string | undefined> => (await cluster.client.get(resources.services, { namespace, name })).spec?.selector?.['pod-template-hash'];
  const weight = async (): Promise<string | undefined> => (await cluster.client.find(resources.ingresses, { namespace, name: 'shop-beside' }))?.metadata.annotations?.[CANARY_WEIGHT];
  const hashOf = async (name: string): Promise<string | undefined> =>
    (await cluster.client.list(resources.replicaSets, { namespace })).items.find(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === name))?.metadata.labels?.['pod-template-hash'];

  async function until(name: string, what: string, condition: (release: Release) => boolean): Promise<Release> {
    let last: Release | undefined;
    try {
      return await eventually(`${name} ${what}`, async () => {
        last = await cluster.client.find(serinResources.releases, { namespace, name });
        return last && condition(last) ? last : undefined;
      }, 60);
    } catch (error) {
      throw new Error(`${String(error)} last seen: ${last?.status?.phase ?? 'nothing'}: ${last?.status?.message ?? ''}\n${await logOf(cluster, 'serin')}`, { cause: error });
    }
  }
  const pausing = (name: string) => until(name, 'pauses', ({ status }) => status?.message?.includes('serin resume') === true);

  /** Makes the Deployment of a version. */
  async function deploy(name: (typeof names)[number], replicas: number): Promise<void> {
    const [, , deployment] = workload({ namespace, image: `example/shop:${name.slice(5)}`, replicas });
    const labels = { app: 'shop', revision: name };
    const { spec } = deployment;
    await cluster.client.create(resources.deployments, { ...deployment, metadata: { name, namespace }, spec: { ...spec, selector: { matchLabels: labels }, template: { ...spec.template, metadata: { name: '', labels } } } });
  }

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
