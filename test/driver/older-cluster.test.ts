import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import { PAUSING_POLICY, pausingBinding, pausingPolicy } from '../../src/model/admission.js';
import type { PolicyStatus } from '../../src/model/release-policy.js';
import type { Transport } from '../../src/ports/transport.js';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, namespace, patchRelease, policy, service, setImage, settle, untilPhase, virtualService, web } from './program.js';
import { runEject } from '../../src/controller/eject/run-eject.js';

describe('a cluster without the admission policy that pauses', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver({ seed: 86 });
    await driver.start();
  });
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  const removePolicy = () =>
    driver.run(async () => {
      await driver.client.delete(resources.mutatingAdmissionPolicyBindings, { name: PAUSING_POLICY });
      await driver.client.delete(resources.mutatingAdmissionPolicies, { name: PAUSING_POLICY });
    });
  const addPolicy = () =>
    driver.run(async () => {
      await driver.client.create(resources.mutatingAdmissionPolicies, pausingPolicy);
      await driver.client.create(resources.mutatingAdmissionPolicyBindings, pausingBinding);
    });
  const program = (): Deployment | undefined => driver.object(resources.deployments, web);
  const status = (): PolicyStatus | undefined => driver.object(serinResources.releasePolicies, web)?.status;
  const rests = (paused: boolean) => driver.until(`the policy rests, ${paused ? 'paused' : 'not paused'}`, () => status()?.phase === 'Resting' && (program()?.spec.paused ?? false) === paused);
  const running = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { spec } of driver.objects(resources.pods, namespace)) counts[spec?.containers[0]?.image ?? ''] = (counts[spec?.containers[0]?.image ?? ''] ?? 0) + 1;
    return counts;
  };

  it('keeps the Deployment paused at rest, so that a new version is a release', async () => {
    await removePolicy();
    const phases: string[] = [];
    driver.onChange(({ stored: { object } }) => {
      if (object.kind === 'ReleasePolicy') phases.push(`${status()?.phase} ${program()?.spec.paused ?? false}`);
    });
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
    expect(phases).not.toContain('Resting false');
    expect(program()?.spec.paused).toBe(true);
    expect(status()?.message).toContain('stays paused');
    for (const [number, version] of [[1, 'v2'], [2, 'v3']] as const) {
      await setImage(driver, `web:${version}`);
      await untilPhase(driver, ['Progressing'], `web-${number}`);
      const steadies: boolean[] = [];
      driver.onChange(({ stored: { object } }) => void (object.kind === 'Deployment' && steadies.push((object as Deployment).spec.paused ?? false)));
      await patchRelease(driver, `web-${number}`, { advanceTo: 2 });
      await untilPhase(driver, ['Completed'], `web-${number}`);
      await rests(true);
      await driver.pass(20);
      expect(steadies).not.toContain(false);
      expect(running()).toEqual({ [`web:${version}`]: 4 });
    }
    expect(program()?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  it('scales at rest', async () => {
    await removePolicy();
    await settle(driver);
    await driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { spec: { replicas: 6 } } }));
    await driver.until('there are six Pods', () => running()['web:v1'] === 6);
    await rests(true);
  });

  it('takes a version back and stays paused until another one comes, or stable again', async () => {
    await removePolicy();
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Progressing']);
    await patchRelease(driver, 'web-1', { abort: true });
    await untilPhase(driver, ['Aborted']);
    await driver.until('it holds', () => status()?.phase === 'Holding');
    expect(program()?.spec.paused).toBe(true);
    await setImage(driver, 'web:v1');
    await rests(true);
    await driver.pass(5);
    expect(running()).toEqual({ 'web:v1': 4 });
  });

  it('lets it roll again when the admission policy comes and has settled, and pauses it when that goes', async () => {
    await removePolicy();
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
    await rests(true);
    await addPolicy();
    const before = driver.clock.now();
    await rests(false);
    expect(driver.clock.now() - before).toBeGreaterThanOrEqual(9_000);
    await removePolicy();
    await rests(true);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Progressing']);
    // It comes and goes in the middle as well.
    await addPolicy();
    await driver.pass(20);
    await removePolicy();
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
    await rests(true);
  });

  it('takes an admission policy that was made weaker, or is not bound everywhere, for none', async () => {
    await settle(driver);
    await rests(false);
    const patch = (spec: object) => driver.run(() => driver.client.patch(resources.mutatingAdmissionPolicies, { name: PAUSING_POLICY }, { kind: 'merge', body: { spec } }));
    await patch({ failurePolicy: 'Ignore' });
    await rests(true);
    await patch({ failurePolicy: 'Fail' });
    await rests(false);
    const bind = (matchResources: object | null) => driver.run(() => driver.client.patch(resources.mutatingAdmissionPolicyBindings, { name: PAUSING_POLICY }, { kind: 'merge', body: { spec: { matchResources } } }));
    await bind({ namespaceSelector: { matchLabels: { some: 'namespaces' } } });
    await rests(true);
    await bind(null);
    await rests(false);
  });

  it('a change that slips through is called stable once it has rolled out, and then paused', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
    await driver.killController();
    await removePolicy();
    await setImage(driver, 'web:v2');
    await driver.startController();
    await rests(true);
    expect(running()).toEqual({ 'web:v2': 4 });
    await setImage(driver, 'web:v3');
    await untilPhase(driver, ['Progressing']);
  });

  it('a version that comes while the Deployment is being adopted is released', async () => {
    await removePolicy();
    let changed: Promise<void> | undefined;
    driver.onChange(({ stored: { object } }) => {
      if (object.kind === 'Deployment' && (object as Deployment).spec.paused === true) changed ??= setImage(driver, 'web:v2');
    });
    await driver.run(async () => {
      await driver.client.create(resources.services, service);
      await driver.client.create(resources.virtualServices, virtualService);
      await driver.client.create(resources.deployments, deployment('web:v1'));
      await driver.client.create(serinResources.releasePolicies, policy([{ weight: 10 }, { pause: {} }]));
    });
    await untilPhase(driver, ['Progressing']);
    await changed;
    expect(running()).toEqual({ 'web:v1': 4, 'web:v2': 1 });
  });

  it('deleting the policy lets it roll again, and pauses one that was found paused', async () => {
    await removePolicy();
    await settle(driver);
    await driver.run(() => driver.client.delete(serinResources.releasePolicies, web));
    await driver.until('the policy is gone', () => driver.object(serinResources.releasePolicies, web) === undefined);
    expect(program()?.spec.paused ?? false).toBe(false);
    await driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { spec: { paused: true } } }));
    await driver.run(() => driver.client.create(serinResources.releasePolicies, policy()));
    await rests(true);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    await rests(true);
    await driver.run(() => driver.client.delete(serinResources.releasePolicies, web));
    await driver.until('the policy is gone', () => driver.object(serinResources.releasePolicies, web) === undefined);
    expect(program()?.spec.paused).toBe(true);
    expect(program()?.metadata.labels?.['serin.dev/policy']).toBeUndefined();
  });

  it('a policy that is refused does not keep it paused', async () => {
    await removePolicy();
    await settle(driver);
    await rests(true);
    await driver.run(() => driver.client.delete(resources.virtualServices, web));
    await driver.until('the policy is refused', () => status()?.phase === 'Refused');
    await driver.until('it is not paused', () => (program()?.spec.paused ?? false) === false);
    await driver.run(() => driver.client.create(resources.virtualServices, virtualService));
    await rests(true);
  });

  it.each([['with', true], ['without', false]])('eject puts pausing back, %s a controller', async (_, withController) => {
    await removePolicy();
    await settle(driver);
    if (!withController) await driver.killController();
    const ejected = await driver.run(() => runEject(web, { restoreTemplate: false }, { client: driver.client, clock: driver.clock, signal: new AbortController().signal, tell: () => undefined }));
    expect(ejected).not.toHaveProperty('refused');
    expect(program()?.spec.paused ?? false).toBe(false);
    expect(program()?.metadata.labels?.['serin.dev/policy']).toBeUndefined();
  });

  it.each([['with', true], ['without', false]])('eject leaves one paused that was found so, %s a controller', async (_, withController) => {
    await removePolicy();
    await driver.run(async () => {
      await driver.client.create(resources.services, service);
      await driver.client.create(resources.virtualServices, virtualService);
      await driver.client.create(resources.deployments, deployment('web:v1'));
    });
    await driver.until('it runs', () => program()?.status?.readyReplicas === 4);
    await driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { spec: { paused: true } } }));
    await driver.run(() => driver.client.create(serinResources.releasePolicies, policy()));
    await rests(true);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    await rests(true);
    if (!withController) await driver.killController();
    await driver.run(() => runEject(web, { restoreTemplate: false }, { client: driver.client, clock: driver.clock, signal: new AbortController().signal, tell: () => undefined }));
    expect(driver.object(serinResources.releasePolicies, web)).toBeUndefined();
    expect(program()?.spec.paused).toBe(true);
  });
});

