import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { HOTFIX_ANNOTATION, RETRY_ANNOTATION } from '../../src/model/resources.js';
import { Driver, resources, serinResources, type DriverOptions } from './driver.js';
import { deployment, getRelease, namespace, patchRelease, policy, service, setImage, settle, untilPhase, virtualService, web } from './program.js';

describe('a policy at rest', () => {
  let driver: Driver;
  const begin = async (options: DriverOptions = {}): Promise<void> => {
    driver = new Driver({ seed: 80, ...options });
    await driver.start();
  };
  const present = (name = 'web', where = namespace): ReleasePolicy | undefined => driver.object(serinResources.releasePolicies, { namespace: where, name });
  const annotate = (annotations: Record<string, string | null>) => driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { metadata: { annotations } } }));
  const policyIs = (phase: string) => driver.until(`the policy is ${phase}`, () => present()?.status?.phase === phase);
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  describe('alone', () => {
    beforeEach(() => begin());

    it('tries a version again that was taken back, when somebody asks for it', async () => {
      await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
      await setImage(driver, 'web:v2');
      await untilPhase(driver, ['Progressing']);
      await patchRelease(driver, 'web-1', { abort: true });
      await untilPhase(driver, ['Aborted']);
      await policyIs('Holding');
      await annotate({ [RETRY_ANNOTATION]: 'another release' });
      await driver.pass(5);
      expect(present()?.status?.phase).toBe('Holding');
      await annotate({ [RETRY_ANNOTATION]: 'web-1' });
      await untilPhase(driver, ['Progressing'], 'web-2');
      await patchRelease(driver, 'web-2', { advanceTo: 2 });
      await untilPhase(driver, ['Completed'], 'web-2');
    });

    it('lets a hotfix out without judging it, once, with the reason on record', async () => {
      await settle(driver, { policy: policy([{ weight: 10 }, { analyze: { for: '1h' } }, { pause: {} }]) });
      await annotate({ [HOTFIX_ANNOTATION]: 'CVE-2026-1' });
      driver.traffic.failing.canary = 0.5;
      await setImage(driver, 'web:v2');
      const { spec } = await untilPhase(driver, ['Completed']);
      expect(spec.hotfix).toBe('CVE-2026-1');
      expect(spec.plan.steps).toEqual([{ kind: 'promote' }]);
      expect(present()?.metadata.annotations?.[HOTFIX_ANNOTATION]).toBeUndefined();
      await policyIs('Resting');
      await setImage(driver, 'web:v3');
      const next = await untilPhase(driver, ['Progressing'], 'web-2');
      expect(next.spec.hotfix).toBeUndefined();
      expect(next.spec.plan.steps).toHaveLength(4);
    });

    describe('that judges the first version', () => {
      const judging = (): ReleasePolicy => ({ ...policy([{ weight: 10 }, { analyze: { for: '10s', minimumRequests: 0 } }, { gate: { url: 'http://gate.test/', timeout: '1m', interval: '5s' } }]), spec: { ...policy([{ weight: 10 }, { analyze: { for: '10s', minimumRequests: 0 } }, { gate: { url: 'http://gate.test/', timeout: '1m', interval: '5s' } }]).spec, judgeFirst: true } });

      it('calls it stable when it passed the checks', async () => {
        await settle(driver, { policy: judging() });
        const first = await getRelease(driver);
        expect(first?.status?.phase).toBe('Completed');
        expect(first?.spec.plan.steps.map(({ kind }) => kind)).toEqual(['analyze', 'gate', 'promote']);
        expect(driver.objects(resources.replicaSets, namespace)).toHaveLength(1);
        await setImage(driver, 'web:v2');
        await untilPhase(driver, ['Completed'], 'web-2');
      });

      it('leaves it to run but does not call it stable when it did not, and judges the next one', async () => {
        driver.gate = async () => ({ status: 403, text: 'no' });
        await driver.run(async () => {
          await driver.client.create(resources.services, service);
          await driver.client.create(resources.virtualServices, virtualService);
          await driver.client.create(resources.deployments, deployment('web:v1'));
          await driver.client.create(serinResources.releasePolicies, judging());
        });
        await untilPhase(driver, ['Aborted']);
        await policyIs('Holding');
        expect(present()?.status?.stable).toBeUndefined();
        expect(driver.object(resources.deployments, web)?.status?.readyReplicas).toBe(4);
        driver.gate = async () => ({ status: 200, text: '' });
        await setImage(driver, 'web:v2');
        await untilPhase(driver, ['Completed'], 'web-2');
        await policyIs('Resting');
      });
    });

    it('keeps no more records than it should, and never one whose version runs', async () => {
      const short = policy([{ weight: 100 }]);
      await settle(driver, { policy: { ...short, spec: { ...short.spec, historyLimit: 2 } } });
      for (let number = 1; number <= 4; number++) {
        await setImage(driver, `web:v${number + 1}`);
        await untilPhase(driver, ['Completed'], `web-${number}`);
        await policyIs('Resting');
      }
      await driver.until('old records are gone', () => driver.objects(serinResources.releases, namespace).length === 2);
      expect(driver.objects(serinResources.releases, namespace).map(({ metadata }) => metadata.name).sort()).toEqual(['web-3', 'web-4']);
    });

    it('takes a changed ConfigMap for a new version, and a change back for the old one', async () => {
      const config = (value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace }, data: { value } });
      await driver.run(() => driver.client.create(resources.configMaps, config('one')));
      const base = deployment('web:v1');
      const watching = { ...policy([{ weight: 10 }, { pause: {} }]), spec: { ...policy([{ weight: 10 }, { pause: {} }]).spec, watchConfig: true } };
      const [container] = base.spec.template.spec?.containers ?? [];
      const template = { ...base.spec.template, spec: { containers: [{ name: 'web', ...container, envFrom: [{ configMapRef: { name: 'settings' } }] }] } };
      await driver.run(async () => {
        await driver.client.create(resources.services, service);
        await driver.client.create(resources.virtualServices, virtualService);
        await driver.client.create(resources.deployments, { ...base, spec: { ...base.spec, template } });
        await driver.client.create(serinResources.releasePolicies, watching);
      });
      await driver.until('the policy rests', () => present()?.status?.phase === 'Resting' && present()?.status?.config !== undefined);
      await driver.pass(30);
      expect(await getRelease(driver)).toBeUndefined();

      await driver.run(() => driver.client.patch(resources.configMaps, { namespace, name: 'settings' }, { kind: 'merge', body: { data: { value: 'two' } } }));
      await untilPhase(driver, ['Progressing']);
      await patchRelease(driver, 'web-1', { abort: true });
      await untilPhase(driver, ['Aborted']);
      await driver.run(() => driver.client.patch(resources.configMaps, { namespace, name: 'settings' }, { kind: 'merge', body: { data: { value: 'one' } } }));
      await policyIs('Resting');

      await driver.run(() => driver.client.patch(resources.configMaps, { namespace, name: 'settings' }, { kind: 'merge', body: { data: { value: 'three' } } }));
      await driver.until('a second release', async () => (await getRelease(driver, 'web-2')) !== undefined);
      await untilPhase(driver, ['Progressing'], 'web-2');
      await patchRelease(driver, 'web-2', { advanceTo: 2 });
      await untilPhase(driver, ['Completed'], 'web-2');
      await policyIs('Resting');
      await driver.pass(30);
      expect(await getRelease(driver, 'web-3')).toBeUndefined();
    });
  });

  describe('beside others', () => {
    /** A program of its own name, released by Pod count. */
    async function program(name: string, where: string): Promise<void> {
      const labels = { app: name };
      const base = deployment(`${name}:v1`, 1);
      await driver.run(async () => {
        await driver.client.create(resources.deployments, { ...base, metadata: { name, namespace: where }, spec: { ...base.spec, selector: { matchLabels: labels }, template: { ...base.spec.template, metadata: { name: '', labels } } } });
        const { service: _, router: __, ...spec } = policy([{ weight: 50 }, { pause: {} }]).spec;
        await driver.client.create(serinResources.releasePolicies, { ...policy(), metadata: { name, namespace: where }, spec: { ...spec, workload: { deployment: name } } });
      });
      await driver.until(`${where}/${name} rests`, () => present(name, where)?.status?.phase === 'Resting');
      await driver.until('adopted', () => driver.object(resources.deployments, { namespace: where, name })?.metadata.labels?.['serin.dev/policy'] === name);
    }
    const change = (name: string, where: string, image = `${name}:v2`) => driver.run(() => driver.client.patch(resources.deployments, { namespace: where, name }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } } }));
    const running = () => driver.objects(serinResources.releases).filter(({ status }) => status?.endedAt === undefined).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`).sort();
    const finish = (name: string, where: string) => driver.run(() => driver.client.patch(serinResources.releases, { namespace: where, name }, { kind: 'merge', body: { spec: { advanceTo: 2 } } }));

    it('waits for a free place; a namespace with fewer releases goes first', async () => {
      await begin({ limits: { cluster: 2, namespace: 2 } });
      await driver.run(() => driver.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' }, spec: {} }));
      for (const [name, where] of [['a', namespace], ['b', namespace], ['c', namespace], ['d', 'other']] as const) await program(name, where);
      for (const name of ['a', 'b', 'c']) {
        await change(name, namespace);
        await driver.pass(2);
      }
      await change('d', 'other');
      await driver.until('both wait', () => present('c')?.status?.queuedAt !== undefined && present('d', 'other')?.status?.queuedAt !== undefined);
      expect(running()).toEqual(['default/a-1', 'default/b-1']);
      expect(present('c')?.status?.message).toContain('2 releases are under way');
      await finish('a-1', namespace);
      await driver.until('d goes first', () => running().includes('other/d-1'));
      expect(running()).toEqual(['default/b-1', 'other/d-1']);
      await finish('b-1', namespace);
      await driver.until('then c', () => running().includes('default/c-1'));
      expect(present('c')?.status?.queuedAt).toBeUndefined();
    });

    it.each<[string, () => Promise<unknown>]>([
      ['wants its old version again', () => change('b', namespace, 'b:v1')],
      ['is deleted', () => driver.run(() => driver.client.delete(serinResources.releasePolicies, { namespace, name: 'b' }))],
    ])('moves up when one that waits before it %s', async (_, leave) => {
      await begin({ limits: { cluster: 1 } });
      await driver.run(() => driver.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' }, spec: {} }));
      for (const [name, where] of [['a', 'other'], ['b', namespace], ['c', 'other']] as const) await program(name, where);
      await change('a', 'other');
      await driver.until('a is under way', () => running().includes('other/a-1'));
      await change('b', namespace);
      await driver.until('b waits', () => present('b')?.status?.queuedAt !== undefined);
      await driver.pass(2);
      await change('c', 'other');
      await driver.until('c waits', () => present('c', 'other')?.status?.queuedAt !== undefined);
      expect(present('c', 'other')?.status?.message).toContain('1 wait before this one');
      await leave();
      await driver.until('c is next', () => present('c', 'other')?.status?.message?.includes('0 wait before this one') ?? false, 20);
      await finish('a-1', 'other');
      await driver.until('c starts', () => running().includes('other/c-1'), 60);
    });
  });
});
