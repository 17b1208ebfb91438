import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../src/cluster/client.js';
import { createClient } from '../../src/cluster/create-client.js';
import { install } from '../../src/controller/installation.js';
import type { Resource } from '../../src/kubernetes/objects.js';
import type { User } from '../../src/local/api/request/users.js';
import { startApi } from '../../src/local/api/testing/local-client.js';
import type { ApprovalSpec } from '../../src/model/approval.js';
import { APPROVAL_POLICY } from '../../src/model/approval-admission.js';
import type { ReleaseStatus } from '../../src/model/release.js';
import { API_VERSION } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { namespace, policy, setImage, settle, untilPhase } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';

describe('approvals in the hands of people', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(() => driver.stop());

  const command = (...args: string[]): Promise<CommandResult> => serin(driver, args);
  const waits = (): Promise<void> =>
    driver.until('it waits for an approval', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.message?.startsWith('Waits for approval') ?? false);
  const me = async (): Promise<string> => {
    const review = await driver.run(() => driver.client.create({ group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false }, { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } }));
    return (review as { status?: { userInfo?: { username?: string } } }).status?.userInfo?.username ?? '';
  };

  it('approves the step that waits, in the name of who asks, once', async () => {
    const name = await me();
    await settle(driver, { policy: policy([{ weight: 10 }, { approve: {} }, { weight: 50 }, { approve: { users: ['jane'], groups: ['sre'] } }]) });
    await setImage(driver, 'web:v2');
    await waits();
    expect((await command('approvals')).out).toMatch(/^RELEASE +STEP +WAITS +GIVEN +FROM\nweb-1 +2 +for \d+s +0 of 1 +anyone who may create Approvals\nweb-1 +4 +later +0 of 1 +jane, group sre\n$/);
    expect((await command('promote', 'web')).err).toBe('serin: step 2 of release web-1 (wait for an approval) is never skipped. Approve it with: serin approve web-1.\n');
    expect(await command('approve', 'web', '--comment', 'tested')).toMatchObject({ code: 0, out: `Step 2 of release web-1 is approved by ${name}.\nNo further approval is wanted. Follow it with: serin status web-1 --watch.\n` });
    const { items: [approval] } = await driver.run(() => driver.client.list(serinResources.approvals, { namespace }));
    expect(approval?.spec).toMatchObject({ release: 'web-1', step: 2, approved: true, user: name, comment: 'tested' });
    await driver.until('step 4', async () => ((await driver.client.get(serinResources.releases, { namespace, name: 'web-1' })).status?.step.index ?? 0) === 3);
    expect((await command('approve', 'web')).err).toBe(`serin: ${name} may not approve step 4 of release web-1: only jane, group sre may.\n`);
    expect((await command('approve', 'web', '--step', '2')).err).toBe('serin: release web-1 has passed step 2. Step 4 will; say it beforehand with: serin approve web-1 --step 4.\n');
    expect((await command('approve', 'web', '--step', '9')).err).toContain('release web-1 has 5 steps, so there is no step 9.');
    expect((await command('approvals', 'web')).out).toMatch(new RegExp(`web-1 +2 +approved +${name} +\\d+s +tested\\n$`));
    expect((await command('status', 'web')).out).toMatch(new RegExp(`✓ 2 wait for an approval\\n.*approved by ${name}: tested`));
    expect((await command('promote', 'web', '--full')).out).toContain('Never skipped: step 4, wait for an approval.');
  });

  it('says when nothing waits, and takes the canary back when somebody refuses', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }, { approve: {} }]) });
    expect((await command('approve', 'web')).err).toMatch(/^serin: policy web has no release to approve: /);
    await setImage(driver, 'web:v2');
    await driver.until('it pauses', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.message?.startsWith('Pauses') ?? false);
    expect((await command('approve', 'web')).err).toBe('serin: release web-1 waits for no approval: Pauses until someone goes on: serin resume web-1. Step 3 will; say it beforehand with: serin approve web-1 --step 3.\n');
    expect((await command('reject', 'web', '--step', '2', '--comment', 'no')).err).toContain('step 2 of release web-1 asks for no approval.');
    expect((await command('reject', 'web')).code).toBe(2);
    expect((await command('approve', 'web', '--step', 'two')).code).toBe(2);
    expect((await command('approve', 'web', '--step', '3')).code).toBe(0);
    expect((await command('approve', 'web', '--step', '3')).out).toMatch(/^Step 3 of release web-1 was approved by you \(.+\) already\.\n/);
    expect((await command('reject', 'web', '--step', '3', '--comment', 'broken')).out).toContain('Step 3 of release web-1 is rejected by');
    await command('resume', 'web');
    const release = await untilPhase(driver, ['Aborted']);
    expect(release.status?.abortReason).toBe('ApprovalRefused');
    expect((await command('history', 'web')).out).toMatch(/by a person who refused.* refused: broken/);
    expect((await command('approve', 'web')).err).toBe('serin: release web-1 has ended (Aborted); there is nothing to approve.\n');
  });

  it('decides an analysis that is undecided after its time', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { analyze: { for: '2s', undecided: 'ask' } }, { weight: 50 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await driver.until('it asks', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.step.askedAt !== undefined);
    expect((await command('approvals')).out).toMatch(/^RELEASE +STEP +WAITS +GIVEN +FROM\nweb-1 +2 +for \d+s +0 of 1 +anyone who may create Approvals\n$/);
    expect((await command('promote', 'web')).err).toBe('serin: step 2 of release web-1 (watch for 2s) is undecided and waits for somebody to decide. Approve it with: serin approve web-1.\n');
    expect((await command('promote', 'web', '--full')).out).toContain('Never skipped: step 2, watch for 2s, which asks for an approval where it is undecided.');
    expect((await command('explain', 'web')).out).toContain('0 of 1 approvals are given; they come from anyone who may create Approvals.');
    const { code, out } = await command('approve', 'web', '--comment', 'the logs are clean');
    expect([code, out]).toEqual([0, expect.stringMatching(/^Step 2 of release web-1 is approved by .+\.\nNo further approval is wanted\./)]);
    await driver.until('it is past the analysis', async () => ((await driver.client.get(serinResources.releases, { namespace, name: 'web-1' })).status?.step.index ?? 0) > 1);
    expect((await command('status', 'web')).out).toMatch(/✓ 2 watch for 2s\n.*approved by .+: the logs are clean/);
  });

  it('[S3-17] [S3-18] a release is approved before it begins, and let through a freeze window by its name', async () => {
    const name = await me();
    const plain = policy([{ weight: 10 }, { pause: {} }]);
    await settle(driver, { policy: { ...plain, spec: { ...plain.spec, approval: { users: [name], within: '1h' } } } });
    const from = new Date(driver.clock.now() - 1000).toISOString();
    const to = new Date(driver.clock.now() + 3_600_000).toISOString();
    await driver.run(() => driver.client.create(serinResources.freezeWindows, { apiVersion: API_VERSION, kind: 'FreezeWindow', metadata: { name: 'friday', namespace }, spec: { why: 'weekend', once: [{ from, to }], exceptWith: { users: [name] } } }));
    const planned = await command('plan', 'web', '--image', 'web=web:v2');
    expect(planned.out).toContain(`  0 before it begins: wait for an approval, for 1h at most, then it is taken back, from ${name}\n  1 10 % to the canary`);
    expect(planned.err).toContain('A release would not begin now: the freeze window friday (weekend) holds it until');
    await setImage(driver, 'web:v2');
    const holds = (what: string): Promise<void> => driver.until(`held for ${what}`, async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.held?.for === what);
    await holds('approval');
    await driver.pass(1);
    expect((await command('approvals')).out).toMatch(new RegExp(`^RELEASE +STEP +WAITS +UNTIL +GIVEN +FROM\\nweb-1 +0 +for \\d+s +20\\S+ \\d\\d:\\d\\d UTC +0 of 1 +${name}\\n$`));
    expect((await command('promote', 'web')).err).toMatch(/^serin: release web-1 has not begun, and that is never skipped: Has not begun: waits for approval, .* Approve it with: serin approve web-1\.\n$/);
    expect((await command('explain', 'web')).out).toContain('It has not begun: no Pod and no route is touched before it does.');
    expect((await command('status', 'web')).out).toMatch(/▶ 0 before it begins: wait for an approval, for 1h at most, then it is taken back\n.*· 1 10 % to the canary/);
    expect((await command('approve', 'web', '--comment', 'tested')).out).toBe(`The beginning of release web-1 is approved by ${name}.\nNo further approval is wanted. Follow it with: serin status web-1 --watch.\n`);
    await holds('freeze');
    expect((await command('approve', 'web', '--step', '0')).out).toContain('was approved by you');
    expect((await command('approve', 'web')).err).toContain('waits for no approval but for the freeze window friday.');
    expect((await command('approvals')).out).toMatch(new RegExp(`^web-1 +0 +for \\d+s +20\\S+ \\d\\d:\\d\\d UTC +0 of 1 +${name} \\(freeze window friday\\)$`, 'm'));
    // What is said in one second comes in any order.
    await driver.pass(1);
    expect((await command('approve', 'web', '--window', 'friday', '--comment', 'payments are down')).out).toContain(`That release web-1 begins in the freeze window friday is approved by ${name}.\n`);
    await driver.until('it begins', async () => (await driver.client.get(serinResources.releases, { namespace, name: 'web-1' })).status?.phase === 'Progressing');
    expect((await command('approvals', 'web')).out).toMatch(new RegExp(`web-1 +0 +approved in friday +${name} +\\d+s +payments are down\\nweb-1 +0 +approved +${name} +\\d+s +tested\\n$`));
    expect((await command('status', 'web')).out).toMatch(/✓ 0 before it begins.*\n(.*approved.*\n){2}/);
    expect((await command('reject', 'web', '--step', '0', '--comment', 'too late')).err).toContain('release web-1 has begun.');
  });

  it('[S3-17] [S3-18] an image that waits is listed, approved and rejected, and who said it is on record', async () => {
    const name = await me();
    const create = async (update: string): Promise<void> => {
      await driver.client.create(serinResources.imageUpdates, { apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: { name: update, namespace }, spec: { policy: 'web', image: 'registry/web', tag: '1.2.3', source: 'native', receivedAt: new Date(driver.clock.now()).toISOString() } });
      await driver.client.patch(serinResources.imageUpdates, { namespace, name: update }, { kind: 'merge', body: { status: { phase: 'WaitingForApproval' } } }, { subresource: 'status' });
    };
    await driver.run(async () => {
      await driver.client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'web', namespace }, spec: { workload: { deployment: 'web' }, tags: { semver: '*' }, approval: { count: 2 } } });
      await create('web-7f9c');
      await create('web-8a1b');
    });
    expect((await command('approvals')).out).toMatch(/^IMAGE +RUNS +WAITS +GIVEN +FROM\nimage\/web-7f9c +registry\/web:1.2.3 +for \d+s +0 of 2 +anyone who may create ImageApprovals\nimage\/web-8a1b /);
    expect((await command('approve', 'image/web-7f9c')).out).toBe(`Image web-7f9c (registry/web:1.2.3) is approved by ${name}.\n1 of 2 approvals are given; still wanted: 1 from anyone who may create ImageApprovals.\n`);
    expect((await command('reject', 'image/web-8a1b', '--comment', 'not today')).out).toContain('It is not taken up; the present image stays.');
    const { items } = await driver.run(() => driver.client.list(serinResources.imageApprovals, { namespace }));
    expect(items.map(({ spec }) => [spec.imageUpdate, spec.approved, spec.user, spec.comment])).toEqual([['web-7f9c', true, name, undefined], ['web-8a1b', false, name, 'not today']]);
    expect((await command('approvals')).out).toMatch(/image\/web-7f9c .* 1 of 2 /);
    expect((await command('approve', 'image/none')).err).toBe('serin: there is no image none in namespace default. Those that wait are listed by: serin approvals.\n');
    expect((await command('approve', 'image/web-7f9c', '--step', '2')).code).toBe(2);
  });

  it('says that no approval counts where nobody vouches for its author', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { approve: {} }]) });
    await setImage(driver, 'web:v2');
    await waits();
    await driver.run(() => driver.client.delete(resources.validatingAdmissionPolicies, { name: APPROVAL_POLICY }));
    const { code, err } = await command('approve', 'web');
    expect(code).toBe(1);
    expect(err).toContain('so approvals fail closed. Put it there with: serin install');
    expect((await driver.run(() => driver.client.list(serinResources.approvals, { namespace }))).items).toEqual([]);
  });
});

