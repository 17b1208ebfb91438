import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GateQuestion } from '../../src/controller/gates.js';
import type { Job } from '../../src/kubernetes/generated/batch-v1.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import { API_VERSION } from '../../src/model/resources.js';
import type { Approval } from '../../src/model/approval.js';
import { Driver, resources, serinResources } from './driver.js';
import { getRelease, namespace, patchRelease, policy, setImage, settle, untilPhase } from './program.js';

const template = { spec: { template: { spec: { containers: [{ name: 'test', image: 'test:v1' }] } } } };

describe('steps that ask somebody else', () => {
  let driver: Driver;
  const release = async (): Promise<NonNullable<Awaited<ReturnType<typeof getRelease>>>> => {
    const found = await getRelease(driver);
    if (!found) throw new Error('no release');
    return found;
  };
  const start = async (...steps: CanaryStep[]): Promise<void> => {
    await settle(driver, { policy: policy(steps) });
    await setImage(driver, 'web:v2');
  };
  const jobs = (): Job[] => driver.objects(resources.jobs, namespace);
  beforeEach(async () => {
    driver = new Driver({ seed: 78 });
    await driver.start();
  });
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  describe('a Job', () => {
    const pods = () => driver.objects(resources.pods, namespace).filter(({ metadata }) => metadata.labels?.['batch.kubernetes.io/job-name'] !== undefined);
    const runs = () => driver.until('the Job runs', () => pods().some(({ status }) => status?.phase === 'Running'));
    /** Lets the Job's container end with this code. */
    const finish = async (exitCode: number): Promise<void> => {
      await runs();
      const [pod] = pods();
      const time = new Date(driver.clock.now()).toISOString();
      const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: time, startedAt: time };
      const status = { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [{ name: 'test', image: 'test:v1', imageID: '', ready: false, restartCount: 0, state: { terminated } }] };
      await driver.run(() => driver.client.patch(resources.pods, { namespace, name: pod?.metadata.name ?? '' }, { kind: 'merge', body: { status } }, { subresource: 'status' }));
    };

    it('runs before the canary gets traffic, once, and lets the release go on', async () => {
      await start({ job: { template, timeout: '5m' } }, { weight: 50 });
      await driver.until('the Job', () => jobs().length === 1);
      expect((await release()).status?.shares?.accepted).toEqual({ stable: 1000, canary: 0 });
      expect(jobs()[0]?.spec?.template.spec?.containers[0]?.env).toContainEqual({ name: 'SERIN_CANARY_HASH', value: (await release()).spec.canary.hash });
      await driver.killController();
      await driver.startController();
      await driver.pass(5);
      expect(jobs()).toHaveLength(1);
      await finish(0);
      await untilPhase(driver, ['Completed']);
      expect((await release()).status?.log?.map(({ code }) => code)).toContain('JobSucceeded');
      expect(jobs()[0]?.metadata.finalizers ?? []).toEqual([]);
    });

    it('that fails takes the canary back before any user met it', async () => {
      await start({ job: { template, timeout: '5m' } }, { weight: 50 });
      await driver.until('the Job', () => jobs().length === 1);
      await finish(1);
      const { status } = await untilPhase(driver, ['Aborted']);
      expect(status?.abortReason).toBe('JobFailed');
      expect(status?.log?.find(({ code }) => code === 'Aborting')?.arguments['detail']).toBe('Job has reached the specified backoff limit');
      expect(status?.evidence?.canary.requests).toBe(0);
    });

    it('that somebody deletes is not run again', async () => {
      const seen = new Set<string>();
      driver.onTick(() => jobs().forEach(({ metadata }) => seen.add(metadata.uid ?? '')));
      await start({ job: { template, timeout: '5m' } }, { weight: 50 });
      await driver.until('the Job', () => jobs().length === 1);
      await driver.run(() => driver.client.delete(resources.jobs, { namespace, name: jobs()[0]?.metadata.name ?? '' }));
      const { status } = await untilPhase(driver, ['Aborted']);
      expect(status?.log?.find(({ code }) => code === 'Aborting')?.arguments['detail']).toBe('somebody deleted it');
      await driver.pass(5);
      expect(seen.size).toBe(1);
      expect(jobs()).toEqual([]);
    });

    it('of the same name that another release left is no answer', async () => {
      const left: Job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'web-1-step-1', namespace, labels: { 'serin.dev/release': 'web-1' } }, spec: { template: { spec: { ...template.spec.template.spec, restartPolicy: 'Never' } } } };
      await settle(driver, { policy: policy([{ job: { template, timeout: '5m' } }, { weight: 50 }]) });
      await driver.run(() => driver.client.create(resources.jobs, left));
      await finish(0);
      await setImage(driver, 'web:v2');
      await untilPhase(driver, ['Progressing']);
      await driver.pass(15);
      expect((await release()).status?.step.index).toBe(0);
      await driver.run(() => driver.client.delete(resources.jobs, { namespace, name: 'web-1-step-1' }, { propagationPolicy: 'Background' }));
      await driver.until('its own Job', () => jobs()[0]?.metadata.ownerReferences?.[0]?.kind === 'Release');
      await finish(0);
      await untilPhase(driver, ['Completed']);
    });

    it('that takes too long is ended', async () => {
      await start({ job: { template, timeout: '20s' } }, { weight: 50 });
      const { status } = await untilPhase(driver, ['Aborted']);
      expect(status?.abortReason).toBe('JobFailed');
      await driver.pass(3);
      expect(pods().filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([]);
    });
  });

  describe('a gate', () => {
    it('is left to whoever leads, and asked again by one who leads again', async () => {
      let asked = 0;
      driver.gate = async () => (asked++, { status: 503, text: '' });
      await driver.killController();
      const member = await driver.startController();
      await start({ gate: { url: 'http://gate.test/', timeout: '10m', interval: '5s' } }, { weight: 50 });
      await driver.until('it is asked', () => asked > 0);
      member.leads = false;
      await driver.pass(11);
      const before = asked;
      await driver.pass(30);
      expect(asked).toBe(before);
      member.leads = true;
      member.controller.lookAtEverything();
      await driver.until('it is asked again', () => asked > before, 10);
    });

    it('is asked with the same key until it agrees', async () => {
      const asked: GateQuestion[] = [];
      driver.gate = async (question) => {
        asked.push(question);
        return asked.length < 3 ? { status: 503, text: 'not yet' } : { status: 204, text: '' };
      };
      await start({ gate: { url: 'http://gate.test/may-go', timeout: '5m', interval: '10s' } }, { weight: 50 });
      await driver.until('the first answer', async () => (await release()).status?.message?.includes('status 503: not yet') ?? false);
      await driver.killController();
      await driver.startController();
      await untilPhase(driver, ['Completed']);
      expect(asked.length).toBeGreaterThanOrEqual(3);
      expect(new Set(asked.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      expect(asked[0]?.body).toMatchObject({ release: 'web-1', step: 1, canary: { images: 'web:v2' } });
    });

    it.each([
      ['refuses', { status: 403, text: 'freeze' }, 'GateRefused', 'status 403: freeze'],
      ['never answers well', { status: 500, text: 'oops' }, 'GateUnanswered', 'status 500: oops'],
    ])('that %s takes the canary back', async (_, answer, reason, detail) => {
      driver.gate = async () => answer;
      await start({ gate: { url: 'http://gate.test/', timeout: '30s', interval: '5s' } }, { weight: 50 });
      const { status } = await untilPhase(driver, ['Aborted']);
      expect(status?.abortReason).toBe(reason);
      expect(status?.log?.find(({ code }) => code === 'Aborting')?.arguments['detail']).toBe(detail);
    });

    it('is never skipped', async () => {
      driver.gate = async () => ({ status: 503, text: '' });
      await start({ gate: { url: 'http://gate.test/', timeout: '10m', interval: '5s' } }, { weight: 50 });
      await driver.until('it is asked', async () => (await release()).status?.step.called ?? false);
      await patchRelease(driver, 'web-1', { advanceTo: 3 });
      await driver.pass(30);
      expect((await release()).status?.step.index).toBe(0);
    });
  });

  describe('an approval', () => {
    const say = async (approved: boolean, change: Partial<Approval['spec']> = {}): Promise<void> => {
      const { metadata } = await release();
      const spec = { release: 'web-1', releaseUid: metadata.uid ?? '', step: 1, approved, user: await caller(), ...change };
      await driver.run(() => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { generateName: 'web-1-', namespace, name: '' }, spec }));
    };
    // Whoever the test is; the API server tells when somebody speaks for another.
    const caller = async (): Promise<string> => {
      const error = await driver
        .run(() => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'probe', namespace }, spec: { release: 'x', releaseUid: 'x', step: 1, approved: true, user: 'nobody at all' } }))
        .then(() => '', (refusal: unknown) => String(refusal));
      return /spec\.user must be (\S+)/.exec(error)?.[1] ?? '';
    };

    it('lets a release go on when enough people gave it, and nobody speaks for another', async () => {
      expect(await caller()).not.toBe('');
      await start({ approve: {} }, { weight: 50 });
      await driver.until('it waits', async () => (await release()).status?.message?.includes('serin approve web-1') ?? false);
      await patchRelease(driver, 'web-1', { advanceTo: 3 });
      await driver.pass(5);
      expect((await release()).status?.step.index).toBe(0);
      await say(true, { step: 2 });
      await say(true, { releaseUid: 'another life' });
      await driver.pass(5);
      expect((await release()).status?.step.index).toBe(0);
      await say(true);
      await untilPhase(driver, ['Completed']);
      expect((await release()).status?.log?.find(({ code }) => code === 'Approved')?.arguments['users']).toBe(await caller());
    });

    it('of one who may not, or twice of the same, does not count', async () => {
      await start({ approve: { count: 2, users: ['ana', await caller()] } }, { weight: 50 });
      await driver.until('it waits', async () => (await release()).status?.message?.includes('0 of 2') ?? false);
      await say(true);
      await say(true);
      await driver.until('one counts', async () => (await release()).status?.message?.includes('1 of 2') ?? false);
      await driver.pass(10);
      expect((await release()).status?.step.index).toBe(0);
    });

    it('that is refused takes the canary back', async () => {
      await start({ approve: {} }, { weight: 50 });
      await driver.until('it waits', async () => (await release()).status?.message?.includes('serin approve web-1') ?? false);
      await say(false, { comment: 'the logo is wrong' });
      const { status } = await untilPhase(driver, ['Aborted']);
      expect(status?.abortReason).toBe('ApprovalRefused');
      expect(status?.log?.find(({ code }) => code === 'Aborting')?.arguments['comment']).toBe(': the logo is wrong');
    });

    it('counts only where the API server vouches for who gave it', async () => {
      await start({ approve: {} }, { weight: 50 });
      await driver.until('it waits', async () => (await release()).status?.message?.includes('serin approve web-1') ?? false);
      await driver.run(() => driver.client.delete(resources.validatingAdmissionPolicyBindings, { name: 'serin-approvals-are-their-authors' }));
      await say(true, { user: 'anybody' });
      await driver.pass(10);
      expect((await release()).status?.step.index).toBe(0);
    });
  });
});
