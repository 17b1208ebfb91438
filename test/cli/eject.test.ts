import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { namespace, policy, setImage, settle, untilPhase, web } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';

describe('eject', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(() => driver.stop());

  const eject = (...args: string[]): Promise<CommandResult> => serin(driver, ['eject', 'web', ...args]);

  /** All that Serin could have left. */
  async function remains(): Promise<unknown> {
    return driver.run(async () => {
      const deployment = await driver.client.get(resources.deployments, web);
      const { items } = await driver.client.list(resources.replicaSets, { namespace });
      return {
        paused: deployment.spec.paused ?? false,
        labels: deployment.metadata.labels ?? {},
        image: deployment.spec.template.spec?.containers[0]?.image,
        running: items.filter(({ spec }) => spec.replicas !== 0).map(({ spec, status }) => [spec.template?.spec?.containers[0]?.image, spec.replicas, status?.readyReplicas]),
        owners: [...new Set(items.flatMap(({ metadata }) => metadata.ownerReferences?.map(({ kind }) => kind) ?? ['nobody']))],
        policies: (await driver.client.list(serinResources.releasePolicies, { namespace })).items.length,
        releases: (await driver.client.list(serinResources.releases, { namespace })).items.length,
        rules: (await driver.client.list(resources.destinationRules, { namespace })).items.length,
        route: (await driver.client.get(resources.virtualServices, web)).spec.http?.[0]?.route,
        annotations: (await driver.client.get(resources.virtualServices, web)).metadata.annotations ?? {},
      };
    });
  }
  const nothing = (image: string): unknown => ({
    paused: false, labels: {}, image, running: [[image, 4, 4]], owners: ['Deployment'], policies: 0, releases: 0, rules: 0, route: [{ destination: { host: 'web' } }], annotations: {},
  });

  describe.each(['with', 'without'])('%s a controller', (controller) => {
    const leave = (): Promise<void> => (controller === 'with' ? Promise.resolve() : driver.killController());

    it('lets a policy at rest go, and may be repeated', async () => {
      await settle(driver);
      await leave();
      expect(await eject()).toMatchObject({ code: 0, out: expect.stringContaining('Nothing of Serin is left on what policy web steered.') as string });
      expect(await remains()).toEqual(nothing('web:v1'));
      expect(await eject()).toMatchObject({ code: 0, out: 'Nothing of policy web is left in namespace default.\n' });
    });

    it('refuses in the middle of a release, and restores the template when told to', async () => {
      await settle(driver, { policy: policy([{ weight: 50 }, { pause: {} }]) });
      await setImage(driver, 'web:v2');
      await driver.until('half of the users have it', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.shares?.accepted?.canary === 500);
      await leave();
      const before = await remains();
      const refused = await eject();
      expect(refused).toMatchObject({ code: 1, out: '' });
      expect(refused.err).toMatch(/^serin: Deployment web asks for web-\w+, which is still on trial; let go, it would roll it out to everybody\./);
      expect(await remains()).toEqual(before);
      expect((await eject('--restore-template')).code).toBe(0);
      await driver.until('all is as before', async () => (await driver.client.get(resources.deployments, web)).status?.readyReplicas === 4);
      expect(await remains()).toEqual(nothing('web:v1'));
    });

    it('refuses where a version that was taken back would be rolled out', async () => {
      await settle(driver);
      driver.traffic.failing.canary = 0.5;
      await setImage(driver, 'web:v2');
      await untilPhase(driver, ['Aborted']);
      await driver.until('the policy holds', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Holding');
      await leave();
      expect((await eject()).err).toContain('which was taken back (TooManyFailures); let go, it would roll it out to everybody.');
      expect((await eject('--restore-template')).code).toBe(0);
      expect(await remains()).toEqual(nothing('web:v1'));
    });
  });

  it('leads a release to its end that was handing over when the controller died', async () => {
    await settle(driver);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['HandingOver']);
    await driver.killController();
    expect((await eject()).code).toBe(0);
    expect(await remains()).toEqual(nothing('web:v2'));
  });

  it('takes a release back that had drained stable when the controller died', async () => {
    await settle(driver);
    await setImage(driver, 'web:v2');
    await driver.until('stable drains', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.intent.sizes.stable === 4);
    await driver.killController();
    // The last thing that the controller did.
    const name = (await driver.run(() => driver.client.get(serinResources.releases, { namespace, name: 'web-1' }))).spec.stable.replicaSet;
    await driver.run(() => driver.client.patch(resources.replicaSets, { namespace, name }, { kind: 'merge', body: { spec: { replicas: 0 } } }));
    await driver.until('stable is gone', async () => (await driver.client.get(resources.replicaSets, { namespace, name })).status?.replicas === 0);
    const { out, code } = await eject('--restore-template');
    expect(code).toBe(0);
    expect(out).toMatch(/gets its 4 Pods back\.\n[^]*users go back to the stable version\.\n[^]*is scaled to 0\.\n[^]*routes are put back as they were found\.\n[^]*goes back to Deployment web\.\n[^]*is not paused any more\.\n[^]*loses its label/);
    expect(await remains()).toEqual(nothing('web:v1'));
  });

  it('may be stopped anywhere and go on', async () => {
    await settle(driver, { policy: policy([{ weight: 50 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await driver.until('half of the users have it', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.shares?.accepted?.canary === 500);
    await driver.killController();
    for (let tries = 0; tries < 100; tries++) {
      const stopping = new AbortController();
      // Stopped after every few requests that it makes.
      let writes = 0;
      const { client } = driver;
      const patch = client.patch.bind(client);
      Object.assign(client, { patch: async (...args: Parameters<typeof patch>) => {
        const done = await patch(...args);
        if (++writes === 2) stopping.abort(new Error('stopped'));
        return done;
      } });
      const { code } = await serin(driver, ['eject', 'web', '--restore-template'], { signal: stopping.signal });
      Object.assign(client, { patch });
      if (code === 0) break;
      expect(code).toBe(130);
    }
    expect(await remains()).toEqual(nothing('web:v1'));
  });
});
