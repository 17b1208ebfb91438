import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Driver, resources, serinResources } from './driver.js';
import { getRelease, namespace, setImage, settle, untilPhase, web } from './program.js';

describe('a release in virtual time', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(() => driver.stop());

  it('goes out in steps and becomes stable', async () => {
    await settle(driver);
    const before = await driver.run(() => driver.client.get(resources.virtualServices, web));
    await setImage(driver, 'web:v2');
    const release = await untilPhase(driver, ['Completed', 'Aborted']);
    expect(release.status?.log?.map(({ code }) => code)).toEqual(['ReleaseStarted', 'StepStarted', 'ShareAsked', 'StepStarted', 'AnalysisUndecided', 'StepStarted', 'ShareAsked', 'StepStarted', 'ShareAsked', 'Promoting', 'HandingOver', 'Completed']);
    await driver.until('the policy rests', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Resting');
    const deployment = await driver.run(() => driver.client.get(resources.deployments, web));
    expect(deployment.spec.paused ?? false).toBe(false);
    expect(deployment.status).toMatchObject({ updatedReplicas: 4, readyReplicas: 4, replicas: 4 });
    const after = await driver.run(() => driver.client.get(resources.virtualServices, web));
    expect(after.spec).toEqual(before.spec);
    expect(after.metadata.annotations).toEqual(before.metadata.annotations);
    expect((await driver.run(() => driver.client.list(resources.destinationRules, { namespace }))).items).toEqual([]);
    expect(driver.errors).toEqual([]);
  });

  it('takes a version back that fails requests', async () => {
    await settle(driver);
    driver.traffic.failing.canary = 0.3;
    await setImage(driver, 'web:v2');
    const release = await untilPhase(driver, ['Completed', 'Aborted']);
    expect(release.status).toMatchObject({ phase: 'Aborted', abortReason: 'TooManyFailures' });
    await driver.until('the policy holds', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Holding');
    const sets = (await driver.run(() => driver.client.list(resources.replicaSets, { namespace }))).items;
    expect(sets.map(({ spec, metadata }) => [spec.template?.spec?.containers[0]?.image, spec.replicas, metadata.ownerReferences?.find(({ controller }) => controller)?.kind]).sort()).toEqual([
      ['web:v1', 4, 'Deployment'],
      ['web:v2', 0, 'ReleasePolicy'],
    ]);
    expect(await getRelease(driver, 'web-2')).toBeUndefined();
  });
});
