import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../src/model/release-policy.js';
import { Driver, resources, serinResources } from './driver.js';
import { endingOf } from './mid-release/ending.js';
import { getRelease, namespace, patchRelease, policy, setImage, settle, untilPhase, web } from './program.js';
import { readyPods, Witness } from './witness.js';

type Strategy = PolicySpec['strategy'];

function withStrategy(strategy: Strategy, router?: PolicySpec['router'] | null): ReturnType<typeof policy> {
  const base = policy();
  const { router: istio, ...spec } = base.spec;
  return { ...base, spec: { ...spec, ...(router === null ? {} : { router: router ?? istio ?? {} }), strategy } };
}

/** How many Pods there are, and how many are ready, at every tick. */
function countPods(driver: Driver): { most: number; leastReady: number } {
  const seen = { most: 0, leastReady: Number.POSITIVE_INFINITY };
  driver.onTick(() => {
    const live = driver.objects(resources.pods, namespace).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    seen.most = Math.max(seen.most, live.length);
    seen.leastReady = Math.min(seen.leastReady, [...readyPods(driver, namespace).values()].reduce((sum, count) => sum + count, 0));
  });
  return seen;
}

describe('strategies', () => {
  let driver: Driver;
  let witness: Witness;
  let excused: string[] = [];
  const message = async (): Promise<string> => (await getRelease(driver))?.status?.message ?? '';
  beforeEach(async () => {
    driver = new Driver({ seed: 77 });
    await driver.start();
    // Where Pod counts are the shares everybody reaches all Pods, and maxUnavailable is a lower floor.
    witness = new Witness(driver, namespace, (complaint) => excused.some((words) => complaint.includes(words)));
    excused = [];
  });
  afterEach(async () => {
    expect(witness.complaints).toEqual([]);
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  describe('blue/green', () => {
    const strategy: Strategy = { blueGreen: { keep: '20s' } };

    it('brings up a full second set, waits, switches at once, keeps the old set, then lets it go', async () => {
      const shares = new Set<number>();
      driver.onTick(() => {
        const accepted = driver.objects(serinResources.releases, namespace)[0]?.status?.shares?.accepted?.canary;
        if (accepted !== undefined) shares.add(accepted);
      });
      await settle(driver, { policy: withStrategy(strategy) });
      await setImage(driver, 'web:v2');
      await driver.until('the pause before the switch', async () => (await message()).includes('serin resume web-1'));
      expect([...readyPods(driver, namespace).values()]).toEqual([4, 4]);
      expect((await getRelease(driver))?.status?.shares?.accepted).toEqual({ stable: 1000, canary: 0 });
      await patchRelease(driver, 'web-1', { advanceTo: 1 });
      await driver.until('the switch', async () => (await getRelease(driver))?.status?.shares?.accepted?.canary === 1000);
      expect([...readyPods(driver, namespace).values()]).toEqual([4, 4]);
      await untilPhase(driver, ['Completed']);
      await driver.pass(3);
      expect([...shares].sort()).toEqual([0, 1000]);
      expect(endingOf(driver)).toMatchObject({ deployment: 'web:v2 x4', policy: 'Resting', routes: 'as found', versions: ['web:v1: 0 Deployment', 'web:v2: 4 Deployment'] });
    });

    it('is rejected before the switch without any effect on users', async () => {
      await settle(driver, { policy: withStrategy(strategy) });
      await setImage(driver, 'web:v2');
      await driver.until('the pause', async () => (await message()).includes('serin resume web-1'));
      await patchRelease(driver, 'web-1', { abort: true });
      const { status } = await untilPhase(driver, ['Aborted']);
      expect(status?.evidence?.canary.requests).toBe(0);
    });

    it('switches back at once while the old set stands by', async () => {
      await settle(driver, { policy: withStrategy(strategy) });
      await setImage(driver, 'web:v2');
      await driver.until('the pause', async () => (await message()).includes('serin resume web-1'));
      await patchRelease(driver, 'web-1', { advanceTo: 1 });
      await driver.until('the switch', async () => (await getRelease(driver))?.status?.shares?.accepted?.canary === 1000);
      const before = driver.clock.now();
      await patchRelease(driver, 'web-1', { abort: true });
      await driver.until('the switch back', async () => (await getRelease(driver))?.status?.shares?.accepted?.canary === 0);
      // The time Istio is given to take it over; no Pod had to start.
      expect(driver.clock.now() - before).toBeLessThan(8000);
      await untilPhase(driver, ['Aborted']);
    });
  });

  describe('rolling', () => {
    it.each([
      ['by Istio', undefined, ['25%', '50%'], {}, 10, 8],
      ['by Pods alone', null, ['25%', '50%'], {}, 10, 8],
      ['without surge', null, [2, 4], { maxSurge: 0, maxUnavailable: 2 }, 8, 6],
    ] as const)('replaces Pods in batches %s, within surge and floor', async (_, router, batches, bounds, most, least) => {
      excused = [...(router === null ? ['past the split'] : []), ...('maxUnavailable' in bounds ? ['ready'] : [])];
      await settle(driver, { replicas: 8, policy: withStrategy({ rolling: { batches: [...batches], between: [{ pause: {} }], ...bounds } }, router) });
      const seen = countPods(driver);
      await setImage(driver, 'web:v2');
      await driver.until('the first pause', async () => (await message()).includes('serin resume web-1'));
      expect([...readyPods(driver, namespace).values()].sort()).toEqual([2, 6]);
      expect((await getRelease(driver))?.status?.shares?.asked).toEqual({ stable: 750, canary: 250 });
      expect(driver.object(serinResources.releasePolicies, web)?.status?.stable).toBeDefined();
      await patchRelease(driver, 'web-1', { advanceTo: 2 });
      await untilPhase(driver, ['Completed']);
      expect(seen.most).toBeLessThanOrEqual(most);
      expect(seen.leastReady).toBeGreaterThanOrEqual(least);
      await driver.pass(3);
      expect(endingOf(driver)).toMatchObject({ deployment: 'web:v2 x8', versions: ['web:v1: 0 Deployment', 'web:v2: 8 Deployment'] });
    });

    it('goes back from the last batch, within surge and floor', async () => {
      await settle(driver, { replicas: 10, policy: withStrategy({ rolling: { batches: ['80%'], between: [], maxSurge: 2 } }) });
      const seen = countPods(driver);
      await setImage(driver, 'web:v2');
      await driver.until('80 % of the Pods are new', () => [...readyPods(driver, namespace).values()].some((count) => count >= 8));
      await patchRelease(driver, 'web-1', { abort: true });
      await untilPhase(driver, ['Aborted']);
      expect(seen.most).toBeLessThanOrEqual(12);
      expect(seen.leastReady).toBeGreaterThanOrEqual(10);
      await driver.pass(3);
      expect(endingOf(driver)).toMatchObject({ versions: ['web:v1: 10 Deployment', 'web:v2: 0 ReleasePolicy (Deployment)'] });
    });

    it('recomputes its batches when the Deployment is scaled in the middle', async () => {
      await settle(driver, { replicas: 4, policy: withStrategy({ rolling: { batches: ['50%'], between: [], maxSurge: 1 } }) });
      await setImage(driver, 'web:v2');
      await driver.until('the first new Pod', () => readyPods(driver, namespace).size === 2);
      await driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { spec: { replicas: 8 } } }));
      await untilPhase(driver, ['Completed']);
      await driver.pass(3);
      expect(endingOf(driver)).toMatchObject({ versions: ['web:v1: 0 Deployment', 'web:v2: 8 Deployment'] });
    });
  });

  it('releases workers that nobody calls by Pod count', async () => {
    const { service: _, router: __, ...spec } = policy([{ weight: 20 }, { pause: {} }]).spec;
    await settle(driver, { policy: { ...policy(), spec } });
    await setImage(driver, 'web:v2');
    await driver.until('the pause', async () => (await message()).includes('serin resume web-1'));
    expect([...readyPods(driver, namespace).values()].sort()).toEqual([1, 4]);
    expect((await getRelease(driver))?.status?.shares?.accepted).toEqual({ stable: 800, canary: 200 });
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
  });

  it('sizes the canary apart from its weight', async () => {
    await settle(driver, { policy: policy([{ scale: { replicas: 3 } }, { weight: 10 }, { pause: {} }, { scale: { matchWeight: true } }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await driver.until('the pause', async () => (await message()).includes('serin resume web-1'));
    expect([...readyPods(driver, namespace).values()].sort()).toEqual([3, 4]);
    await patchRelease(driver, 'web-1', { advanceTo: 3 });
    await driver.until('the second pause', async () => (await getRelease(driver))?.status?.step.index === 4);
    await driver.pass(3);
    expect([...readyPods(driver, namespace).values()].sort()).toEqual([1, 4]);
  });
});
