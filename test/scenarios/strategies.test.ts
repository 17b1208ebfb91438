import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKubeconfig } from '../../src/cluster/kubeconfig/load-kubeconfig.js';
import type { HorizontalPodAutoscaler } from '../../src/kubernetes/generated/autoscaling-v2.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { PolicySpec } from '../../src/model/release-policy.js';
import { serinResources } from '../../src/model/resources.js';
import { HASH_LABEL } from '../../src/model/version.js';
import { ask, doorOf, meet, shareProblem, startDoorTraffic, untilShare, type Door } from './doors.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { hostOf, openShop, policyOf, shopImages, type DoorKind } from './shop-manifests.js';
import { SteeredProgram } from './steered-program.js';
import { watchSizes } from './sizes-seen.js';

const STAGES = join(import.meta.dirname, '../../examples/stages');
const REQUESTS = 500;
const RATE = 15;
const quickly = { istio: { istio: { settleSeconds: 1 } }, gatewayApi: { gatewayApi: { settleSeconds: 1 } }, ingressNginx: { ingressNginx: { settleSeconds: 1 } } } as const;

describe('release styles on a local cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
  }, 120_000);
  afterAll(() => cluster?.stop());

  const doorTo = (namespace: string, door: DoorKind, headers = {}): Door => doorOf(cluster.ingress, hostOf(namespace, door), headers);

  /** A shop that is at rest and answers at its door. */
  async function shopIn(namespace: string, door: DoorKind, strategy: PolicySpec['strategy'], router: PolicySpec['router'], { replicas = 2, ...more }: Partial<PolicySpec> & { replicas?: number } = {}): Promise<SteeredProgram> {
    await openShop(cluster, { namespace, replicas, doors: [door] }, policyOf(namespace, strategy, router, more));
    const shop = new SteeredProgram(cluster, namespace);
    await shop.atRest();
    await eventually('the door answers', async () => (await ask(doorTo(namespace, door), 1)).versions['v1'] === 1);
    return shop;
  }

  it.concurrent('[S4-01] [S4-06] offers blue/green, rolling and canary, which differ in shares and in Pods', async () => {
    const styles = {
      bluegreen: { blueGreen: { before: [], keep: '0s' } },
      rolling: { rolling: { batches: ['50%', '100%'], maxSurge: 1 } },
      canary: { canary: { steps: [{ weight: 25 }, { pause: { for: '1s' } }, { weight: 50 }] } },
    } as const satisfies Record<string, PolicySpec['strategy']>;
    const seen = await Promise.all(
      Object.entries(styles).map(async ([style, strategy]) => {
        const shop = await shopIn(`style-${style}`, 'ingressNginx', strategy as PolicySpec['strategy'], quickly.ingressNginx, { replicas: 4 });
        const sizes = watchSizes(cluster, shop.namespace);
        const traffic = startDoorTraffic(doorTo(shop.namespace, 'ingressNginx'), RATE);
        await shop.set('example/shop:v2');
        const { status } = await shop.ends('Completed');
        await shop.atRest();
        expect((await traffic.stop()).failed).toBe(0);
        const asked = (status?.log ?? []).flatMap(({ code, arguments: { share } }) => (code === 'ShareAsked' ? [String(share)] : []));
        return [style, { asked, ...(await sizes.stop()) }] as const;
      }),
    );
    const { bluegreen, rolling, canary } = Object.fromEntries(seen);
    expect(bluegreen).toMatchObject({ asked: ['100 %'], mostWanted: 8 });
    expect(canary).toMatchObject({ asked: ['25 %', '50 %', '100 %'] });
    // No second set: never more than one Pod beyond the four.
    expect(rolling?.mostWanted).toBe(5);
    expect(rolling?.asked.at(-1)).toBe('100 %');
    expect(rolling?.asked.length).toBeGreaterThan(2);
  }, 240_000);

  it.concurrent('[S3-19] [S4-02] [S4-03] [S4-04] blue/green: both sets stand by for each other, all or nothing goes to one, and the old one is taken away', async () => {
    const namespace = 'bluegreen';
    const shop = await shopIn(namespace, 'istio', { blueGreen: { preview: { path: '/green' }, before: [{ pause: {} }], after: [{ pause: {} }], keep: '10m' } }, quickly.istio);
    const users = doorTo(namespace, 'istio');
    const traffic = startDoorTraffic(users, RATE);
    const uids = async (version: string): Promise<string[]> =>
      (await cluster.client.list(resources.pods, { namespace })).items.filter(({ spec }) => spec.containers[0]?.image === `example/shop:${version}`).map(({ metadata: { uid = '' } }) => uid).sort();
    const weights = async (): Promise<(number | undefined)[]> => ((await cluster.client.get(resources.virtualServices, shop.key)).spec.http ?? []).at(-1)?.route?.map(({ weight }) => weight) ?? [];
    const blue = await uids('v1');

    await shop.set('example/shop:v2');
    await shop.atPause();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 2, 'example/shop:v2': 2 });
    await untilShare(users, 50, ['v2', 'v1'], 0);
    await untilShare({ ...users, url: `${cluster.ingress}/green/order` }, 20, ['v2', 'v1'], 1);
    expect(await weights()).toHaveLength(1);
    await shop.serin('promote', shop.release);
    await shop.atPause(1);
    await untilShare(users, 50, ['v2', 'v1'], 1);
    expect(await weights()).toHaveLength(1);
    // Back again: the old set has stood by, and no Pod of it was started anew.
    expect(await uids('v1')).toEqual(blue);
    await shop.serin('abort', shop.release);
    await shop.ends('Aborted');
    expect((await ask(users, 50)).versions).toEqual({ v1: 50 });
    expect(await uids('v1')).toEqual(blue);

    await shop.serin('retry', 'shop');
    shop.follow();
    await shop.atPause();
    await shop.serin('promote', shop.release);
    await shop.atPause(1);
    expect((await ask(users, 50)).versions).toEqual({ v2: 50 });
    await shop.serin('promote', '--full', shop.release);
    await shop.ends('Completed');
    await shop.atRest();
    expect(await uids('v1')).toEqual([]);
    expect((await traffic.stop()).failed).toBe(0);
  }, 240_000);

  it.concurrent('[S4-05] [S4-07] [S4-08] [S4-09] rolling: 20 % at a time, in place, and back from 8 of 10', async () => {
    const namespace = 'rolling';
    const shop = await shopIn(namespace, 'ingressNginx', { rolling: { batches: ['20%', '80%', '100%'], between: [{ pause: {} }], maxSurge: 2 } }, undefined, { replicas: 10 });
    const users = doorTo(namespace, 'ingressNginx');
    const stable = (await shop.atRest()).status?.stable;
    const before = await cluster.client.get(resources.deployments, shop.key);
    const good = async (): Promise<unknown> => (await cluster.client.get(serinResources.releasePolicies, shop.key)).status?.stable;
    const sizes = watchSizes(cluster, namespace);
    const traffic = startDoorTraffic(users, RATE);

    await shop.set('example/shop:v2');
    const { status } = await shop.atPause();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 8, 'example/shop:v2': 2 });
    // The door follows the Pods in its own time: no router is there that would wait for it.
    let problem: string | undefined;
    await eventually('a fifth of the requests meet the new version', async () => {
      problem = shareProblem((await ask(users, REQUESTS)).versions['v2'] ?? 0, REQUESTS, 0.2);
      return problem === undefined;
    }, 30, () => problem ?? '');
    expect(await good()).toEqual(stable);
    await shop.serin('promote', shop.release);
    await shop.atPause(status?.step.index);
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 2, 'example/shop:v2': 8 });
    expect(await good()).toEqual(stable);
    await shop.serin('rollback', 'shop');
    await shop.ends('Aborted');
    expect(await shop.readyPods()).toMatchObject({ 'example/shop:v1': 10 });
    expect((await ask(users, 100)).versions).toEqual({ v1: 100 });
    const { mostWanted, leastReady } = await sizes.stop();
    expect({ mostWanted, leastReady }).toEqual({ mostWanted: 12, leastReady: 10 });
    expect((await traffic.stop()).failed).toBe(0);

    // The same Deployment, changed in place; what happened to it is on record.
    const after = await cluster.client.get(resources.deployments, shop.key);
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(JSON.parse(await shop.serin('history', 'shop', '-o', 'json'))).toMatchObject([{ name: shop.release, strategy: 'rolling', outcome: 'Aborted', reached: 800 }]);
  }, 240_000);

  it.concurrent('[S4-10] rolling: an autoscaler scales in the middle; batches follow, and the version of each Pod is known', async () => {
    const namespace = 'autoscaled';
    const shop = await shopIn(namespace, 'ingressNginx', { rolling: { batches: ['50%', '100%'], between: [{ pause: {} }], maxSurge: 2 } }, undefined);
    const { transport } = await loadKubeconfig({ env: {}, path: cluster.kubeconfig });
    const queue = async (length: number): Promise<void> => {
      const { status } = await transport.request({
        method: 'PUT', path: `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/queue`,
        headers: { 'content-type': 'application/json' }, body: JSON.stringify({ items: [{ value: String(length) }] }),
      });
      expect(status).toBe(200);
    };
    const haveSizes = async (v1: number, v2: number): Promise<void> => {
      let seen = '';
      await eventually(`${v1} Pods of v1 and ${v2} of v2`, async () => {
        const { 'example/shop:v1': one = 0, 'example/shop:v2': two = 0 } = await shop.readyPods();
        const { status } = await cluster.client.get(resources.horizontalPodAutoscalers, shop.key);
        seen = `${one} and ${two}; ${(await shop.get())?.status?.message ?? ''} ${JSON.stringify(status)}`;
        return one === v1 && two === v2;
      }, 60, () => seen);
    };
    try {
      await queue(20);
      const autoscaler: HorizontalPodAutoscaler = {
        apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: shop.key,
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' }, minReplicas: 2, maxReplicas: 6,
          metrics: [{ type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } } }],
          behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
        },
      };
      await cluster.client.create(resources.horizontalPodAutoscalers, autoscaler);
      const traffic = startDoorTraffic(doorTo(namespace, 'ingressNginx'), RATE);
      await shop.set('example/shop:v2');
      await shop.atPause();
      expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 1, 'example/shop:v2': 1 });

      await queue(60);
      // It looks every 15 s, and at once when it is changed.
      await cluster.client.patch(resources.horizontalPodAutoscalers, shop.key, { kind: 'merge', body: { spec: { minReplicas: 1 } } });
      await haveSizes(3, 3);
      expect((await cluster.client.get(resources.deployments, shop.key)).spec.replicas).toBe(6);
      const { spec } = (await shop.get()) ?? {};
      const pods = (await cluster.client.list(resources.pods, { namespace })).items;
      const versionOf: Record<string, string> = { [spec?.stable.hash ?? '']: 'example/shop:v1', [spec?.canary.hash ?? '']: 'example/shop:v2' };
      expect(pods.map(({ metadata }) => versionOf[metadata.labels?.[HASH_LABEL] ?? ''])).toEqual(pods.map(({ spec: { containers } }) => containers[0]?.image));

      await queue(40);
      await cluster.client.patch(resources.horizontalPodAutoscalers, shop.key, { kind: 'merge', body: { spec: { minReplicas: 2 } } });
      await haveSizes(2, 2);
      await shop.goOn();
      await shop.ends('Completed');
      await shop.atRest();
      expect(await shop.readyPods()).toEqual({ 'example/shop:v2': 4 });
      expect((await traffic.stop()).failed).toBe(0);
    } finally {
      await transport.stop();
    }
  }, 240_000);

  it.concurrent('[S4-12] [S4-14] [S4-15] [S4-21] canary: artefacts of each stage, a test before users come, and another canary in its place', async () => {
    const shop = new SteeredProgram(cluster, 'stages');
    await shop.serin('apply', '-f', STAGES);
    await shop.atRest();
    const users = doorOf(cluster.ingress, 'stages.example.com', {}, '/order');
    await eventually('the door answers', async () => (await ask(users, 1)).versions['v1'] === 1);
    const traffic = startDoorTraffic(users, RATE);

    await shop.set('example/shop:v3');
    const failed = await shop.ends('Aborted');
    expect(failed.status?.abortReason).toBe('JobFailed');
    await shop.set('example/shop:v2');
    const { status } = await shop.atPause();
    expect(status?.log?.map(({ code }) => code)).toContain('JobSucceeded');
    await untilShare(users, REQUESTS, ['v2', 'v1'], 0.1);

    // Another one in its place: the canary that users met is drained and goes, the next one is tested and comes.
    const first = shop.release;
    await shop.set('example/shop:v2', { GREETING: 'hello' });
    await shop.atPause();
    const replaced = await cluster.client.get(serinResources.releases, { namespace: shop.namespace, name: first });
    expect(replaced.status?.phase).toBe('Aborted');
    expect((await shop.get())?.status?.log?.map(({ code }) => code)).toContain('JobSucceeded');
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 2, 'example/shop:v2': 1 });
    await shop.goOn();
    await shop.ends('Completed');
    const { failed: lost, observed } = await traffic.stop();
    expect({ lost, bad: observed['v3']?.answered ?? 0 }).toEqual({ lost: 0, bad: 0 });
  }, 240_000);

  it.concurrent('[S4-20] [S4-27] A/B: who has a trait meets B, then more of the others, then everyone; who met a version stays with it', async () => {
    const namespace = 'groups';
    const strategy: PolicySpec['strategy'] = {
      ab: {
        stages: [
          { audience: { matches: [{ headers: [{ name: 'x-group', exact: 'b' }] }, { cookies: [{ name: 'group', exact: 'b' }] }] }, checks: [{ pause: {} }] },
          { share: 20, checks: [{ pause: {} }] },
          { share: 60, checks: [{ pause: {} }] },
        ],
      },
    };
    const shop = await shopIn(namespace, 'gatewayApi', strategy, quickly.gatewayApi);
    const users = doorTo(namespace, 'gatewayApi');
    const group = [doorTo(namespace, 'gatewayApi', { 'x-group': 'b' }), doorTo(namespace, 'gatewayApi', { cookie: 'theme=dark; group=b' })];
    const traffic = startDoorTraffic(users, RATE);
    await shop.set('example/shop:v2');
    let step = -1;
    for (const share of [0, 0.2, 0.6]) {
      step = (await shop.atPause(step)).status?.step.index ?? step;
      await untilShare(users, REQUESTS, ['v2', 'v1'], share);
      for (const door of group) await untilShare(door, 30, ['v2', 'v1'], 1);
      expect((await ask(doorTo(namespace, 'gatewayApi', { 'x-group': 'a' }), 30)).versions).toEqual(share === 0 ? { v1: 30 } : expect.anything());
      if (share > 0) {
        for (const version of ['v1', 'v2']) expect((await ask(doorTo(namespace, 'gatewayApi', { cookie: await meet(users, version) }), 30)).versions).toEqual({ [version]: 30 });
      }
      await shop.goOn();
    }
    await shop.ends('Completed');
    expect((await ask(users, 50)).versions).toEqual({ v2: 50 });
    expect((await traffic.stop()).failed).toBe(0);
  }, 240_000);
});
