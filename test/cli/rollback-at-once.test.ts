import { afterEach, beforeEach, expect, it } from 'vitest';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { deployment, getRelease, namespace, untilPhase, web } from '../driver/program.js';
import { serin } from './driven-shell.js';

let driver: Driver;
beforeEach(async () => {
  driver = new Driver({ seed: 91 });
  await driver.start();
});
afterEach(() => driver.stop());

it('goes back at once to a version whose Pods still run, with the reason on record', async () => {
  await driver.run(async () => {
    for (const version of ['v1', 'v2']) {
      const base = deployment(`web:${version}`, 2);
      const labels = { app: 'web', version };
      await driver.client.create(resources.deployments, { ...base, metadata: { name: `web-${version}`, namespace }, spec: { ...base.spec, selector: { matchLabels: labels }, template: { ...base.spec.template, metadata: { name: '', labels } } } });
    }
    const versions = { list: [{ deployment: 'web-v1' }, { deployment: 'web-v2' }], want: 'web-v1', old: 'Keep' as const };
    await driver.client.create(serinResources.releasePolicies, {
      apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace },
      spec: { workload: { versions }, strategy: { canary: { steps: [{ weight: 50 }, { pause: { for: '1h' } }] } }, drain: '1s', readyTimeout: '30s' },
    });
  });
  await driver.until('rests', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting');
  await driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { workload: { versions: { want: 'web-v2' } } } } }));
  await untilPhase(driver, ['Progressing']);
  await driver.run(() => driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { spec: { advanceTo: 3 } } }));
  await untilPhase(driver, ['Completed']);

  const { out } = await serin(driver, ['rollback', 'web']);
  expect(out).toContain('2 Pods of it still run and are ready, so it goes back at once');
  const back = await untilPhase(driver, ['Completed'], 'web-2', 60);
  expect(back.spec.hotfix).toBe('rollback to web-v1, whose Pods still run');
  expect(driver.object(serinResources.releasePolicies, web)?.status?.stable?.replicaSet).toBe('web-v1');
  expect((await getRelease(driver, 'web-2'))?.spec.plan.steps).toEqual([{ kind: 'promote' }]);
});
