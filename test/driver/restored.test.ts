import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreBackup, takeBackup } from './backup.js';
import { Driver, resources, serinResources } from './driver.js';
import { namespace, policy, setImage, settle, untilPhase, web } from './program.js';
import { readyPods } from './witness.js';

const there = { namespace: 'restored', name: 'web' };

describe('restored from a backup, under new UIDs', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver({ seed: 84 });
    await driver.start();
  });
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  const status = () => driver.object(serinResources.releasePolicies, there)?.status;
  const release = (name = 'web-1') => driver.object(serinResources.releases, { ...there, name });
  const routes = () => driver.object(resources.virtualServices, there)?.spec.http;
  const ready = (): number[] => [...readyPods(driver, there.namespace).values()].filter((count) => count > 0);
  const backedUp = async (): ReturnType<typeof takeBackup> => {
    const backup = await takeBackup(driver);
    await driver.run(() => driver.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: there.namespace }, spec: {} }));
    return backup;
  };
  const untilPause = async (): Promise<void> => {
    await settle(driver, { policy: policy([{ weight: 50 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await driver.until('the pause', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.message?.startsWith('Pauses') === true);
  };

  it('without status, a release under way is taken back, and routes are as they were before it', async () => {
    await untilPause();
    await restoreBackup(driver, there.namespace, await backedUp());
    await driver.until('the policy holds', () => status()?.phase === 'Holding');
    expect(release()?.status).toMatchObject({ phase: 'Aborted', abortReason: 'Restored' });
    expect(status()).toMatchObject({ message: expect.stringMatching(/was taken back \(Restored\); waits for another version\.$/), stable: { hash: release()?.spec.stable.hash, replicaSet: release()?.spec.stable.replicaSet }, rejected: { release: 'web-1', reason: 'Restored' } });
    expect(routes()).toEqual([{ name: 'primary', route: [{ destination: { host: 'web' } }] }]);
    expect(ready()).toEqual([4]);
    // And it goes on with the next version, under a name that is free.
    await driver.run(() => driver.client.patch(resources.deployments, there, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:v3' }] } } } } }));
    await driver.until('the next release pauses', () => driver.objects(serinResources.releases, there.namespace).some(({ metadata, status: next }) => metadata.name !== 'web-1' && next?.message?.startsWith('Pauses') === true));
  });

  it('whatever comes back first, and however late the rest', async () => {
    await untilPause();
    const { items } = await backedUp();
    for (const each of [...items].reverse()) {
      await restoreBackup(driver, there.namespace, { items: [each] });
      await driver.pass(4);
    }
    await driver.until('the policy holds', () => status()?.phase === 'Holding');
    expect(release()?.status).toMatchObject({ phase: 'Aborted', abortReason: 'Restored' });
    expect(routes()).toEqual([{ name: 'primary', route: [{ destination: { host: 'web' } }] }]);
    expect(ready()).toEqual([4]);
  });

  it('with the status of its kinds, it goes on where it was', async () => {
    await untilPause();
    await restoreBackup(driver, there.namespace, await backedUp(), { withStatus: true });
    await driver.until('both versions serve', () => ready().sort().join() === '2,4');
    await driver.pass(20);
    expect(release()?.status).toMatchObject({ phase: 'Progressing', message: expect.stringMatching(/^Pauses/) });
    await driver.run(() => driver.client.patch(serinResources.releases, { ...there, name: 'web-1' }, { kind: 'merge', body: { spec: { advanceTo: 2 } } }));
    await driver.until('it completes', () => release()?.status?.phase === 'Completed');
    await driver.until('the policy rests', () => status()?.phase === 'Resting');
    expect(ready()).toEqual([4]);
  });

  it('at rest, releases that were over stay over, and the next one takes a name that is free', async () => {
    await settle(driver, { policy: policy([{ weight: 50 }]) });
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    await driver.until('the policy rests', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting');
    await driver.pass(5);
    await restoreBackup(driver, there.namespace, await backedUp());
    await driver.until('the policy rests', () => status()?.phase === 'Resting');
    await driver.pass(20);
    expect(release()?.status).toMatchObject({ phase: 'Aborted', abortReason: 'Restored' });
    expect([status()?.phase, ready()]).toEqual(['Resting', [4]]);
    await driver.until('it is adopted', () => driver.object(resources.deployments, there)?.metadata.labels?.['serin.dev/policy'] === 'web');
    await driver.run(() => driver.client.patch(resources.deployments, there, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:v3' }] } } } } }));
    await driver.until('the next release completes', () => driver.objects(serinResources.releases, there.namespace).some(({ metadata, status: next }) => metadata.name !== 'web-1' && next?.phase === 'Completed'));
  });

  it('after an abort, the version that was taken back does not come', async () => {
    await untilPause();
    await driver.run(() => driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { spec: { abort: true } } }));
    await untilPhase(driver, ['Aborted']);
    await driver.pass(5);
    await restoreBackup(driver, there.namespace, await backedUp());
    await driver.pass(30);
    expect(ready()).toEqual([4]);
    expect(status()).toMatchObject({ phase: 'Adopting', message: expect.stringMatching(/paused with a template that does not run/) });
    await driver.run(() => driver.client.patch(resources.deployments, there, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:v1' }] } } } } }));
    await driver.until('the policy rests', () => status()?.phase === 'Resting');
  });
});
