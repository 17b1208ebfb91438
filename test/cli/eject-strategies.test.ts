import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src/kubernetes/generated/batch-v1.js';
import type { PolicySpec, ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { deployment, getRelease, namespace, patchRelease, policy, service, setImage, virtualService } from '../driver/program.js';
import { readyPods, Witness } from '../driver/witness.js';
import { serin } from './driven-shell.js';
import { everything } from './untouched.js';

const jobTemplate = { spec: { template: { spec: { containers: [{ name: 'test', image: 'test:v1' }] } } } };

describe.each(['with', 'without'])('eject %s a controller', (controller) => {
  let driver: Driver;
  let witness: Witness;
  let excused: string[] = [];
  let before: Record<string, unknown>;

  beforeEach(async () => {
    excused = [];
    driver = new Driver({ seed: 91 });
    await driver.start();
    await driver.run(async () => {
      await driver.client.create(resources.services, service);
      await driver.client.create(resources.virtualServices, virtualService);
      await driver.client.create(resources.deployments, deployment('web:v1'));
    });
    await driver.until('v1 runs', () => readyPods(driver, namespace).size === 1 && [...readyPods(driver, namespace).values()][0] === 4);
    before = everything(driver);
    witness = new Witness(driver, namespace, (complaint) => excused.some((words) => complaint.includes(words)));
  });
  afterEach(async () => {
    expect(witness.complaints).toEqual([]);
    await driver.stop();
  });

  const message = async (): Promise<string> => (await getRelease(driver))?.status?.message ?? '';
  const begin = async (change: Partial<PolicySpec>, without: readonly (keyof PolicySpec)[] = []): Promise<void> => {
    const base: ReleasePolicy = policy();
    const spec = Object.fromEntries(Object.entries({ ...base.spec, ...change }).filter(([field]) => !without.some((each) => each === field))) as PolicySpec;
    await driver.run(() => driver.client.create(serinResources.releasePolicies, { ...base, spec }));
    await driver.until('the policy is adopted', () => ['Resting', 'Releasing'].includes(driver.object(serinResources.releasePolicies, { namespace, name: 'web' })?.status?.phase ?? ''));
    if (change.judgeFirst) return;
    await driver.until('the label', () => driver.object(resources.deployments, { namespace, name: 'web' })?.metadata.labels !== undefined);
    await setImage(driver, 'web:v2');
  };
  const untilPaused = () => driver.until('the pause', async () => (await message()).includes('serin resume web-1'));
  /** Ejects, and holds that everything is as before Serin came. */
  const ejected = async (): Promise<string> => {
    if (controller === 'without') await driver.killController();
    const { out, err, code } = await serin(driver, ['eject', 'web', '--restore-template']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    await driver.pass(3);
    expect(everything(driver)).toEqual(before);
    return out;
  };

  it('switches blue/green back to the old set that stands by', async () => {
    await begin({ strategy: { blueGreen: { keep: '10m', preview: { host: 'green.example.com', service: 'web-green' } } } });
    await untilPaused();
    await patchRelease(driver, 'web-1', { advanceTo: 1 });
    await driver.until('the switch', async () => (await getRelease(driver))?.status?.shares?.accepted?.canary === 1000);
    await ejected();
  });

  const rolled = [['by Istio', []], ['by Pods alone', ['router']], ['for workers that nobody calls', ['router', 'service']]] as const;
  it.each(controller === 'with' ? rolled.slice(0, 1) : rolled)('fills stable up before the canary goes, rolling %s', async (_, without) => {
    if (without.length > 0) excused = ['past the split'];
    await begin({ strategy: { rolling: { batches: ['50%', '100%'], between: [{ pause: {} }] } } }, without);
    await untilPaused();
    expect([...readyPods(driver, namespace).values()]).toEqual([2, 2]);
    await ejected();
  });

  it('ends a Job and takes away what people said', async () => {
    const jobs = (): Job[] => driver.objects(resources.jobs, namespace);
    await begin({ strategy: { canary: { steps: [{ approve: {} }, { job: { template: jobTemplate, timeout: '1h' } }, { weight: 50 }], preview: { path: '/next' } } } });
    await driver.until('it waits', async () => (await message()).includes('serin approve web-1'));
    const { metadata } = await driver.run(() => driver.client.get(serinResources.releases, { namespace, name: 'web-1' }));
    const spec = { release: 'web-1', releaseUid: metadata.uid ?? '', step: 1, approved: true, user: 'admin' };
    await driver.run(() => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'go', namespace }, spec }));
    await driver.until('the Job runs', () => jobs().some(({ status }) => (status?.active ?? 0) > 0));
    const out = await ejected();
    expect(out).toContain('Approval go is deleted.');
    if (controller === 'without') expect(out).toMatch(/Job \S+ loses its finalizer\.\nJob \S+ is deleted\.\nApproval go/);
    expect(driver.objects(resources.pods, namespace)).toHaveLength(4);
  });

  it('leaves a first version that is put through its checks alone', async () => {
    excused = ['past the split'];
    driver.gate = async () => ({ status: 503, text: 'not yet' });
    await begin({ judgeFirst: true, strategy: { canary: { steps: [{ gate: { url: 'http://gate.test/', timeout: '10m', interval: '5s' } }, { weight: 50 }] } } });
    await driver.until('it waits', async () => (await getRelease(driver))?.status?.step.called ?? false);
    const pods = (): unknown => driver.objects(resources.pods, namespace).map(({ metadata }) => metadata.uid).sort();
    const there = pods();
    if (controller === 'without') await driver.killController();
    // As it is kept where no admission policy pauses it in time.
    await driver.run(() => driver.client.patch(resources.deployments, { namespace, name: 'web' }, { kind: 'merge', body: { spec: { paused: true } } }));
    const out = await ejected();
    expect(pods()).toEqual(there);
    expect(out).not.toMatch(/ReplicaSet|Service/);
  });
});
