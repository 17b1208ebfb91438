import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PodDisruptionBudget } from '../../src/kubernetes/generated/policy-v1.js';
import type { PolicySpec } from '../../src/model/release-policy.js';
import { HASH_LABEL } from '../../src/model/version.js';
import { Driver, resources } from './driver.js';
import { getRelease, namespace, patchRelease, setImage, settle, untilPhase, web } from './program.js';
import { policyWith } from './stories/story.js';
import { isReady, readyPods, Witness } from './witness.js';

describe('beside the other controllers of a cluster', () => {
  let driver: Driver;
  let witness: Witness;
  beforeEach(async () => {
    driver = new Driver({ seed: 83 });
    await driver.start();
    witness = new Witness(driver, namespace);
  });
  afterEach(async () => {
    expect(witness.complaints).toEqual([]);
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  const replicas = (): number | undefined => driver.object(resources.deployments, web)?.spec.replicas;
  const message = async (): Promise<string> => (await getRelease(driver))?.status?.message ?? '';

  /** Scales as an autoscaler does, by the scale subresource, and waits until all Pods are there. */
  async function scale(pods: number, expected: readonly [stable: number, canary: number]): Promise<void> {
    const { spec } = (await getRelease(driver)) ?? {};
    const sizes = (): number[] => [spec?.stable.hash, spec?.canary.hash].map((hash) => readyPods(driver, namespace).get(hash ?? '') ?? 0);
    await driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { spec: { replicas: pods } } }, { subresource: 'scale' }));
    await driver.until(`${pods} Pods`, () => String(sizes()) === String(expected), 60).catch(() => undefined);
    await driver.pass(5);
    expect([replicas(), ...sizes()]).toEqual([pods, ...expected]);
    // Nobody but the two versions has Pods.
    expect(driver.objects(resources.pods, namespace).filter(isReady).every(({ metadata }) => [spec?.stable.hash, spec?.canary.hash].includes(metadata.labels?.[HASH_LABEL]))).toBe(true);
  }

  it.each<[string, PolicySpec['strategy'], readonly { up: [number, number]; down: [number, number] }[]]>([
    ['canary', { canary: { steps: [{ weight: 25 }, { pause: {} }, { weight: 50 }, { pause: {} }] } }, [{ up: [6, 2], down: [3, 1] }, { up: [6, 3], down: [3, 2] }]],
    ['blue/green', { blueGreen: { before: [{ pause: {} }], after: [{ pause: {} }], keep: '0s' } }, [{ up: [6, 6], down: [3, 3] }, { up: [6, 6], down: [3, 3] }]],
    ['rolling', { rolling: { batches: ['25%', '50%', '100%'], between: [{ pause: {} }], maxSurge: 1 } }, [{ up: [4, 2], down: [2, 1] }, { up: [3, 3], down: [1, 2] }]],
  ])('an autoscaler scales up and down at every step of %s', async (_, strategy, pauses) => {
    await settle(driver, { policy: policyWith(strategy) });
    await setImage(driver, 'web:v2');
    for (const { up, down } of pauses) {
      await driver.until('the pause', async () => (await message()).includes('serin resume web-1'));
      const index = (await getRelease(driver))?.status?.step.index ?? 0;
      const accepted = (await getRelease(driver))?.status?.shares?.accepted;
      await scale(6, up);
      await scale(3, down);
      const { status } = (await getRelease(driver)) ?? {};
      expect(status?.step.index).toBe(index);
      // Parts of Pods follow the number of Pods; shares of requests stay.
      if (strategy.rolling === undefined) expect(status?.shares?.accepted).toEqual(accepted);
      await patchRelease(driver, 'web-1', { advanceTo: index + 1 });
    }
    await untilPhase(driver, ['Completed']);
    await scale(4, [0, 4]);
  });

  describe('a PodDisruptionBudget', () => {
    const budget: PodDisruptionBudget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace }, spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } } };
    const allowed = (): number | undefined => driver.object(resources.podDisruptionBudgets, web)?.status?.disruptionsAllowed;

    it('counts canary Pods, and is blocked by a crashing canary only as long as the release lives', async () => {
      await settle(driver, { policy: policyWith({ canary: { steps: [{ weight: 50 }] } }) });
      await driver.run(() => driver.client.create(resources.podDisruptionBudgets, budget));
      await driver.until('a Pod may go', () => allowed() === 1);
      await setImage(driver, 'web:crash');
      const seen = new Set<number | undefined>();
      driver.onTick(() => seen.add(allowed()));
      const { status } = await untilPhase(driver, ['Aborted']);
      expect(status?.abortReason).toBe('CanaryCrashed');
      expect(seen).toContain(0);
      await driver.until('a Pod may go again', () => allowed() === 1, 10);
      expect(driver.object(resources.podDisruptionBudgets, web)?.status).toMatchObject({ expectedPods: 4, currentHealthy: 4 });
    });

    it('allows as much with a healthy canary as without', async () => {
      await settle(driver, { policy: policyWith({ canary: { steps: [{ weight: 50 }, { pause: {} }] } }) });
      await driver.run(() => driver.client.create(resources.podDisruptionBudgets, budget));
      await setImage(driver, 'web:v2');
      await driver.until('the pause', async () => (await message()).includes('serin resume web-1'));
      await driver.until('a Pod may go', () => allowed() === 1);
      expect(driver.object(resources.podDisruptionBudgets, web)?.status).toMatchObject({ expectedPods: 6, desiredHealthy: 5, currentHealthy: 6 });
    });
  });
});
