import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { Service } from '../../src/kubernetes/generated/core-v1.js';
import type { PolicySpec, ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { deployment, getRelease, namespace, service, virtualService } from '../driver/program.js';
import { readyPods } from '../driver/witness.js';
import { serin, type CommandResult } from './driven-shell.js';
import { everything } from './untouched.js';

const web = { namespace, name: 'web' };

function version(name: string, replicas: number): Deployment {
  const base = deployment(`web:${name}`, replicas);
  const labels = { app: 'web', version: name };
  return { ...base, metadata: { name: `web-${name}`, namespace }, spec: { ...base.spec, selector: { matchLabels: labels }, template: { ...base.spec.template, metadata: { name: '', labels } } } };
}
const serviceOf = (name: string): Service => ({ ...service, metadata: { name: `web-${name}`, namespace }, spec: { ...service.spec, selector: { app: 'web', version: name } } });

describe('eject of versions that users run', () => {
  let driver: Driver;
  let before: Record<string, unknown>;
  /** The fewest Pods that were ready at any tick. */
  let leastReady = Number.POSITIVE_INFINITY;

  beforeEach(async () => {
    driver = new Driver({ seed: 92 });
    await driver.start();
  });
  afterEach(() => driver.stop());

  const spec = (strategy: PolicySpec['strategy'], own: boolean): PolicySpec => ({
    workload: { versions: { list: ['v1', 'v2'].map((name) => ({ deployment: `web-${name}`, ...(own ? { service: `web-${name}` } : {}) })), want: 'web-v2' } },
    ...(own ? {} : { service: 'web' }), router: { istio: {} }, strategy, drain: '2s', readyTimeout: '30s',
  });
  async function begin(strategy: PolicySpec['strategy'], own = false): Promise<void> {
    const { client } = driver;
    await driver.run(async () => {
      for (const each of [service, serviceOf('v1'), serviceOf('v2')]) await client.create(resources.services, each);
      const route = own ? [{ destination: { host: 'web-v1' } }] : [{ destination: { host: 'web' } }];
      await client.create(resources.virtualServices, { ...virtualService, spec: { ...virtualService.spec, http: [{ name: 'primary', route }] } });
      await client.create(resources.deployments, version('v1', 4));
      await client.create(resources.deployments, version('v2', 0));
    });
    await driver.until('v1 runs', () => [...readyPods(driver, namespace).values()][0] === 4);
    before = everything(driver);
    leastReady = Number.POSITIVE_INFINITY;
    driver.onTick(() => (leastReady = Math.min(leastReady, [...readyPods(driver, namespace).values()].reduce((sum, count) => sum + count, 0))));
    const policy: ReleasePolicy = { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: web, spec: spec(strategy, own) };
    await driver.run(() => client.create(serinResources.releasePolicies, policy));
  }
  const paused = () => driver.until('the pause', async () => (await getRelease(driver))?.status?.message?.includes('serin resume web-1') ?? false);
  const eject = (): Promise<CommandResult> => serin(driver, ['eject', 'web']);
  const route = (): unknown => driver.object(resources.virtualServices, web)?.spec.http?.[0]?.route;

  describe.each(['with', 'without'])('%s a controller', (controller) => {
    const ejected = async (): Promise<string> => {
      if (controller === 'without') await driver.killController();
      const { out, err, code } = await eject();
      expect({ code, err }).toEqual({ code: 0, err: '' });
      await driver.pass(3);
      expect(everything(driver)).toEqual(before);
      expect(leastReady).toBeGreaterThanOrEqual(4);
      return out;
    };

    it('takes the canary back in the middle', async () => {
      await begin({ canary: { steps: [{ weight: 50 }, { pause: {} }], preview: { host: 'next.example.com' } } });
      await paused();
      const out = await ejected();
      if (controller === 'without') expect(out).toMatch(/users go back to the stable version\.\n[^]*Waits for requests to web-v2 to end\.\n[^]*Deployment web-v2 is scaled to 0\.\n[^]*routes are put back as they were found\.\n/);
    });

    it('gives stable its size back first, where versions are replaced in batches', async () => {
      await begin({ rolling: { batches: ['50%', '100%'], between: [{ pause: {} }] } });
      await paused();
      expect([...readyPods(driver, namespace).values()]).toEqual([2, 2]);
      const out = await ejected();
      if (controller === 'without') expect(out).toMatch(/Deployment web-v1 gets its 4 Pods back\.\n[^]*users go back to the stable version\.\n[^]*Deployment web-v2 is scaled to 0\./);
    });

    it('goes back to the Service of the stable version', async () => {
      await begin({ canary: { steps: [{ weight: 50 }, { pause: {} }] } }, true);
      await paused();
      expect(route()).toHaveLength(2);
      await ejected();
    });
  });

  it.each([
    ['all', false, [{ destination: { host: 'web' } }]],
    ['its own', true, [{ destination: { host: 'web-v2' } }]],
  ])('leads one to its end that was handing over to the new version behind the Service of %s', async (_, own, end) => {
    await begin({ canary: { steps: [{ weight: 100 }] } }, own);
    await driver.until('stable drains', async () => (await getRelease(driver))?.status?.intent.holders.stable === 'release');
    await driver.killController();
    // The last things that the controller did.
    await driver.run(() => driver.client.patch(resources.deployments, { namespace, name: 'web-v1' }, { kind: 'merge', body: { spec: { replicas: 0 } } }));
    await driver.run(() => driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { status: { phase: 'HandingOver' } } }, { subresource: 'status' }));
    if (!own) expect(route()).not.toEqual(end);
    expect((await eject()).code).toBe(0);
    await driver.pass(3);
    expect(route()).toEqual(end);
    const after = everything(driver);
    expect(after['running']).toEqual(['web:v2: 4 of 4 (4), Deployment web-v2']);
    expect(Object.keys(after)).toEqual(Object.keys(before));
  });

  it('leaves the new version to users when the stable one was deleted', async () => {
    await begin({ canary: { steps: [{ weight: 50 }, { pause: {} }] } }, true);
    await paused();
    await driver.killController();
    await driver.run(() => driver.client.delete(resources.deployments, { namespace, name: 'web-v1' }));
    expect((await eject()).code).toBe(0);
    await driver.pass(3);
    expect(route()).toEqual([{ destination: { host: 'web-v2' } }]);
    expect(everything(driver)['running']).toEqual([expect.stringMatching(/^web:v2: 2 of 2/)]);
  });

  it('does not size what the release did not', async () => {
    await begin({ canary: { steps: [{ weight: 50 }, { pause: {} }] } });
    await paused();
    await driver.killController();
    await driver.run(() => driver.client.patch(resources.deployments, { namespace, name: 'web-v1' }, { kind: 'merge', body: { spec: { replicas: 3 } } }));
    await driver.pass(3);
    expect((await eject()).code).toBe(0);
    await driver.pass(3);
    expect(everything(driver)['running']).toEqual(['web:v1: 3 of 3 (3), Deployment web-v1']);
  });
});
