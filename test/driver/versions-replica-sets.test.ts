import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../../src/kubernetes/generated/apps-v1.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import type { PolicySpec, ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, getRelease, namespace, patchRelease, untilPhase, virtualService } from './program.js';

const web = { namespace, name: 'web' };
const HASH = 'example.org/version';

/** A version as another controller would make it, with a label of its own. */
function version(name: string, replicas: number): ReplicaSet {
  const { spec } = deployment(`web:${name}`, replicas);
  const labels = { app: 'web', [HASH]: name };
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: `web-${name}`, namespace, labels }, spec: { replicas, selector: { matchLabels: labels }, template: { ...spec.template, metadata: { name: '', labels } } } };
}

const service = (name: string, selector: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { app: 'web', ...selector }, ports: [{ name: 'http', port: 80 }] } });

describe('versions that run as ReplicaSets', () => {
  let driver: Driver;
  const sizes = (): Record<string, number> => Object.fromEntries(driver.objects(resources.replicaSets, namespace).map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 1]));
  const policyIs = (phase: string) => driver.until(`the policy is ${phase}`, () => driver.object(serinResources.releasePolicies, web)?.status?.phase === phase);
  const want = (name: string) => driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { workload: { versions: { want: name } } } } }));
  const pausing = (name = 'web-1') => driver.until('the pause', async () => (await getRelease(driver, name))?.status?.message?.includes(`serin resume ${name}`) ?? false);

  async function settle(steps: CanaryStep[], change: Partial<PolicySpec> = {}, canary: Partial<NonNullable<PolicySpec['strategy']['canary']>> = {}): Promise<void> {
    const list = ['v1', 'v2', 'v3'].map((name) => ({ replicaSet: `web-${name}`, service: `web-${name}` }));
    const policy: ReleasePolicy = {
      apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace },
      spec: {
        workload: { versions: { list, want: 'web-v1', replicas: 4, hashLabel: HASH, old: 'Leave' } },
        ...(canary.inPlace ? {} : { router: { istio: {} } }), strategy: { canary: { steps, ...canary } }, drain: '1h', readyTimeout: '30s', ...change,
      },
    };
    await driver.run(async () => {
      for (const name of ['v1', 'v2', 'v3']) await driver.client.create(resources.services, service(`web-${name}`, { [HASH]: name }));
      await driver.client.create(resources.virtualServices, { ...virtualService, spec: { hosts: ['web'], http: [{ route: [{ destination: { host: 'web-v1' } }] }] } });
      for (const [name, replicas] of [['v1', 4], ['v2', 0], ['v3', 0]] as const) await driver.client.create(resources.replicaSets, version(name, replicas));
      await driver.client.create(serinResources.releasePolicies, policy);
    });
    await policyIs('Resting');
  }

  beforeEach(async () => {
    driver = new Driver({ seed: 97 });
    await driver.start();
  });
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  it('are sized and steered, and the old one is left as it is', async () => {
    await settle([{ weight: 25 }, { pause: {} }]);
    await want('web-v2');
    await pausing();
    const release = await getRelease(driver);
    expect(sizes()).toEqual({ 'web-v1': 4, 'web-v2': 1, 'web-v3': 0 });
    expect(release?.spec.workload).toEqual({ kind: 'Versions', name: 'web', replicas: 4, old: 'Leave', runBy: 'ReplicaSet', hashLabel: HASH });
    expect([release?.spec.stable.hash, release?.spec.canary.hash]).toEqual(['v1', 'v2']);
    expect(release?.status?.shares?.accepted).toEqual({ stable: 750, canary: 250 });
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
    await policyIs('Resting');
    expect(sizes()).toEqual({ 'web-v1': 4, 'web-v2': 4, 'web-v3': 0 });
    expect(driver.object(serinResources.releasePolicies, web)?.status?.stable).toEqual({ replicaSet: 'web-v2', hash: 'v2' });
    // Whoever sizes them now is left alone.
    await driver.run(() => driver.client.patch(resources.replicaSets, { namespace, name: 'web-v1' }, { kind: 'merge', body: { spec: { replicas: 2 } } }));
    await driver.run(() => driver.client.patch(resources.replicaSets, { namespace, name: 'web-v2' }, { kind: 'merge', body: { spec: { replicas: 3 } } }));
    await driver.pass(60);
    expect(sizes()).toEqual({ 'web-v1': 2, 'web-v2': 3, 'web-v3': 0 });
  });

  it('end an abort at once, and leave the canary as it is', async () => {
    await settle([{ weight: 50 }, { pause: {} }]);
    await want('web-v2');
    await pausing();
    await patchRelease(driver, 'web-1', { abort: true });
    await untilPhase(driver, ['Aborted']);
    await policyIs('Holding');
    expect(sizes()).toEqual({ 'web-v1': 4, 'web-v2': 2, 'web-v3': 0 });
    const http: unknown = driver.object(resources.virtualServices, { namespace, name: virtualService.metadata.name })?.spec;
    expect(JSON.stringify(http)).not.toContain('web-v2');
  });

  it('make way for the next one at once', async () => {
    await settle([{ weight: 50 }, { pause: {} }]);
    await want('web-v2');
    await pausing();
    await want('web-v3');
    const { status } = await untilPhase(driver, ['Aborted']);
    expect(status?.abortReason).toBe('Superseded');
    await pausing('web-2');
    expect(sizes()).toEqual({ 'web-v1': 4, 'web-v2': 2, 'web-v3': 2 });
    await patchRelease(driver, 'web-2', { advanceTo: 2 });
    await untilPhase(driver, ['Completed'], 'web-2');
    expect(driver.object(serinResources.releasePolicies, web)?.status?.stable?.replicaSet).toBe('web-v3');
  });

  it('take the place of each other by Pod count, and go back', async () => {
    const inPlace = { inPlace: { maxSurge: 1, maxUnavailable: 0 } };
    const list = ['v1', 'v2'].map((name) => ({ replicaSet: `web-${name}` }));
    await settle([{ weight: 20 }, { pause: {} }, { weight: 50 }, { pause: {} }], { workload: { versions: { list, want: 'web-v1', replicas: 5, hashLabel: HASH, old: 'Leave' } } }, inPlace);
    await driver.run(() => driver.client.patch(resources.replicaSets, { namespace, name: 'web-v1' }, { kind: 'merge', body: { spec: { replicas: 5 } } }));
    await want('web-v2');
    await pausing();
    expect(sizes()).toMatchObject({ 'web-v1': 4, 'web-v2': 1 });
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await driver.until('the second pause', async () => (await getRelease(driver))?.status?.step.index === 3);
    expect(sizes()).toMatchObject({ 'web-v1': 3, 'web-v2': 3 });
    await patchRelease(driver, 'web-1', { abort: true });
    await untilPhase(driver, ['Aborted']);
    expect(sizes()).toMatchObject({ 'web-v1': 5, 'web-v2': 0 });
  });

  it('are refused when a Deployment sizes them, or nothing tells their Pods apart', async () => {
    await settle([{ weight: 50 }], { workload: { versions: { list: [{ replicaSet: 'web-v1', service: 'web-v1' }, { replicaSet: 'web-v2', service: 'web-v2' }], want: 'web-v1', hashLabel: HASH } } });
    await driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { workload: { versions: { hashLabel: 'example.org/other', want: 'web-v2' } } } } }));
    await policyIs('Refused');
    expect(driver.object(serinResources.releasePolicies, web)?.status?.message).toContain('ReplicaSet web-v1 has no label example.org/other');
  });
});