it('a cluster that is taken back to a version without the kind, and forward again', async () => {
  let served = true;
  const hidden = /mutatingadmissionpolic/;
  const older = (inner: Transport): Transport => ({
    async request(request) {
      if (served) return inner.request(request);
      if (hidden.test(request.path)) return { status: 404, headers: {}, body: '404 page not found' };
      const answer = await inner.request(request);
      return request.path === '/apis/admissionregistration.k8s.io/v1' ? { ...answer, body: answer.body.replaceAll('mutatingadmissionpolicies', 'others').replaceAll('mutatingadmissionpolicybindings', 'others') } : answer;
    },
    stream: (request) => (!served && hidden.test(request.path) ? Promise.resolve({ status: 404, headers: {}, chunks: (async function* () { yield* ['404 page not found']; })() }) : inner.stream(request)),
  });
  const driver = new Driver({ seed: 87, controllerTransport: older });
  await driver.start();
  const paused = (): boolean => driver.object(resources.deployments, web)?.spec.paused ?? false;
  await settle(driver);
  await driver.pass(5);
  expect(paused()).toBe(false);
  served = false;
  await driver.until('the Deployment is paused', paused, 900);
  await driver.pass(60);
  expect(paused()).toBe(true);
  served = true;
  await driver.until('the Deployment is not paused', () => !paused());
  expect(driver.errors).toEqual([]);
  await driver.stop();
});
