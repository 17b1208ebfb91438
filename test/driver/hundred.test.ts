import { afterEach, beforeEach, expect, it } from 'vitest';
import { Driver, resources, serinResources } from './driver.js';
import { endingOf } from './mid-release/ending.js';
import { getRelease, namespace, patchRelease, policy, setImage, settle, untilPhase, web } from './program.js';
import { readyPods, Witness } from './witness.js';

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

it('[S4-09] rolling: goes back quickly at instance 80 of 100, within surge and floor', async () => {
  const { spec, ...rest } = policy();
  await settle(driver, { replicas: 100, policy: { ...rest, spec: { ...spec, strategy: { rolling: { batches: ['80%', '100%'], between: [{ pause: {} }], maxSurge: '25%' } } } } });
  const known = driver.object(serinResources.releasePolicies, web)?.status?.stable;
  let most = 0;
  driver.onTick(() => {
    most = Math.max(most, driver.objects(resources.replicaSets, namespace).reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0));
  });
  await setImage(driver, 'web:v2');
  await driver.until('the pause', async () => (await getRelease(driver))?.status?.message?.includes('serin resume web-1') ?? false);
  expect([...readyPods(driver, namespace).values()].sort()).toEqual([20, 80]);
  expect(driver.object(serinResources.releasePolicies, web)?.status?.stable).toEqual(known);

  const begin = driver.clock.now();
  await patchRelease(driver, 'web-1', { abort: true });
  await driver.until('users are back', async () => (await getRelease(driver))?.status?.shares?.accepted?.canary === 0);
  const usersBack = driver.clock.now() - begin;
  await untilPhase(driver, ['Aborted']);
  // Twenty stable Pods are there; the others come by 25 at a time, each time with what Istio is given to follow.
  expect(usersBack).toBeLessThan(40_000);
  expect(most).toBe(125);
  await driver.pass(3);
  expect(endingOf(driver)).toMatchObject({ versions: ['web:v1: 100 Deployment', 'web:v2: 0 ReleasePolicy (Deployment)'] });
  expect(driver.object(serinResources.releasePolicies, web)?.status?.stable).toEqual(known);
}, 120_000);
