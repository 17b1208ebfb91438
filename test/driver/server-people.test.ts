import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startImages } from '../../src/images/start-images.js';
import { userRoles } from '../../src/installation/parts/access.js';
import type { Release } from '../../src/model/release.js';
import { API_VERSION } from '../../src/model/resources.js';
import { identityOfClient } from '../../src/server/access/reviews.js';
import type { ReleaseActionAnswer } from '../../src/server/schemas/actions.js';
import type { ApprovalItem } from '../../src/server/schemas/approvals.js';
import type { ReleaseDetail } from '../../src/server/schemas/release-detail.js';
import type { ReleaseSummary } from '../../src/server/schemas/release-summary.js';
import { AskedApi, type Question, type Told } from './asked-api.js';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, namespace, policy, setImage, settle, untilPhase, web } from './program.js';

const rulesOf = (...names: readonly string[]) => userRoles.filter(({ name }) => names.includes(name)).flatMap(({ rules }) => rules);
const workloads = [{ apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: ['get', 'list', 'patch'] }];
const place = (name: string): string => `/api/v1/namespaces/${namespace}/releases/${name}`;
/** Steps from 0: pause, approval, second pause. */
const [PAUSE, APPROVAL, SECOND] = [1, 2, 4];
const steps = [{ weight: 20 }, { pause: {} }, { approve: { count: 1 } }, { weight: 50 }, { pause: {} }];

