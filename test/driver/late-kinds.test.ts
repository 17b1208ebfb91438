import { expect, it } from 'vitest';
import { Driver, istioDefinitions, resources, serinResources } from './driver.js';
import { deployment, policy, service, virtualService, web } from './program.js';

it('a policy is refused while the cluster does not know the kinds that it steers by, and runs when they come', async () => {
  const driver = new Driver({ seed: 12 });
  await driver.startCluster();
  const { client } = driver;
  const said = (): string => `${driver.object(serinResources.releasePolicies, web)?.status?.phase ?? ''}: ${driver.object(serinResources.releasePolicies, web)?.status?.message ?? ''}`;
  try {
    for (const { metadata } of istioDefinitions()) await driver.run(() => client.delete(resources.customResourceDefinitions, { name: metadata.name }));
    await driver.until('Istio is gone', () => driver.objects(resources.customResourceDefinitions).every(({ metadata }) => !metadata.name.endsWith('istio.io')));
    await driver.startController();
    await driver.run(async () => {
      await client.create(resources.deployments, deployment('web:v1'));
      await client.create(resources.services, service);
      await client.create(serinResources.releasePolicies, policy());
    });
    await driver.until('it is refused', () => /^Refused: .*does not know this kind/.test(said()));
    const isLast = ({ metadata }: { metadata: { name: string } }): boolean => metadata.name.startsWith('destinationrules.');
    const define = (last: boolean): Promise<void> => driver.run(async () => {
      for (const definition of istioDefinitions()) if (isLast(definition) === last) await client.create(resources.customResourceDefinitions, definition);
    });
    await define(false);
    await driver.until('the kind is served', () => driver.run(() => client.create(resources.virtualServices, virtualService).then(() => true, () => false)));
    await driver.pass(40);
    expect(said()).toMatch(/^Refused: .*destinationrules/);
    // There is no object of it, so that nothing else has the policy looked at.
    await define(true);
    await driver.until('it rests', () => said().startsWith('Resting'), 60);
    expect(said()).toMatch(/^Resting/);
  } finally {
    await driver.stop();
  }
});
