import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClusterPrometheus } from '../../src/metrics/prometheus/testing/cluster-prometheus.js';
import { hasPrometheus, type RunningPrometheus } from '../../src/metrics/prometheus/testing/prometheus-server.js';
import type { Metric } from '../../src/model/policy/analysis.js';
import { serinResources } from '../../src/model/resources.js';
import { startDoorTraffic } from './doors.js';
import { metricsFrom, openJudgedShop, requestsOf } from './judged-shop.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { shopImages } from './shop-manifests.js';

if (!hasPrometheus) console.warn('NOT RUN: judging by a real Prometheus: there is no prometheus; see scripts/install-tools.sh.');

describe.skipIf(!hasPrometheus)('judging on a local cluster to which Prometheus comes later', () => {
  let cluster: TestCluster;
  let prometheus: RunningPrometheus | undefined;
  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
  }, 120_000);
  afterAll(async () => {
    await prometheus?.stop();
    await cluster?.stop();
  });

  it('[S3-20] the same policy is judged by the Pods\' own word first, and by Prometheus once there is one', async () => {
    const steps = [{ weight: 50 }, { analyze: {} }];
    const undecided = { after: '2s', minimumRequests: 1 };
    const shop = await openJudgedShop(cluster, 'later', 'istio', { canary: { steps } }, { istio: { settleSeconds: 1 } }, { analysis: { undecided } });
    const traffic = startDoorTraffic(shop.door, 30);
    await shop.bring();
    await shop.ends('Completed');
    await shop.atRest();
    await shop.metric('errors', (metric) => Math.min(requestsOf(metric).stable, requestsOf(metric).canary) > 0);

    const running = (prometheus = await startClusterPrometheus(cluster, '1s'));
    const metrics: Metric[] = [
      ...metricsFrom(running.address, shop.namespace, '1s'),
      // What nobody else knows: how many Pods it reaches.
      { name: 'reached', condition: { success: 'result >= 0', every: '1s' }, from: { prometheus: { address: running.address, every: '1s', timeout: '10s', value: `sum(up{namespace="${shop.namespace}"})` } } },
    ];
    await cluster.client.patch(serinResources.releasePolicies, shop.key, { kind: 'merge', body: { spec: { strategy: { canary: { steps: [{ weight: 50 }, { pause: {} }] } }, analysis: { metrics } } } });
    await eventually('the controller has seen the policy', async () => {
      const { metadata, status } = await cluster.client.get(serinResources.releasePolicies, shop.key);
      return status?.observedGeneration === metadata.generation;
    });

    await shop.bring({ failPercent: 100 });
    const { status } = await shop.ends('Aborted');
    await traffic.stop();
    expect(status?.abortReason).toBe('TooManyFailures');
    const told = requestsOf(await shop.metric('errors', ({ outcome }) => outcome === 'fail'));
    expect(told.stable).toBeGreaterThan(0);
    expect(told.bad).toBe(told.canary);
    expect(told.bad).toBeGreaterThan(0);
    // Both Pods of the old version, at the least.
    await shop.metric('reached', ({ points = [] }) => points.some(({ value = 0 }) => value >= 2));
  }, 120_000);
});
