import { afterEach, beforeEach, expect, it } from 'vitest';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, policy, service, setImage, untilPhase, virtualService, web } from './program.js';

let driver: Driver;
beforeEach(async () => {
  driver = new Driver({ seed: 84 });
  await driver.start();
});
afterEach(async () => {
  expect(driver.errors).toEqual([]);
  await driver.stop();
});

it('a first version that never gets ready can be mended by another one, which then is the stable one', async () => {
  await driver.run(async () => {
    await driver.client.create(resources.services, service);
    await driver.client.create(resources.virtualServices, virtualService);
    await driver.client.create(resources.deployments, deployment('web:missing'));
    await driver.client.create(serinResources.releasePolicies, policy([{ weight: 50 }]));
  });
  const status = () => driver.object(serinResources.releasePolicies, web)?.status;
  await driver.until('the policy waits', () => status()?.phase === 'Adopting');
  await driver.pass(5);
  await setImage(driver, 'web:v1');
  await driver.until('the policy rests', () => status()?.phase === 'Resting' && driver.object(resources.deployments, web)?.metadata.labels?.['serin.dev/policy'] === 'web');
  expect(driver.object(resources.deployments, web)?.status?.readyReplicas).toBe(4);
  await setImage(driver, 'web:v2');
  await untilPhase(driver, ['Completed']);
});
