import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../src/model/release-policy.js';
import { startDoorTraffic } from './doors.js';
import { openJudgedShop, requestsOf } from './judged-shop.js';
import { startTestCluster, type TestCluster } from './local-cluster.js';
import { shopImages, type DoorKind } from './shop-manifests.js';

const routers = [
  ['istio', 'istio', { istio: { settleSeconds: 1 } }],
  ['ingressNginx', 'ingressNginx', { ingressNginx: { settleSeconds: 1 } }],
  ['gatewayApi', 'gatewayApi', { gatewayApi: { settleSeconds: 1 } }],
  ['service', 'ingressNginx', { service: {} }],
] as const satisfies readonly (readonly [string, DoorKind, PolicySpec['router']])[];

describe('judging, whatever splits the requests', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
  }, 120_000);
  afterAll(() => cluster?.stop());

  it.concurrent.each(routers)('%s: both versions are sampled, and a version that fails is taken back', async (kind, door, router) => {
    const namespace = `by-${kind.toLowerCase()}`;
    const shop = await openJudgedShop(cluster, namespace, door, { canary: { steps: [{ weight: 50 }, { pause: {} }] } }, router);
    const traffic = startDoorTraffic(shop.door, 20);
    await shop.bring({ failPercent: 100 });
    const { status } = await shop.ends('Aborted');
    const { failed, observed } = await traffic.stop();
    expect(status?.abortReason).toBe('TooManyFailures');
    expect(failed).toBe(observed['v2']?.failed);
    for (const name of ['errors', 'latency']) {
      const metric = await shop.metric(name, (each) => Math.min(requestsOf(each).stable, requestsOf(each).canary) > 0);
      expect(metric.problem).toBeUndefined();
    }
  }, 120_000);
});
