import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { DestinationRule } from '../../src/kubernetes/generated/istio-v1.js';
import type { PolicySpec, ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, getRelease, namespace, patchRelease, service, untilPhase, virtualService } from './program.js';

const web = { namespace, name: 'web' };
const names = ['web-v1', 'web-v2'] as const;

/** A Deployment of one version, whose Pods carry its name. */
function version(name: string, replicas: number): Deployment {
  const base = deployment(`web:${name}`, replicas);
  const labels = { app: 'web', revision: name };
  return { ...base, metadata: { name, namespace }, spec: { ...base.spec, selector: { matchLabels: labels }, template: { ...base.spec.template, metadata: { name: '', labels } } } };
}

const rule: DestinationRule = {
  apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'web', namespace },
  spec: { host: 'web', subsets: names.map((name) => ({ name, labels: { revision: name } })) },
};

describe('versions that users run, told apart by subsets that somebody else keeps', () => {
  let driver: Driver;
  const sizes = (): Record<string, number> => Object.fromEntries(driver.objects(resources.deployments, namespace).map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 1]));
  const route = (): unknown[] => (driver.object(resources.virtualServices, web)?.spec.http?.[0]?.route ?? []).map(({ destination: { subset }, weight }) => [subset, weight]);
  const policyIs = (phase: string) => driver.until(`the policy is ${phase}`, () => driver.object(serinResources.releasePolicies, web)?.status?.phase === phase);
  const versions = (change: Partial<NonNullable<PolicySpec['workload']['versions']>>) => driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { workload: { versions: change } } } }));
  const pausing = (name = 'web-1') => driver.until('the pause', async () => (await getRelease(driver, name))?.status?.message?.includes(`serin resume ${name}`) ?? false);

  beforeEach(async () => {
    driver = new Driver({ seed: 83 });
    await driver.start();
    const policy: ReleasePolicy = {
      apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace },
      spec: {
        workload: { versions: { list: names.map((name) => ({ deployment: name, subset: name })), want: 'web-v1', replicas: 2, old: 'Delete' } },
        service: 'web', router: { istio: {} }, strategy: { rolling: { batches: [{ pods: 1, weight: 10, pause: {} }, { pods: 2, weight: 100 }], maxSurge: 1 } }, drain: '2s', readyTimeout: '30s',
      },
    };
    await driver.run(async () => {
      await driver.client.create(resources.services, service);
      await driver.client.create(resources.virtualServices, virtualService);
      await driver.client.create(resources.destinationRules, rule);
      await driver.client.create(resources.deployments, version('web-v1', 1));
      await driver.client.create(serinResources.releasePolicies, policy);
    });
    await policyIs('Resting');
    await driver.until('stable has the size that the policy says', () => sizes()['web-v1'] === 2);
    await driver.run(() => driver.client.create(resources.deployments, version('web-v2', 0)));
  });
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    expect(driver.objects(resources.destinationRules, namespace).map(({ metadata: { name, generation } }) => [name, generation])).toEqual([['web', 1]]);
    await driver.stop();
  });

  it('are replaced by batches with shares of their own, and the old one is deleted', async () => {
    await versions({ want: 'web-v2' });
    await pausing();
    expect(sizes()).toEqual({ 'web-v1': 1, 'web-v2': 1 });
    expect(route()).toEqual([['web-v1', 90], ['web-v2', 10]]);
    expect((await getRelease(driver))?.status?.shares?.accepted).toEqual({ stable: 900, canary: 100 });
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
    await policyIs('Resting');
    expect(sizes()).toEqual({ 'web-v2': 2 });
    expect(route()).toEqual([['web-v2', 100]]);
  });

  it('lead back to the old one, and the one that was taken back is deleted', async () => {
    await versions({ want: 'web-v2' });
    await pausing();
    await patchRelease(driver, 'web-1', { abort: true });
    await untilPhase(driver, ['Aborted']);
    expect(sizes()).toEqual({ 'web-v1': 2 });
    expect(route()).toEqual([['web-v1', 100]]);
    await policyIs('Holding');
    expect(driver.object(serinResources.releasePolicies, web)?.status?.message).toBe('web-v2 was taken back (AbortedByUser) and is gone; waits for another version.');
    // Made again as it was it is still the one that was taken back.
    await driver.run(() => driver.client.create(resources.deployments, version('web-v2', 0)));
    await driver.until('it is known again', () => driver.object(serinResources.releasePolicies, web)?.status?.message?.startsWith('web-v2 was taken back (AbortedByUser); waits') ?? false);
    await versions({ want: 'web-v1' });
    await policyIs('Resting');
  });

  it('stay where the one on trial was changed under way, which makes it another version', async () => {
    await versions({ want: 'web-v2' });
    await pausing();
    await driver.run(() => driver.client.patch(resources.deployments, { namespace, name: 'web-v2' }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:mended' }] } } } } }));
    const { status } = await untilPhase(driver, ['Aborted']);
    expect(status?.abortReason).toBe('Superseded');
    await pausing('web-2');
    expect(sizes()).toEqual({ 'web-v1': 1, 'web-v2': 1 });
  });

  it('are scaled at rest, up and down', async () => {
    for (const replicas of [5, 0, 3]) {
      await versions({ replicas });
      await driver.until(`${replicas} Pods`, () => sizes()['web-v1'] === replicas);
    }
    await policyIs('Resting');
    expect(sizes()).toEqual({ 'web-v1': 3, 'web-v2': 0 });
  });

  it('are left at their size where the policy says none', async () => {
    await driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { workload: { versions: { replicas: null } } } } }));
    await driver.run(() => driver.client.patch(resources.deployments, { namespace, name: 'web-v1' }, { kind: 'merge', body: { spec: { replicas: 4 } } }));
    await versions({ want: 'web-v2' });
    await pausing();
    expect(sizes()).toEqual({ 'web-v1': 3, 'web-v2': 1 });
  });
});
