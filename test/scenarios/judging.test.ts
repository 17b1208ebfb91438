import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Release } from '../../src/model/release.js';
import { istioTutorial } from '../../bench/judging/peers/flagger.js';
import { startDoorTraffic } from './doors.js';
import { openJudgedShop, requestsOf } from './judged-shop.js';
import { startTestCluster, type TestCluster } from './local-cluster.js';
import { shopImages } from './shop-manifests.js';
import { startExposed } from './exposure.js';

/** Requests a second. */
const RATE = 40;
const codesOf = (status: Release['status']): readonly string[] => (status?.log ?? []).map(({ code }) => code);
const router = { istio: { settleSeconds: 1 } } as const;

describe('judging on a local cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
  }, 120_000);
  afterAll(() => cluster?.stop());

  it.concurrent('[S3-02] a good version goes on as soon as it has passed, and what led to it is on record', async () => {
    // An analysis that would last an hour: only a verdict ends it.
    const shop = await openJudgedShop(cluster, 'passes', 'istio', { canary: { steps: [{ weight: 50 }, { analyze: { for: '1h' } }] } }, router, {
      analysis: { metrics: [{ name: 'errors', errorRate: { fineBelow: '10%' } }, { name: 'latency', latency: { percentile: 'p50', below: '10s' } }] },
    });
    const traffic = startDoorTraffic(shop.door, RATE);
    await shop.bring();
    const { status } = await shop.ends('Completed');
    expect((await traffic.stop()).failed).toBe(0);
    expect(codesOf(status)).toContain('AnalysisPassed');

    const [errors, latency] = [await shop.metric('errors', ({ outcome }) => outcome === 'pass'), await shop.metric('latency', ({ outcome }) => outcome === 'pass')];
    expect(errors).toMatchObject({ outcome: 'pass', says: expect.stringMatching(/^canary fails 0 % of \d+ requests, stable 0 % of \d+/) as string });
    expect(errors.verdicts?.map(({ outcome }) => outcome)).toContain('pass');
    expect(latency).toMatchObject({ outcome: 'pass', says: expect.stringMatching(/p50/) as string });
    for (const metric of [errors, latency]) {
      const { stable, canary } = requestsOf(metric);
      expect(Math.min(stable, canary)).toBeGreaterThan(0);
    }
    const told = await shop.serin('evidence', 'shop');
    expect(told).toMatch(new RegExp(`evidence of release ${shop.release}  pass  2 metrics`));
    expect(told).toMatch(/✓ errors  pass/);
    expect(told).toMatch(/canary fails 0 % of \d+/);
    expect(told).toMatch(/canary {2}[▁▂▃▄▅▆▇█ ]+ {2}last 0 %/);
  }, 90_000);

  it.concurrent('[S3-02] a good version goes on when its time is over, although little was seen of it', async () => {
    const shop = await openJudgedShop(cluster, 'undecided', 'istio', { canary: { steps: [{ weight: 50 }, { analyze: { for: '4s', minimumRequests: 5 } }] } }, router);
    const traffic = startDoorTraffic(shop.door, 20);
    await shop.bring();
    const { status } = await shop.ends('Completed');
    expect((await traffic.stop()).failed).toBe(0);
    expect(codesOf(status)).toContain('AnalysisUndecided');
    // With neither a Prometheus nor a word on analysis in the policy.
    const errors = await shop.metric('errors', (metric) => requestsOf(metric).canary >= 5);
    expect(errors.outcome).toBe('undecided');
    const record = await shop.evidence();
    expect(record?.spec).toMatchObject({ release: shop.release, outcome: 'undecided' });
    expect(record?.spec.metrics.map(({ name }) => name)).toEqual(['errors', 'latency']);
  }, 90_000);

  it.concurrent('[S3-02] a version that fails every request is taken back after few', async () => {
    const shop = await openJudgedShop(cluster, 'fails', 'istio', { canary: { steps: [{ weight: 25 }, { analyze: { for: '1h' } }] } }, router);
    const traffic = startDoorTraffic(shop.door, RATE);
    await shop.bring({ failPercent: 100 });
    const { status } = await shop.ends('Aborted');
    expect(status?.abortReason).toBe('TooManyFailures');
    const { failed, observed } = await traffic.stop();
    expect(failed).toBe(observed['v2']?.failed);
    expect(failed).toBeGreaterThan(0);
    const errors = await shop.metric('errors', ({ outcome }) => outcome === 'fail');
    expect(errors).toMatchObject({ outcome: 'fail', says: expect.stringMatching(/^canary fails 100 % of \d+ requests, stable 0 % of \d+; .* with [\d.]+ % confidence$/) as string });
    // Eleven would do; how many come until the next look depends on how busy the machine is.
    const { canary, bad } = requestsOf(errors);
    expect(bad).toBe(canary);
    expect(canary).toBeLessThan(100);
    expect(await shop.serin('evidence', 'shop')).toMatch(/✗ errors  fail/);
  }, 90_000);

  it.concurrent('[S3-02] a version that is slow is taken back as too slow', async () => {
    const shop = await openJudgedShop(cluster, 'slow', 'istio', { canary: { steps: [{ weight: 25 }, { analyze: { for: '1h' } }] } }, router);
    const traffic = startDoorTraffic(shop.door, RATE);
    // Far from what a busy machine does to all of them.
    await shop.bring({ delayMilliseconds: 3000 });
    const { status } = await shop.ends('Aborted');
    expect(status?.abortReason).toBe('TooSlow');
    expect((await traffic.stop()).failed).toBe(0);
    const { outcome, says } = await shop.metric('latency', (metric) => metric.outcome === 'fail');
    expect({ outcome, says }).toEqual({ outcome: 'fail', says: expect.stringMatching(/p99 of the canary .* with [\d.]+ % confidence$/) as string });
  }, 90_000);

  it('[S3-21] hurts far fewer than a look once a minute would have, counted in requests, in share and in time', async () => {
    const shop = await openJudgedShop(cluster, 'exposed', 'istio', { canary: { steps: [{ weight: istioTutorial.stepWeight }, { analyze: { for: '1h' } }] } }, router);
    const users = startExposed(shop.door, 60, 'v2');
    await shop.bring({ failPercent: 100 });
    const { status } = await shop.ends('Aborted');
    const seen = await users.stop();
    expect(status?.abortReason).toBe('TooManyFailures');
    expect(seen.failed).toBe(seen.bad);
    expect(seen.bad).toBeGreaterThan(0);
    expect(seen.users).toBeLessThanOrEqual(seen.bad);
    /*
     * Flagger's example for Istio: `interval: 1m`, `threshold: 5`, `stepWeight: 10`. A failed check is counted at the end of an
     * interval, and the threshold is compared at the start of the next, so that the weight is back at 0 after threshold + 1
     * intervals; here one fewer is reckoned with, so in its favour, and exact metrics without delay.
     */
    const { interval, threshold, stepWeight } = istioTutorial;
    const shareSeconds = (stepWeight / 100) * threshold * interval;
    expect(seen.bad * 20).toBeLessThanOrEqual(shareSeconds * seen.rate);
    expect(seen.share * seen.seconds * 20).toBeLessThanOrEqual(shareSeconds);
  }, 90_000);
});
