import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { PolicySpec, ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, getRelease, namespace, patchRelease, untilPhase, virtualService } from './program.js';

const web = { namespace, name: 'web' };

function version(name: string, replicas: number): Deployment {
  const base = deployment(`web:${name}`, replicas);
  const labels = { app: 'web', version: name };
  return { ...base, metadata: { name: `web-${name}`, namespace }, spec: { ...base.spec, selector: { matchLabels: labels }, template: { ...base.spec.template, metadata: { name: '', labels } } } };
}

describe('versions that users run', () => {
  let driver: Driver;
  const sizes = (): Record<string, number> => Object.fromEntries(driver.objects(resources.deployments, namespace).map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 1]));
  const policyIs = (phase: string) => driver.until(`the policy is ${phase}`, () => driver.object(serinResources.releasePolicies, web)?.status?.phase === phase);

  async function settle(change: Partial<PolicySpec> = {}, old?: 'Keep' | 'Delete' | 'ScaleToZero'): Promise<void> {
    const policy: ReleasePolicy = {
      apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace },
      spec: {
        workload: { versions: { list: [{ deployment: 'web-v1' }, { deployment: 'web-v2' }], want: 'web-v1', ...(old ? { old } : {}) } },
        service: 'web', router: { istio: {} }, strategy: { canary: { steps: [{ weight: 25 }, { pause: {} }] } }, drain: '2s', readyTimeout: '30s', ...change,
      },
    };
    await driver.run(async () => {
      await driver.client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace }, spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] } });
      await driver.client.create(resources.virtualServices, virtualService);
      await driver.client.create(resources.deployments, version('v1', 4));
      await driver.client.create(serinResources.releasePolicies, policy);
    });
    await policyIs('Resting');
    await driver.run(() => driver.client.create(resources.deployments, version('v2', 0)));
  }
  const want = (name: string) => driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { workload: { versions: { want: name } } } } }));
  const paused = () => driver.until('the pause', async () => (await getRelease(driver))?.status?.message?.includes('serin resume web-1') ?? false);

  beforeEach(async () => {
    driver = new Driver({ seed: 79 });
    await driver.start();
  });
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  it.each([
    ['ScaleToZero', { 'web-v1': 0, 'web-v2': 4 }],
    ['Keep', { 'web-v1': 4, 'web-v2': 4 }],
    ['Delete', { 'web-v2': 4 }],
  ] as const)('are sized and steered, and the old one ends as asked: %s', async (old, end) => {
    await settle({}, old);
    await want('web-v2');
    await paused();
    expect(sizes()).toEqual({ 'web-v1': 4, 'web-v2': 1 });
    expect((await getRelease(driver))?.status?.shares?.accepted).toEqual({ stable: 750, canary: 250 });
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
    await policyIs('Resting');
    expect(sizes()).toEqual(end);
    expect(driver.object(serinResources.releasePolicies, web)?.status?.stable?.replicaSet).toBe('web-v2');
  });

  it('leave the Service that users call, when the old one is deleted and had no other', async () => {
    const service = (name: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { app: 'web', version: name.slice(4) }, ports: [{ name: 'http', port: 80 }] } });
    const list = [{ deployment: 'web-v1', service: 'web' }, { deployment: 'web-v2', service: 'web-v2' }];
    await driver.run(() => driver.client.create(resources.services, service('web-v2')));
    await settle({ workload: { versions: { list, want: 'web-v1', old: 'Delete' } } });
    await want('web-v2');
    await paused();
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
    expect(sizes()).toEqual({ 'web-v2': 4 });
    expect(driver.objects(resources.services, namespace).map(({ metadata }) => metadata.name)).toContain('web');
  });

  it('go back, and forth again', async () => {
    await settle();
    await want('web-v2');
    await paused();
    await patchRelease(driver, 'web-1', { abort: true });
    await untilPhase(driver, ['Aborted']);
    await policyIs('Holding');
    expect(sizes()).toEqual({ 'web-v1': 4, 'web-v2': 0 });
    await want('web-v1');
    await policyIs('Resting');
  });

  it('can be released back to', async () => {
    await settle();
    await want('web-v2');
    await paused();
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
    await policyIs('Resting');
    await want('web-v1');
    await driver.until('the release back pauses', async () => (await getRelease(driver, 'web-2'))?.status?.message?.includes('serin resume web-2') ?? false);
    await patchRelease(driver, 'web-2', { advanceTo: 2 });
    await untilPhase(driver, ['Completed'], 'web-2');
    expect(sizes()).toEqual({ 'web-v1': 4, 'web-v2': 0 });
  });

  it('are replaced in batches', async () => {
    await settle({ strategy: { rolling: { batches: ['50%'], maxSurge: 1 } } });
    await want('web-v2');
    await untilPhase(driver, ['Completed']);
    expect(sizes()).toEqual({ 'web-v1': 0, 'web-v2': 4 });
  });

  it('lead back to the old one, at its full size, when the new one is deleted in the middle', async () => {
    await settle({ strategy: { rolling: { batches: ['50%', '100%'], between: [{ pause: {} }], maxSurge: 1 } } });
    await want('web-v2');
    await driver.until('half are new', () => sizes()['web-v1'] === 2 && sizes()['web-v2'] === 2);
    await driver.run(() => driver.client.delete(resources.deployments, { namespace, name: 'web-v2' }, { propagationPolicy: 'Background' }));
    const { status } = await untilPhase(driver, ['Aborted']);
    expect(status?.abortReason).toBe('CanaryGone');
    expect(sizes()).toEqual({ 'web-v1': 4 });
    await policyIs('Refused');
  });

  it('are named when they are missing', async () => {
    await settle();
    await driver.run(() => driver.client.delete(resources.deployments, { namespace, name: 'web-v2' }));
    await want('web-v2');
    await policyIs('Refused');
    expect(driver.object(serinResources.releasePolicies, web)?.status?.message).toContain('there is no Deployment web-v2');
  });

  describe('whose size somebody else puts back', () => {
    const message = (): string => driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.message ?? '';
    const again = (): number => driver.events.filter(({ code }) => code === 'RoutesWrittenAgain').length;
    const size = (name: string, replicas: number) => driver.run(() => driver.client.patch(resources.deployments, { namespace, name }, { kind: 'merge', body: { spec: { replicas } } }, { fieldManager: 'gitops' }));
    const marks = () => driver.objects(resources.deployments, namespace).map(({ metadata }) => metadata.annotations?.['serin.dev/size']);

    it('hold the release, which says who it was, writes once more, and goes on', async () => {
      await settle({ readyTimeout: '1h' });
      await want('web-v2');
      await paused();
      await size('web-v2', 0);
      await driver.pass(3);
      expect(message()).toMatch(/^Deployment web-v2, spec\.replicas: field manager "gitops" set it to 0 in place of 1; Serin does not fight over it\. It is written once more at \d\d:\d\d:\d\d UTC\. To end it: .*ignoreDifferences \{group: apps, kind: Deployment, name: web-v2, jsonPointers: \[\/spec\/replicas\]\}.*paths: \[\/spec\/replicas\]/);
      expect((await getRelease(driver))?.status?.intent.share).toBe(0);
      await driver.pass(20);
      expect(sizes()['web-v2']).toBe(0);
      await driver.until('it is written once more', () => sizes()['web-v2'] === 1, 12);
      expect(again()).toBe(1);
      await paused();
      await patchRelease(driver, 'web-1', { advanceTo: 2 });
      await untilPhase(driver, ['Completed']);
      expect(sizes()).toEqual({ 'web-v1': 0, 'web-v2': 4 });
      expect(marks()).toEqual([undefined, undefined]);
    });

    it('are not fought over, however often that is', async () => {
      await settle({ readyTimeout: '1h' });
      await want('web-v2');
      await paused();
      let writes = 0;
      driver.onChange(({ stored }) => {
        if (stored.collection === 'apps/deployments' && sizes()['web-v2'] === 1) writes++;
      });
      driver.onTick(() => {
        if (sizes()['web-v2'] !== 0) void driver.client.patch(resources.deployments, { namespace, name: 'web-v2' }, { kind: 'merge', body: { spec: { replicas: 0 } } }, { fieldManager: 'gitops' });
      });
      await driver.pass(300);
      expect(again()).toBe(1);
      expect(writes).toBeLessThan(10);
      expect(message()).toMatch(/"gitops" set it to 0 in place of 1; Serin does not fight over it\. To end it/);
    });

    it('are taken back all the same', async () => {
      await settle();
      await want('web-v2');
      await paused();
      await size('web-v2', 3);
      await driver.pass(3);
      expect(message()).toContain('set it to 3 in place of 1');
      await patchRelease(driver, 'web-1', { abort: true });
      await untilPhase(driver, ['Aborted']);
      expect(sizes()).toEqual({ 'web-v1': 4, 'web-v2': 0 });
      expect(marks()).toEqual([undefined, undefined]);
    });
  });
});