/** Ann and Cara may do everything to releases, Bob looks on. */
describe('several people, the API and a controller', () => {
  let driver: Driver;
  let api: AskedApi;
  let versions = 1;
  beforeAll(async () => {
    driver = new Driver({ seed: 72, loops: [startImages] });
    await driver.start();
    const all = [...rulesOf('serin-releaser', 'serin-approver'), ...workloads];
    api = await AskedApi.start(driver, await driver.run(() => identityOfClient(driver.client)), { ann: all, cara: all, bob: rulesOf('serin-viewer') });
    await settle(driver, { replicas: 2, policy: policy(steps) });
  });
  afterAll(async () => {
    await driver.run(async () => api.module.stop?.());
    await driver.stop();
  });

  const detail = async (name: string): Promise<ReleaseDetail> => (await api.ask<ReleaseDetail>('GET', place(name))).body;
  const deedsOf = async (name: string): Promise<string[]> => (await detail(name)).deeds.map(({ user, what }) => `${user} ${what}`);
  const doing = (name: string, verb: string, body: object): Question => ['POST', `${place(name)}/actions/${verb}`, body];
  const act = (user: string, ...deed: Parameters<typeof doing>): Promise<Told<ReleaseActionAnswer>> => api.as(user).ask(...doing(...deed));
  const statusOf = (name: string): Release['status'] => driver.object(serinResources.releases, { namespace, name })?.status;
  const atStep = (name: string, index: number): Promise<void> => driver.until(`${name} is at step ${index}`, async () => {
    const status = statusOf(name);
    return status?.phase === 'Progressing' && status.step.index === index && status.message?.startsWith('Waits for the router') === false && (await detail(name)).step.index === index;
  });
  /** A release of another version, at its first pause or beyond. */
  async function release(name: string, step = PAUSE): Promise<string> {
    await setImage(driver, `web:v${++versions}`);
    await driver.until(`${name} is there`, () => statusOf(name) !== undefined);
    await atStep(name, PAUSE);
    const { uid } = await detail(name);
    if (step === PAUSE) return uid;
    expect(await act('ann', name, 'resume', { uid, step: PAUSE + 1 })).toMatchObject({ status: 200 });
    await atStep(name, step);
    return uid;
  }

  it('[S3-11] pause a release and let it go on, once each', async () => {
    const uid = await release('web-1');
    expect(await act('ann', 'web-1', 'pause', { uid, comment: 'lunch' })).toMatchObject({ status: 200, body: { done: 'Release web-1 is paused.', doneZh: '发布 web-1 已暂停。' } });
    expect(await act('cara', 'web-1', 'pause', { uid })).toEqual({ status: 409, body: 'Release web-1 is paused already.' });
    await driver.until('it is told', async () => (await detail('web-1')).paused);
    // What the plan waits for is not all that holds it: nobody's word but a resumption lets it go on.
    await driver.pass(30);
    expect(await detail('web-1')).toMatchObject({ paused: true, step: { index: PAUSE }, share: 200, outcome: 'running' });
    expect(await act('cara', 'web-1', 'resume', { uid, step: APPROVAL + 1 })).toMatchObject({ status: 409, body: expect.stringContaining('is at step 2 of 6 by now, not at step 3') as string });
    expect(await act('cara', 'web-1', 'resume', { uid, step: PAUSE + 1 })).toMatchObject({ status: 200, body: { done: 'Release web-1 goes on.' } });
    await atStep('web-1', APPROVAL);
    expect(await detail('web-1')).toMatchObject({ paused: false });
    expect(await deedsOf('web-1')).toEqual(['cara resumed it', 'ann paused it: lunch']);
    expect(await act('ann', 'web-1', 'resume', { uid })).toMatchObject({ status: 409, body: expect.stringMatching(/^Release web-1 is not paused: Waits for approval/) as string });
  });

  it('[S3-11] list what waits for them, or for anyone', async () => {
    const listed = async (user: string, waiting: string): Promise<[string, boolean][]> => (await api.as(user).ask<{ items: ReleaseSummary[] }>('GET', `/api/v1/releases?waiting=${waiting}`)).body.items.map(({ name, waitsForMe }) => [name, waitsForMe]);
    expect(await listed('ann', 'me')).toEqual([['web-1', true]]);
    expect(await listed('bob', 'me')).toEqual([]);
    expect(await listed('bob', 'anyone')).toEqual([['web-1', false]]);
    expect((await api.ask('GET', '/api/v1/releases?waiting=nobody')).status).toBe(400);
  });

  it('[S3-18] reject a release with the reason, and it is taken back', async () => {
    const { uid, seen } = await detail('web-1');
    expect(await act('bob', 'web-1', 'reject', { uid, comment: 'not mine to say' })).toMatchObject({ status: 403, body: expect.stringMatching(/^bob may not create Approvals in namespace default\./) as string });
    expect(driver.objects(serinResources.approvals)).toEqual([]);
    expect(await act('cara', 'web-1', 'reject', { uid, seen, comment: 'checkout looks wrong' })).toMatchObject({ status: 200, body: { done: 'Step 3 of release web-1 is rejected by cara.', doneZh: '发布 web-1 的第 3 步已由 cara 拒绝。', next: 'The canary is taken back.' } });
    expect((await untilPhase(driver, ['Completed', 'Aborted'])).status).toMatchObject({ phase: 'Aborted', abortReason: 'ApprovalRefused' });
    await driver.until('it is told', async () => (await detail('web-1')).outcome === 'aborted');
    expect((await detail('web-1')).approvals).toMatchObject([{ approved: false, user: 'cara', comment: 'checkout looks wrong', counts: true }]);
    expect((await deedsOf('web-1'))[0]).toBe('cara rejected step 3: checkout looks wrong');
    expect(await act('ann', 'web-1', 'approve', { uid, seen })).toMatchObject({ status: 409, body: expect.stringMatching(/^Release web-1 has ended \(Aborted\)/) as string });
    expect((await api.as('ann').ask<{ items: unknown[] }>('GET', '/api/v1/releases?waiting=anyone')).body.items).toEqual([]);
  });

  it('[S3-11] two at once, abort against promote: whoever comes first, it is taken back, and the record names who was heard', async () => {
    for (const [name, order] of [['web-2', ['abort', 'promote']], ['web-3', ['promote', 'abort']]] as const) {
      const uid = await release(name);
      const people = { abort: 'ann', promote: 'cara' } as const;
      const bodies = { abort: { uid, comment: 'errors' }, promote: { uid, step: PAUSE + 1 } };
      const told = await api.askTogether<ReleaseActionAnswer | string>(...order.map((verb) => [people[verb], doing(name, verb, bodies[verb])] as const));
      const [abort, promote] = (['abort', 'promote'] as const).map((verb) => told[order.indexOf(verb)]);
      expect(abort).toMatchObject({ status: 200, body: { done: `Release ${name} is taken back.` } });
      // Who promotes first may; behind an abort there is nothing to promote.
      if (promote?.status !== 200) expect(promote).toEqual({ status: 409, body: `Release ${name} is being taken back; that cannot be changed any more.` });
      expect((await untilPhase(driver, ['Completed', 'Aborted'], name)).status).toMatchObject({ phase: 'Aborted', abortReason: 'AbortedByUser' });
      expect((await deedsOf(name)).sort()).toEqual(['ann aborted it: errors', ...(promote?.status === 200 ? ['cara went on to the next step'] : [])]);
    }
  });

  it('[S3-18] two at once, approve against reject: one of them stands, each is told which, and both are on record', async () => {
    for (const [name, order] of [['web-4', ['approve', 'reject']], ['web-5', ['reject', 'approve']]] as const) {
      const uid = await release(name, APPROVAL);
      const { seen } = await detail(name);
      const people = { approve: 'ann', reject: 'cara' } as const;
      const told = await api.askTogether(...order.map((verb) => [people[verb], doing(name, verb, { uid, step: APPROVAL + 1, seen, comment: `${verb}: my word` })] as const));
      const [approve, reject] = (['approve', 'reject'] as const).map((verb) => told[order.indexOf(verb)]);
      expect([200, 409]).toContain(approve?.status);
      if (reject?.status === 200) {
        expect((await untilPhase(driver, ['Completed', 'Aborted'], name)).status).toMatchObject({ phase: 'Aborted', abortReason: 'ApprovalRefused' });
      } else {
        expect(reject).toEqual({ status: 409, body: `Release ${name} went on before your word was heard: somebody approved it. Take it back with an abort instead.` });
        await atStep(name, SECOND);
        expect(await act('cara', name, 'abort', { uid })).toMatchObject({ status: 200 });
        await untilPhase(driver, ['Aborted'], name);
      }
      await driver.until('it is told', async () => (await detail(name)).outcome === 'aborted');
      expect((await deedsOf(name)).filter((deed) => deed.includes('my word')).sort()).toEqual([...(approve?.status === 200 ? ['ann approved step 3: approve: my word'] : []), 'cara rejected step 3: reject: my word']);
    }
  });

  it('[S3-11] promote to the end, past pauses and never past an approval', async () => {
    const uid = await release('web-6');
    expect(await act('ann', 'web-6', 'promoteFull', { uid })).toMatchObject({ status: 200, body: { done: 'Release web-6 goes through its remaining steps without waiting for pauses and analyses.', next: expect.stringMatching(/^Never skipped: step 3, /) as string } });
    await atStep('web-6', APPROVAL);
    await driver.pass(30);
    const { seen, share, step } = await detail('web-6');
    expect([share, step.index]).toEqual([200, APPROVAL]);
    expect(await act('cara', 'web-6', 'approve', { uid, seen })).toMatchObject({ status: 200 });
    // The second pause is behind it already.
    expect((await untilPhase(driver, ['Completed', 'Aborted'], 'web-6')).status?.phase).toBe('Completed');
    expect(statusOf('web-6')?.log?.map(({ arguments: { step: passed } }) => Number(passed ?? 0)).includes(SECOND + 1)).toBe(true);
    expect(await deedsOf('web-6')).toEqual(['cara approved step 3', 'ann went on through all steps']);
  });

  it('[S1-20] go back after the end: the Deployment asks for the old version again, once, and the record says who', async () => {
    const { uid, actions } = await detail('web-6');
    const back = actions.find(({ verb }) => verb === 'rollback');
    const before = driver.object(serinResources.releases, { namespace, name: 'web-6' })?.spec.stable.replicaSet ?? '';
    expect(back).toMatchObject({ allowed: true, to: before, consequence: expect.stringMatching(`^Users go back to ${before}`) as string });
    const aborted = await detail('web-5');
    expect(await act('ann', 'web-5', 'rollback', { uid: aborted.uid })).toEqual({ status: 409, body: 'Release web-5 is not the last one of policy web: go back from the last one.' });
    // Beside the first one, and after it while its release has not begun: who comes second would go back from what the first one asked for.
    const pausePolicy = (paused: boolean): Promise<unknown> => driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { paused } } }));
    await pausePolicy(true);
    const [first, second] = await api.askTogether<ReleaseActionAnswer>(['ann', doing('web-6', 'rollback', { uid, to: before })], ['cara', doing('web-6', 'rollback', { uid })]);
    expect(first).toMatchObject({ status: 200, body: { done: expect.stringMatching(`^The workload asks for ${before} again instead of web-`) as string, next: 'A release leads there. No Pod of it runs, so they start first, and the release takes the steps of the policy.', nextZh: '将通过一次发布实现。没有其 Pod 在运行，因此先启动 Pod，并按策略的步骤发布。' } });
    expect(second).toMatchObject({ status: 409, body: expect.stringMatching(/^Going back from release web-6 leads to web-\w+ by now, not to web-\w+: look at it anew\.$/) as string });
    expect(await act('cara', 'web-6', 'rollback', { uid, to: before })).toEqual({ status: 409, body: `Going back from release web-6 leads to ${driver.object(serinResources.releases, { namespace, name: 'web-6' })?.spec.canary.replicaSet ?? ''} by now, not to ${before}: look at it anew.` });
    expect(driver.object(resources.deployments, web)?.spec?.template.spec?.containers).toMatchObject([{ image: 'web:v1' }]);
    await pausePolicy(false);
    await driver.until('a release leads there', () => statusOf('web-7') !== undefined);
    const seven = driver.object(serinResources.releases, { namespace, name: 'web-7' });
    expect([seven?.spec.canary.replicaSet, seven?.spec.hotfix]).toEqual([before, undefined]);
    expect((await deedsOf('web-6'))[0]).toBe('ann went back to the version before');
    expect(await act('cara', 'web-6', 'rollback', { uid, to: before })).toMatchObject({ status: 409 });
    expect(await act('cara', 'web-7', 'rollback', { uid: seven?.metadata.uid })).toEqual({ status: 409, body: 'Release web-7 is under way: take it back with an abort instead.' });
  });

  it('[S1-20] go back at once where Pods of the old version still run, unjudged and with the reason on record', async () => {
    await driver.run(async () => {
      for (const version of ['v1', 'v2']) {
        const { spec, ...base } = deployment(`web:${version}`, 1);
        const labels = { app: 'two', version };
        await driver.client.create(resources.deployments, { ...base, metadata: { name: `two-${version}`, namespace }, spec: { ...spec, selector: { matchLabels: labels }, template: { ...spec?.template, metadata: { name: '', labels } } } });
      }
      await driver.client.create(serinResources.releasePolicies, {
        apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'two', namespace },
        spec: { workload: { versions: { list: [{ deployment: 'two-v1' }, { deployment: 'two-v2' }], want: 'two-v1', old: 'Keep' } }, strategy: { canary: { steps: [{ weight: 50 }] } }, drain: '1s', readyTimeout: '30s' },
      });
    });
    const two = { namespace, name: 'two' };
    await driver.until('it rests', () => driver.object(serinResources.releasePolicies, two)?.status?.phase === 'Resting');
    await driver.run(() => driver.client.patch(serinResources.releasePolicies, two, { kind: 'merge', body: { spec: { workload: { versions: { want: 'two-v2' } } } } }));
    await untilPhase(driver, ['Completed'], 'two-1');
    await driver.until('it is told', async () => (await detail('two-1')).actions.some(({ verb, to }) => verb === 'rollback' && to === 'two-v1'));
    const { uid } = await detail('two-1');
    const [first, second] = await api.askTogether<ReleaseActionAnswer>(['ann', doing('two-1', 'rollback', { uid, to: 'two-v1', comment: 'v2 is slow' })], ['cara', doing('two-1', 'rollback', { uid, to: 'two-v1' })]);
    expect(first).toMatchObject({ status: 200, body: { done: 'The policy wants two-v1 again instead of two-v2.', next: expect.stringContaining('Its Pods still run, so it goes back at once, without steps and judging.') as string } });
    expect(second?.status).toBe(409);
    expect((await untilPhase(driver, ['Completed', 'Aborted'], 'two-2')).spec).toMatchObject({ hotfix: 'rollback to two-v1, whose Pods still run', canary: { replicaSet: 'two-v1' } });
    expect(driver.object(serinResources.releasePolicies, two)?.status?.stable?.replicaSet).toBe('two-v1');
    expect(await deedsOf('two-1')).toEqual(['ann went back to the version before: v2 is slow']);
  });

  it('[S3-18] reject an image with the reason: it is not taken up, and nobody may say otherwise later', async () => {
    const name = 'web-img-1';
    await driver.run(async () => {
      await driver.client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { namespace, name: 'web-img' }, spec: { workload: { deployment: 'web' }, tags: { level: 'force' }, approval: { count: 1 } } });
      await driver.client.create(serinResources.imageUpdates, { apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: { namespace, name }, spec: { policy: 'web-img', image: 'web', tag: 'v99', source: 'native', receivedAt: '2026-01-01T00:00:00Z' } });
    });
    const phase = (): string | undefined => driver.object(serinResources.imageUpdates, { namespace, name })?.status?.phase;
    await driver.until('it waits', async () => phase() === 'WaitingForApproval' && (await api.as('ann').ask<{ items: ApprovalItem[] }>('GET', '/api/v1/approvals?mine=true')).body.items.some(({ kind }) => kind === 'image'));
    const uid = driver.object(serinResources.imageUpdates, { namespace, name })?.metadata.uid;
    const say = (user: string, verb: string): Promise<Told<unknown>> => api.as(user).ask('POST', `/api/v1/namespaces/${namespace}/image-updates/${name}/actions/${verb}`, { uid, comment: 'not before Monday' });
    expect(await say('bob', 'reject')).toMatchObject({ status: 403, body: expect.stringMatching(/^bob may not create ImageApprovals/) as string });
    expect(await say('cara', 'reject')).toMatchObject({ status: 200, body: { done: 'Image web-img-1 (web:v99) is rejected by cara.', doneZh: '镜像 web-img-1 (web:v99) 已由 cara 拒绝。', next: 'It is not taken up; the present image stays.' } });
    await driver.until('it is decided', () => phase() === 'Rejected');
    expect(driver.objects(serinResources.imageApprovals)).toMatchObject([{ spec: { imageUpdateUid: uid, user: 'cara', comment: 'not before Monday', approved: false } }]);
    expect(await say('ann', 'approve')).toEqual({ status: 409, body: 'Image web-img-1 (web:v99) is decided (Rejected); there is nothing to approve.' });
    expect(driver.object(resources.deployments, web)?.spec?.template.spec?.containers).toMatchObject([{ image: 'web:v1' }]);
  });
});