describe('approvals by rights', () => {
  it('says how to get the right, and counts only the groups that the step asks for', async () => {
    const { api } = startApi();
    const { signal } = new AbortController();
    const clientOf = (user?: User): ClusterClient => createClient(api.transport(user), { fieldManager: 'test', clock: systemClock, random: seededRandom(1) });
    const admin = clientOf();
    await install(admin, systemClock, signal);
    const release = await admin.create(serinResources.releases, {
      apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'web-1', namespace },
      spec: {
        policy: 'web', workload: { kind: 'Deployment', name: 'web' }, stable: { replicaSet: 'web-a', hash: 'a' }, canary: { replicaSet: 'web-b', hash: 'b' },
        plan: { steps: [{ kind: 'approve', groups: ['sre', 'ops'] }, { kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 1000, drainMilliseconds: 0 },
      },
    });
    const status: ReleaseStatus = { phase: 'Progressing', step: { index: 0, startedAt: '2026-01-01T00:00:00Z' }, message: 'Waits for approval.', intent: { routing: 'keep', share: 0, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true } };
    await admin.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { status } }, { subresource: 'status' });
    const allow = async (role: string, verbs: string[]): Promise<void> => {
      const named = (kind: string, plural: string): Resource => ({ group: 'rbac.authorization.k8s.io', version: 'v1', kind, plural, namespaced: false });
      const head = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: role } };
      await admin.create(named('ClusterRole', 'clusterroles'), { ...head, kind: 'ClusterRole', rules: [{ apiGroups: ['serin.dev'], resources: ['*'], verbs }] });
      await admin.create(named('ClusterRoleBinding', 'clusterrolebindings'), { ...head, kind: 'ClusterRoleBinding', roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role }, subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }] });
    };
    const jane = clientOf({ username: 'jane', groups: ['sre', 'dev', 'system:authenticated'] });
    await allow('looks', ['get', 'list']);
    const refused = await serin(undefined, ['approve', 'web-1'], { client: jane });
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toBe(
      'serin: jane may not create Approvals in namespace default. Somebody who may has to allow it: kubectl create role approver -n default --verb=create --resource=approvals.serin.dev && kubectl create rolebinding approver-jane -n default --role=approver --user=jane.\n',
    );
    await allow('approves', ['create']);
    expect((await serin(undefined, ['approve', 'web-1'], { client: jane })).out).toMatch(/^Step 1 of release web-1 is approved by jane\.\n/);
    const { items } = await admin.list(serinResources.approvals, { namespace });
    expect(items.map(({ spec }) => spec)).toEqual([{ release: 'web-1', releaseUid: release.metadata.uid, step: 1, approved: true, user: 'jane', groups: ['sre'], seen: { plan: expect.stringMatching(/^[a-z0-9]+-[a-z0-9]+$/) as string, images: [] } }]);
    expect(JSON.parse((await serin(undefined, ['approve', 'web-1', '-o', 'json'], { client: jane })).out)).toMatchObject({ kind: 'Approval', spec: { user: 'jane' } });
    const bob = clientOf({ username: 'bob', groups: ['dev', 'system:masters'] });
    expect((await serin(undefined, ['approve', 'web-1'], { client: bob })).err).toBe('serin: bob may not approve step 1 of release web-1: only group sre, group ops may.\n');
    // Somebody else took the name that her word would have.
    const [own] = items;
    if (!own) throw new Error('there is no Approval');
    await admin.delete(serinResources.approvals, { namespace, name: own.metadata.name });
    await bob.create(serinResources.approvals, { ...own, metadata: { name: own.metadata.name, namespace }, spec: { ...own.spec, user: 'bob', groups: [] } });
    expect(await serin(undefined, ['approve', 'web-1'], { client: jane })).toMatchObject({ code: 1, out: '', err: `serin: Approval ${own.metadata.name} is there already and not yours: bob gave it. Delete it, and say it again: kubectl delete approvals.serin.dev ${own.metadata.name} -n default.\n` });
    // Nobody speaks in another's name.
    await expect(bob.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'forged', namespace }, spec: { ...items[0]?.spec, user: 'jane' } as ApprovalSpec })).rejects.toThrow(/one.s own name/);
  });
});
