import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Driver, resources, serinResources } from './driver.js';
import { endingOf } from './mid-release/ending.js';
import { getRelease, namespace, patchRelease, policy, service, untilPhase, virtualService, web } from './program.js';
import { Witness } from './witness.js';

const template = (image: string) => ({ metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } });

describe('an inline workload', () => {
  let driver: Driver;
  let witness: Witness;
  beforeEach(async () => {
    driver = new Driver({ seed: 61 });
    await driver.start();
    await driver.run(async () => {
      await driver.client.create(resources.services, service);
      await driver.client.create(resources.virtualServices, virtualService);
      const base = policy([{ weight: 25 }, { pause: {} }]);
      await driver.client.create(serinResources.releasePolicies, { ...base, spec: { ...base.spec, workload: { inline: { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: template('web:v1') } } } });
    });
    await driver.until('the first version runs', () => endingOf(driver).versions[0] === 'web:v1: 4 ReleasePolicy');
    await driver.until('the policy rests', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting');
    witness = new Witness(driver, namespace);
  });
  afterEach(() => driver.stop());

  const edit = (inline: object) => driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { workload: { inline } } } }));
  const untilPause = () => driver.until('it pauses', async () => (await getRelease(driver))?.status?.message?.startsWith('Pauses') ?? false);

  it('releases a new version', async () => {
    await edit({ template: template('web:v2') });
    await untilPause();
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
    await driver.pass(3);
    expect(endingOf(driver)).toMatchObject({ policy: 'Resting', versions: ['web:v1: 0 ReleasePolicy', 'web:v2: 4 ReleasePolicy'], routes: 'as found' });
    expect(witness.complaints).toEqual([]);
    expect(driver.errors).toEqual([]);
  });

  it('scales at rest and in the middle of a release', async () => {
    await edit({ replicas: 5 });
    await driver.until('it has scaled', () => endingOf(driver).versions[0] === 'web:v1: 5 ReleasePolicy');
    await edit({ template: template('web:v2') });
    await untilPause();
    await edit({ replicas: 6 });
    await driver.until('stable has scaled', () => endingOf(driver).versions.includes('web:v1: 6 ReleasePolicy'));
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
    await driver.pass(3);
    expect(endingOf(driver)).toMatchObject({ policy: 'Resting', versions: ['web:v1: 0 ReleasePolicy', 'web:v2: 6 ReleasePolicy'] });
    expect(witness.complaints).toEqual([]);
  });

  it('is taken back, and not tried again', async () => {
    await edit({ template: template('web:v2') });
    await untilPause();
    await patchRelease(driver, 'web-1', { abort: true });
    await untilPhase(driver, ['Aborted']);
    await driver.pass(20);
    expect(endingOf(driver)).toMatchObject({ policy: 'Holding', versions: ['web:v1: 4 ReleasePolicy', 'web:v2: 0 ReleasePolicy'], releases: { 'web-1': 'Aborted AbortedByUser' }, routes: 'as found' });
    expect(witness.complaints).toEqual([]);
  });

  it('goes with its policy, whenever that is deleted', async () => {
    await edit({ template: template('web:v2') });
    await untilPause();
    await driver.run(() => driver.client.delete(serinResources.releasePolicies, web));
    await driver.until('all is gone', () => driver.objects(resources.pods, namespace).length === 0 && driver.objects(resources.replicaSets, namespace).length === 0);
    expect(endingOf(driver)).toMatchObject({ policy: 'gone', releases: { 'web-1': 'Aborted PolicyDeleted' }, routes: 'as found' });
  });
});
