import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { identityOfClient } from '../../src/server/access/reviews.js';
import type { ReleaseActionAnswer } from '../../src/server/schemas/actions.js';
import type { ApprovalItem } from '../../src/server/schemas/approvals.js';
import type { PolicyDetail, PolicySummary } from '../../src/server/schemas/policies.js';
import type { ReleaseDetail } from '../../src/server/schemas/release-detail.js';
import type { ReleaseHistory, WrittenObject } from '../../src/server/schemas/release-history.js';
import type { ReleaseSummary } from '../../src/server/schemas/release-summary.js';
import { API_VERSION } from '../../src/model/resources.js';
import { AskedApi, type Told } from './asked-api.js';
import { Driver, resources, serinResources } from './driver.js';
import { namespace, policy, setImage, settle, untilPhase, web } from './program.js';

const place = `/api/v1/namespaces/${namespace}/releases`;

describe('the API beside a controller', () => {
  let driver: Driver;
  let api: AskedApi;
  beforeAll(async () => {
    driver = new Driver();
    await driver.start();
    api = await AskedApi.start(driver, await driver.run(() => identityOfClient(driver.client)));
    await settle(driver, { policy: policy([{ weight: 20 }, { pause: {} }, { approve: { count: 1 } }, { weight: 100 }]) });
  });
  afterAll(async () => {
    await driver.run(async () => api.module.stop?.());
    await driver.stop();
  });
  const detail = async (name: string): Promise<ReleaseDetail> => (await api.ask<ReleaseDetail>('GET', `${place}/${name}`)).body;
  const act = (name: string, verb: string, body: object): Promise<Told<ReleaseActionAnswer>> => api.ask('POST', `${place}/${name}/actions/${verb}`, body);
  const untilStep = (name: string, index: number): Promise<void> => driver.until(`step ${index}`, async () => {
    const { status } = await driver.client.get(serinResources.releases, { namespace, name });
    return status?.step.index === index && status.message?.startsWith('Waits for the router') === false && (status.shares?.accepted?.canary ?? 0) === 200;
  });

  it('[S0-03] [S3-11] tells where a release is, what it waits for and what can be done', async () => {
    await setImage(driver, 'web:v2');
    await driver.until('the release is there', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' })) !== undefined);
    await untilStep('web-1', 1);
    const release = await detail('web-1');
    expect(release).toMatchObject({ id: 'default/web-1', phase: 'Progressing', outcome: 'running', share: 200, waitsForMe: false, step: { index: 1, count: 5, what: 'pause until told to go on', whatZh: '暂停，等待人工继续' } });
    expect(release.waitsFor).toMatchObject({ kind: 'person', text: 'Pauses until someone goes on: serin resume web-1.', textZh: '暂停中，等待人工继续：serin resume web-1。' });
    expect(release.stages.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['begin done', 'weight done', 'pause now', 'approve todo', 'weight todo', 'promote todo']);
    expect(release.versions.map(({ role, pods, ready, desired }) => [role, pods.length, ready, desired])).toEqual([['stable', 4, 4, 4], ['canary', 1, 1, 1]]);
    expect(release.events.at(-1)).toMatchObject({ number: 1, code: 'ReleaseStarted', type: 'Normal' });
    expect(release.events.find(({ code }) => code === 'StepStarted')?.textZh).toMatch(/^开始第 2 步（共 5 步）：暂停，等待人工继续。$/);
    expect(Object.fromEntries(release.actions.map(({ verb, allowed }) => [verb, allowed]))).toEqual({ approve: false, reject: false, promote: true, promoteFull: true, pause: true, resume: true, abort: true, retry: false, rollback: false });
    for (const { allowed, why, whyZh, consequence, consequenceZh } of release.actions) {
      expect(consequence).toMatch(/^[A-Z0-9].*\.$/);
      expect(consequenceZh).toMatch(/[\u4e00-\u9fff].*。$/);
      if (!allowed) expect([why, whyZh]).toEqual([expect.stringMatching(/^[A-Z].*\.$/), expect.stringMatching(/[\u4e00-\u9fff]/)]);
    }
    expect(release.seen?.plan).toMatch(/./);
  });

  it('shows what was written, and what is put back', async () => {
    const { body } = await api.ask<{ items: WrittenObject[] }>('GET', `${place}/web-1/objects`);
    expect(body.items.map(({ kind, before }) => [kind, before === undefined])).toEqual([['DestinationRule', true], ['VirtualService', false], ['ReplicaSet', true]]);
    const route = body.items.find(({ kind }) => kind === 'VirtualService');
    const lines = route?.yaml.split('\n') ?? [];
    expect(route?.changed.map((line) => lines[line - 1]?.trim())).toEqual(expect.arrayContaining(['weight: 20', 'weight: 80']));
    const live = await driver.run(() => driver.client.get(resources.virtualServices, web));
    expect(route?.before).not.toContain('subset');
    expect(JSON.stringify(live)).toContain('subset');
  });

  it('tells shares and requests over time', async () => {
    const { body } = await api.ask<ReleaseHistory>('GET', `${place}/web-1/history`);
    expect(body.points.at(-1)).toMatchObject({ asked: 200, accepted: 200 });
    expect(body.points.map(({ at }) => at)).toEqual(body.points.map(({ at }) => at).sort());
  });

  it('goes on as the one who asks, once, and tells a second one what stands', async () => {
    const { uid } = await detail('web-1');
    expect(await act('web-1', 'promote', { uid: 'another', step: 2 })).toMatchObject({ status: 409, body: expect.stringContaining('is not the one that was meant') as string });
    const first = await act('web-1', 'promote', { uid, step: 2 });
    expect(first).toMatchObject({ status: 200, body: { done: 'Release web-1 goes on to step 3 of 5.', doneZh: '发布 web-1 进入第 3 步（共 5 步）。', next: 'Next: wait for an approval.' } });
    // Whether the controller has taken the step by then or not.
    expect(await act('web-1', 'promote', { uid, step: 2 })).toMatchObject({ status: 409, body: expect.stringMatching(/^Release web-1 (was told to go on already|is at step 3 of 5 by now)/) as string });
    await untilStep('web-1', 2);
    expect(await act('web-1', 'promote', { uid, step: 2 })).toEqual({ status: 409, body: 'Release web-1 is at step 3 of 5 by now, not at step 2: look at it anew before you go on.' });
    const [deed] = (await detail('web-1')).deeds;
    expect(deed).toMatchObject({ user: 'admin', what: 'went on to the next step', whatZh: '进入下一步' });
  });

  it('[S3-18] lists what waits for approval, and takes one for what was seen alone', async () => {
    const { body: list } = await api.ask<{ items: ApprovalItem[] }>('GET', '/api/v1/approvals?mine=true');
    expect(list.items).toMatchObject([{ kind: 'release', step: 3, wanted: 1, given: [], mine: true, release: { name: 'web-1', waitsForMe: true, waitsFor: { kind: 'approval', approvals: { given: [], wanted: 1 } } } }]);
    const { uid, seen } = await detail('web-1');
    const stale = await act('web-1', 'approve', { uid, seen: { plan: 'of yesterday', images: [] } });
    expect(stale).toMatchObject({ status: 409, body: expect.stringMatching(/^Release web-1 is not what was shown.*Look at it again\.$/) as string });
    expect(await driver.run(() => driver.client.list(serinResources.approvals))).toMatchObject({ items: [] });
    const said = await act('web-1', 'approve', { uid, seen, comment: 'looked at it' });
    expect(said).toMatchObject({ status: 200, body: { done: 'Step 3 of release web-1 is approved by admin.', doneZh: '发布 web-1 的第 3 步已由 admin 批准。' } });
    const release = await untilPhase(driver, ['Completed', 'Aborted']);
    expect(release.status?.phase).toBe('Completed');
    const told = await detail('web-1');
    expect(told.approvals).toMatchObject([{ step: 3, approved: true, user: 'admin', comment: 'looked at it', counts: true }]);
    expect(told.deeds.map(({ user, what }) => `${user} ${what}`)).toEqual(['admin approved step 3: looked at it', 'admin went on to the next step']);
    expect(told.stages.every(({ state }) => state === 'done')).toBe(true);
    expect(told).toMatchObject({ outcome: 'completed', reached: 1000, waitsFor: null });
    expect(told.messageZh).toMatch(/已成为稳定版本/);
  });

  it('[S1-20] takes a release back, tells who did it and how far it came, and tries again', async () => {
    await setImage(driver, 'web:v3');
    await driver.until('the release is there', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-2' })) !== undefined);
    await untilStep('web-2', 1);
    const { uid, actions } = await detail('web-2');
    expect(actions.find(({ verb }) => verb === 'abort')?.consequence).toMatch(/^All users go back to web-\w+ at once: its ready Pods \(\d\) can carry them\./);
    expect(await act('web-2', 'abort', { uid, comment: 'checkout fails' })).toMatchObject({ status: 200, body: { done: 'Release web-2 is taken back.' } });
    expect(await act('web-2', 'abort', { uid })).toEqual({ status: 409, body: 'Release web-2 is being taken back already.' });
    expect(await act('web-2', 'pause', { uid })).toMatchObject({ status: 409 });
    await untilPhase(driver, ['Aborted'], 'web-2');
    await driver.until('the policy holds', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Holding');
    const told = await detail('web-2');
    expect(told).toMatchObject({ outcome: 'aborted', abortReason: 'AbortedByUser', reached: 200, tested: [], share: 0, endedAt: expect.any(String) as string });
    expect(told.deeds).toMatchObject([{ user: 'admin', what: 'aborted it: checkout fails', whatZh: '撤回发布：checkout fails' }]);
    expect(told.stages.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['begin done', 'weight done', 'pause skipped', 'approve skipped', 'weight skipped', 'promote skipped', 'abort done']);
    expect(Object.fromEntries(told.actions.flatMap(({ verb, allowed }) => (allowed ? [[verb, allowed]] : [])))).toEqual({ retry: true, rollback: true });
    expect(await act('web-2', 'retry', { uid })).toMatchObject({ status: 200, body: { done: expect.stringMatching(/is tried again from the first step\.$/) as string } });
    await driver.until('it is tried again', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-3' })) !== undefined);
    expect((await detail('web-2')).deeds.map(({ what }) => what)).toEqual(['asked to try it again', 'aborted it: checkout fails']);
  });

  it('tells policies how well their releases went', async () => {
    const { body } = await api.ask<{ items: PolicySummary[] }>('GET', '/api/v1/policies?search=WEB');
    expect(body.items).toMatchObject([{ id: 'default/web', workload: 'Deployment web', strategy: 'canary', delivery: { releases: 2, takenBack: 1, takenBackShare: 0.5 } }]);
    expect(body.items[0]?.delivery.medianRecoverySeconds).toBeGreaterThan(0);
    const { body: one } = await api.ask<PolicyDetail>('GET', `/api/v1/namespaces/${namespace}/policies/web`);
    expect(one.releases.map(({ name }) => name)).toEqual(['web-3', 'web-2', 'web-1']);
    expect(one.messageZh).toMatch(/[\u4e00-\u9fff]/);
    expect(one.yaml).toMatch(/^workload:\n  deployment: web\n/);
    expect(parse(one.yaml)).toEqual(one.spec);
  });

  it('[S3-18] lists images that wait for people, and takes their word', async () => {
    const place = { namespace, name: 'web-img-1' };
    const uid = await driver.run(async () => {
      const { client } = driver;
      await client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { namespace, name: 'web-img' }, spec: { workload: { deployment: 'web' }, tags: { level: 'force' }, approval: { count: 1 } } });
      const made = await client.create(serinResources.imageUpdates, { apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: place, spec: { policy: 'web-img', image: 'web', tag: 'v4', source: 'native', receivedAt: '2026-01-01T00:00:00Z' } });
      await client.patch(serinResources.imageUpdates, place, { kind: 'merge', body: { status: { phase: 'WaitingForApproval', message: 'Waits for approval, 0 of 1: serin approve image/web-img-1.' } } }, { subresource: 'status' });
      return made.metadata.uid;
    });
    await driver.until('it is listed', async () => (await api.ask<{ items: ApprovalItem[] }>('GET', '/api/v1/approvals?mine=true')).body.items.some(({ kind }) => kind === 'image'));
    const { body } = await api.ask<{ items: ApprovalItem[] }>('GET', '/api/v1/approvals');
    expect(body.items.filter(({ kind }) => kind === 'image')).toMatchObject([{ wanted: 1, given: [], mine: true, update: { name: 'web-img-1', image: 'web', tag: 'v4', phase: 'WaitingForApproval' } }]);
    expect((await api.ask<{ items: unknown[] }>('GET', '/api/v1/images')).body.items).toMatchObject([{ id: 'default/web-img-1', source: 'native' }]);
    const approve = (of: string | undefined) => api.ask('POST', `/api/v1/namespaces/${namespace}/image-updates/web-img-1/actions/approve`, { uid: of, comment: 'fine' });
    expect(await approve('another')).toMatchObject({ status: 409 });
    expect(await driver.run(() => driver.client.list(serinResources.imageApprovals))).toMatchObject({ items: [] });
    expect(await approve(uid)).toMatchObject({ status: 200, body: { done: 'Image web-img-1 (web:v4) is approved by admin.', doneZh: '镜像 web-img-1 (web:v4) 已由 admin 批准。' } });
    expect(await driver.run(() => driver.client.list(serinResources.imageApprovals))).toMatchObject({ items: [{ spec: { imageUpdateUid: uid, user: 'admin', comment: 'fine', approved: true } }] });
  });

  it('says that a policy is frozen, why and until when', async () => {
    const [from, to] = [-3_600_000, 3_600_000].map((away) => new Date(driver.clock.now() + away).toISOString());
    await driver.run(() => driver.client.create(serinResources.freezeWindows, { apiVersion: API_VERSION, kind: 'FreezeWindow', metadata: { namespace, name: 'audit' }, spec: { why: 'the auditors are here', once: [{ from: from ?? '', to: to ?? '' }] } }));
    await driver.until('it is told', async () => (await api.ask<PolicyDetail>('GET', `/api/v1/namespaces/${namespace}/policies/web`)).body.frozen !== undefined);
    expect((await api.ask<PolicyDetail>('GET', `/api/v1/namespaces/${namespace}/policies/web`)).body.frozen).toEqual({ window: 'audit', why: 'the auditors are here', until: to });
  });

  it('lists releases a page at a time', async () => {
    const first = (await api.ask<{ items: ReleaseSummary[]; total: number; cursor?: string }>('GET', '/api/v1/releases?limit=2')).body;
    expect([first.items.map(({ name }) => name), first.total]).toEqual([['web-3', 'web-2'], 3]);
    const second = (await api.ask<typeof first>('GET', `/api/v1/releases?limit=2&cursor=${first.cursor ?? ''}`)).body;
    expect([second.items.map(({ name }) => name), second.cursor]).toEqual([['web-1'], undefined]);
    expect((await api.ask<typeof first>('GET', '/api/v1/releases?outcome=aborted')).body.items.map(({ name }) => name)).toEqual(['web-2']);
    expect(await api.ask('GET', '/api/v1/releases?cursor=nonsense')).toMatchObject({ status: 400 });
    expect((await api.ask<{ items: string[] }>('GET', '/api/v1/namespaces')).body.items).toEqual(['default']);
  });

  it('takes the word of somebody in a chat, and says through which', async () => {
    const { uid } = await detail('web-3');
    const identity = await driver.run(() => identityOfClient(driver.client));
    const said = { user: { username: identity.user, groups: [] }, via: 'slack: #releases', kind: 'release', namespace, name: 'web-3', uid, verb: 'abort' } as const;
    expect(await driver.run(async () => api.module.act?.(said, identity))).toMatch(/^Release web-3 is taken back\. Users go back to /);
    await expect(driver.run(async () => api.module.act?.(said, identity))).rejects.toThrow('Release web-3 is being taken back already.');
    expect((await detail('web-3')).deeds).toMatchObject([{ user: 'admin', what: 'aborted it', via: 'slack: #releases' }]);
  });

  it.each([
    ['GET', `${place}/web-9`, undefined, 404],
    ['GET', `${place}/Web_9`, undefined, 400],
    ['POST', `${place}/web-3/actions/explode`, { uid: 'x' }, 404],
    ['POST', `${place}/web-3/actions/abort`, {}, 400],
    ['POST', `${place}/web-3/actions/abort`, { uid: 'x', force: true }, 400],
    ['POST', `/api/v1/namespaces/${namespace}/image-updates/none/actions/approve`, { uid: 'x' }, 404],
  ])('%s %s with %j: %i', async (method, path, body, status) => {
    const answer = await api.ask<string>(method, path, body);
    expect([answer.status, typeof answer.body]).toEqual([status, 'string']);
  });
});
