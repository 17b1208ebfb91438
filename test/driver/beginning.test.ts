import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerOf } from '../../src/approvals/giving.js';
import { sayOnRelease } from '../../src/approvals/saying.js';
import type { Saying } from '../../src/approvals/decision.js';
import type { Approval } from '../../src/model/approval.js';
import type { FreezeWindow, FreezeWindowSpec } from '../../src/model/freeze-window.js';
import { planMark } from '../../src/model/release-mark.js';
import type { Consent } from '../../src/model/policy/consent.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import { API_VERSION, AUTHOR_ANNOTATION, HOTFIX_ANNOTATION } from '../../src/model/resources.js';
import type { Release } from '../../src/model/release.js';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, getRelease, namespace, policy, setImage, settle, untilPhase, virtualService, web } from './program.js';

/** `web-1` as it is now. */
async function releaseOn(driver: Driver, name = 'web-1'): Promise<Release> {
  const found = await getRelease(driver, name);
  if (!found) throw new Error(`no release ${name}`);
  return found;
}

const asking = (approval: Consent, steps: CanaryStep[] = [{ weight: 50 }]): ReleasePolicy => {
  const plain = policy(steps);
  return { ...plain, spec: { ...plain.spec, approval } };
};

describe('before a release begins', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver({ seed: 79, limits: { cluster: 1 } });
    await driver.start();
  });
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  const say = async (saying: Saying): Promise<Approval> => {
    // Nothing counts that was said in the second in which the admission policy came.
    await driver.pass(1);
    const release = await releaseOn(driver);
    return (await driver.run(async () => sayOnRelease(driver.client, release, await callerOf(driver.client), saying))).approval;
  };
  const me = async (): Promise<string> => (await driver.run(() => callerOf(driver.client))).username;
  const held = (what: string): Promise<void> => driver.until(`it is held for ${what}`, async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.held?.for === what);
  const text = async (): Promise<string> => (await releaseOn(driver)).status?.message ?? '';
  const codes = async (): Promise<string[]> => ((await releaseOn(driver)).status?.log ?? []).map(({ code }) => code);
  const newPods = (): number => driver.objects(resources.pods, namespace).filter(({ spec }) => spec.containers[0]?.image === 'web:v2').length;
  /** That nothing users meet was touched. */
  const untouched = (): void => {
    expect(newPods()).toBe(0);
    expect(driver.object(resources.virtualServices, web)?.spec).toEqual(virtualService.spec);
    expect(driver.objects(resources.destinationRules, namespace)).toEqual([]);
  };
  const window = (spec: Partial<FreezeWindowSpec>): FreezeWindow => ({ apiVersion: API_VERSION, kind: 'FreezeWindow', metadata: { name: 'friday', namespace }, spec: { why: 'the weekend is near', ...spec } });
  /** From a minute ago for so many seconds from now. */
  const lasting = (seconds: number): Partial<FreezeWindowSpec> => ({ once: [{ from: new Date(driver.clock.now() - 60_000).toISOString(), to: new Date(driver.clock.now() + seconds * 1000).toISOString() }] });
  const freeze = (spec: Partial<FreezeWindowSpec>): Promise<FreezeWindow> => driver.run(() => driver.client.create(serinResources.freezeWindows, window(spec)));

  it('[S3-17] people agree, the voter is on record, and nothing is touched until then', async () => {
    const name = await me();
    await settle(driver, { policy: asking({ count: 1, users: [name, 'ana'] }) });
    await setImage(driver, 'web:v2');
    await held('approval');
    await driver.pass(5);
    untouched();
    expect((await releaseOn(driver)).status).toMatchObject({ phase: 'Preparing', progress: '0/2', held: { for: 'approval' } });
    expect(await text()).toBe(`Has not begun: waits for approval, 0 of 1 (${name}, ana): serin approve web-1.`);
    // A word to a step is none to the beginning.
    await driver.run(async () => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'early', namespace }, spec: { release: 'web-1', releaseUid: (await driver.client.get(serinResources.releases, { namespace, name: 'web-1' })).metadata.uid ?? '', step: 1, approved: true, user: name } }));
    await driver.pass(2);
    untouched();
    const approval = await say({ approved: true, comment: 'tested', via: 'page' });
    expect(approval.spec).toMatchObject({ step: 0, approved: true, user: name, comment: 'tested', via: 'page', seen: { images: [] } });
    const { status } = await untilPhase(driver, ['Completed']);
    expect(status).not.toHaveProperty('held');
    expect(status?.log?.find(({ code }) => code === 'Approved')?.arguments['users']).toBe(`${name} (via page)`);
  });

  it('somebody refuses, or a newer version comes: it ends and nothing was touched', async () => {
    await settle(driver, { policy: asking({}) });
    await setImage(driver, 'web:v2');
    await held('approval');
    await say({ approved: false, comment: 'not today' });
    expect((await untilPhase(driver, ['Aborted'])).status?.abortReason).toBe('ApprovalRefused');
    untouched();
    await setImage(driver, 'web:v3');
    await driver.until('the next asks', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-2' }))?.status?.held?.for === 'approval');
    await setImage(driver, 'web:v4');
    expect((await untilPhase(driver, ['Aborted'], 'web-2', 20)).status?.abortReason).toBe('Superseded');
    expect(driver.objects(resources.pods, namespace).every(({ spec }) => spec.containers[0]?.image === 'web:v1')).toBe(true);
  });

  it.each([
    ['Reject', 'Aborted', 'ApprovalExpired'],
    ['Approve', 'Completed', undefined],
  ] as const)('nobody decides in time, and then: %s', async (otherwise, phase, reason) => {
    await settle(driver, { policy: asking({ within: '1m', otherwise }) });
    await setImage(driver, 'web:v2');
    await held('approval');
    expect(await text()).toMatch(/^Has not begun: waits for approval, 0 of 1, until 20\d\d-\d\d-\d\d \d\d:\d\d UTC, when it (is taken back|goes on): serin approve web-1\.$/);
    await driver.pass(50);
    untouched();
    const { status } = await untilPhase(driver, [phase], 'web-1', 60);
    expect(status?.abortReason).toBe(reason);
    expect(await codes()).toContain(reason === undefined ? 'ApprovalTimeOver' : 'Aborting');
  });

  it('nobody decides in time, and it goes on waiting and says so', async () => {
    await settle(driver, { policy: asking({ within: '10s', otherwise: 'Wait' }) });
    await setImage(driver, 'web:v2');
    await driver.until('it says so', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.message?.startsWith('Nobody decided until') ?? false);
    await say({ approved: true });
    await untilPhase(driver, ['Completed']);
  });

  it('not its author: a release without one can be approved by nobody, one with another by others', async () => {
    const name = await me();
    await settle(driver, { policy: asking({ notAuthor: true }) });
    await setImage(driver, 'web:v2');
    await held('approval');
    expect(await text()).toContain(`Put the annotation ${AUTHOR_ANNOTATION} on the Pod template`);
    await expect(say({ approved: true })).rejects.toThrow(/^nobody may approve the beginning of release web-1: /);
    const annotate = (author: string): Promise<unknown> => driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { spec: { template: { metadata: { annotations: { [AUTHOR_ANNOTATION]: author } } } } } }));
    await annotate(name);
    await driver.until('web-2 asks', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-2' }))?.status?.held?.for === 'approval');
    const second = await releaseOn(driver, 'web-2');
    expect(second.spec.author).toBe(name);
    expect(second.status?.message).toContain(`(not ${name})`);
    await expect(driver.run(async () => sayOnRelease(driver.client, second, await callerOf(driver.client), { approved: true }))).rejects.toThrow(`${name} wrote the new version and may not approve the beginning of release web-2. Somebody else has to.`);
    // Also past the command: the controller does not count it.
    await driver.run(() => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'own', namespace }, spec: { release: 'web-2', releaseUid: second.metadata.uid ?? '', step: 0, approved: true, user: name } }));
    await driver.pass(5);
    expect((await releaseOn(driver, 'web-2')).status?.held?.for).toBe('approval');
    await annotate('somebody-else');
    await driver.until('web-3 asks', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-3' }))?.status?.held?.for === 'approval');
    const third = await releaseOn(driver, 'web-3');
    await driver.run(async () => sayOnRelease(driver.client, third, await callerOf(driver.client), { approved: true }));
    await untilPhase(driver, ['Completed'], 'web-3');
  });

  it('a hotfix passes no approval, and no freeze window', async () => {
    await settle(driver, { policy: asking({}), deployment: { ...deployment('web:v1'), metadata: { name: 'web', namespace, annotations: { [AUTHOR_ANNOTATION]: 'ana' } } } });
    await freeze(lasting(3600));
    await driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { metadata: { annotations: { [HOTFIX_ANNOTATION]: 'all is broken' } } } }));
    await setImage(driver, 'web:v2');
    await held('approval');
    expect((await releaseOn(driver)).spec).toMatchObject({ hotfix: 'all is broken', author: 'ana' });
    await say({ approved: true });
    await held('freeze');
    untouched();
  });

  describe('a freeze window', () => {
    it('[S3-18] holds it, says so, and lets it go at once when it is deleted', async () => {
      await settle(driver);
      await freeze(lasting(3600));
      await setImage(driver, 'web:v2');
      await held('freeze');
      expect(await text()).toMatch(/^Has not begun: no release begins until 20\d\d-\d\d-\d\d \d\d:\d\d UTC, by the freeze window friday \(the weekend is near\)\.$/);
      await driver.pass(5);
      untouched();
      await expect(say({ approved: true })).rejects.toThrow('release web-1 waits for no approval but for the freeze window friday.');
      await expect(say({ approved: true, window: 'friday' })).rejects.toThrow('nobody may let releases through the freeze window friday: it names nobody under exceptWith.');
      await expect(say({ approved: true, window: 'monday' })).rejects.toThrow('there is no freeze window monday for namespace default.');
      await driver.run(() => driver.client.delete(serinResources.freezeWindows, { namespace, name: 'friday' }));
      await driver.until('it begins', async () => (await releaseOn(driver)).status?.held === undefined, 3);
      await untilPhase(driver, ['Completed']);
    });

    it('ends by itself, does not matter to a release under way, and not to other policies', async () => {
      await settle(driver, { policy: { ...policy([{ weight: 10 }, { pause: { for: '30s' } }]), metadata: { name: 'web', namespace, labels: { team: 'shop' } } } });
      await freeze({ ...lasting(60), policies: { team: 'shop' } });
      await setImage(driver, 'web:v2');
      await held('freeze');
      await driver.until('it begins', async () => (await releaseOn(driver)).status?.held === undefined, 70);
      await driver.run(() => driver.client.create(serinResources.freezeWindows, { ...window(lasting(3600)), metadata: { name: 'late', namespace } }));
      await untilPhase(driver, ['Completed']);
      await driver.run(() => driver.client.patch(serinResources.freezeWindows, { namespace, name: 'late' }, { kind: 'merge', body: { spec: { policies: { team: 'other' } } } }));
      await setImage(driver, 'web:v3');
      await untilPhase(driver, ['Progressing'], 'web-2');
    });

    it('of the cluster lets through whom it names, who says so by its name', async () => {
      const name = await me();
      await settle(driver);
      await driver.run(() => driver.client.create(serinResources.clusterFreezeWindows, { ...window({ ...lasting(3600), exceptWith: { users: [name] } }), kind: 'ClusterFreezeWindow', metadata: { name: 'friday' } }));
      await setImage(driver, 'web:v2');
      await held('freeze');
      expect(await text()).toContain(`unless it is let through (${name}): serin approve web-1 --window friday.`);
      // Without its name a word is about something else.
      const { metadata: { uid = '' } } = await releaseOn(driver);
      await driver.run(() => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'plain', namespace }, spec: { release: 'web-1', releaseUid: uid, step: 0, approved: true, user: name } }));
      await driver.pass(3);
      untouched();
      await say({ approved: true, window: 'friday', comment: 'payments are down' });
      await untilPhase(driver, ['Completed']);
      expect((await releaseOn(driver)).status?.log?.find(({ code }) => code === 'LetThrough')?.arguments).toMatchObject({ window: 'friday', users: name });
    });

    it('whose time zone nobody knows holds everything and says how to mend it', async () => {
      await settle(driver);
      await freeze({ ...lasting(1), timeZone: 'Mars/Olympus' });
      await setImage(driver, 'web:v2');
      await held('freeze');
      expect(await text()).toBe('Has not begun: the freeze window friday cannot be read (there is no time zone "Mars/Olympus"). Mend or delete it: kubectl edit freezewindow friday.');
    });
  });

  it('takes no place while it waits, and one when it begins', async () => {
    await settle(driver, { policy: asking({}, [{ weight: 50 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await held('approval');
    const other = { ...deployment('other:v1'), metadata: { name: 'other', namespace }, spec: { ...deployment('other:v1', 1).spec, selector: { matchLabels: { app: 'other' } }, template: { metadata: { name: '', labels: { app: 'other' } }, spec: { containers: [{ name: 'web', image: 'other:v1' }] } } } };
    await driver.run(async () => {
      await driver.client.create(resources.deployments, other);
      await driver.client.create(serinResources.releasePolicies, { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'other', namespace }, spec: { workload: { deployment: 'other' }, strategy: { rolling: { batches: ['100%'], between: [{ pause: {} }] } } } });
    });
    await driver.until('the other rests', async () => (await driver.client.get(resources.deployments, { namespace, name: 'other' })).metadata.labels?.['serin.dev/policy'] === 'other');
    await driver.run(() => driver.client.patch(resources.deployments, { namespace, name: 'other' }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'other:v2' }] } } } } }));
    await driver.until('the other is under way', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'other-1' }))?.status?.phase === 'Progressing');
    await say({ approved: true });
    await held('place');
    expect(await text()).toContain('as many releases are under way as may be at once');
    untouched();
    await driver.run(() => driver.client.patch(serinResources.releases, { namespace, name: 'other-1' }, { kind: 'merge', body: { spec: { abort: true } } }));
    await driver.until('it begins', async () => (await releaseOn(driver)).status?.held === undefined);
    expect((await codes()).filter((code) => code === 'Approved')).toHaveLength(1);
  });

  /** Whatever Pods of the new version there are, their containers run this. */
  const run = async (digest: string): Promise<void> => {
    const pods = driver.objects(resources.pods, namespace).filter(({ spec }) => spec.containers[0]?.image === 'web:v2');
    const containerStatuses = [{ name: 'web', image: 'web:v2', imageID: `docker.io/web@sha256:${digest.repeat(64)}`, ready: true, restartCount: 0 }];
    for (const { metadata } of pods) await driver.run(() => driver.client.patch(resources.pods, { namespace, name: metadata.name }, { kind: 'merge', body: { status: { containerStatuses } } }, { subresource: 'status' }));
  };
  /** As kubectl does it: names the step, and nothing that was shown. */
  const create = async (name: string, step: number): Promise<void> => {
    const { metadata: { uid = '' } } = await releaseOn(driver);
    const user = await me();
    await driver.run(() => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name, namespace }, spec: { release: 'web-1', releaseUid: uid, step, approved: true, user } }));
  };

  it('an approval of another image than the one that runs does not count, and the release asks again', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { approve: {} }]) });
    await setImage(driver, 'web:v2');
    await driver.until('it asks', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.message?.startsWith('Waits for approval') ?? false);
    await run('b');
    const release = await releaseOn(driver);
    const shown = { plan: planMark(release.spec), images: [`sha256:${'a'.repeat(64)}`] };
    const caller = await driver.run(() => callerOf(driver.client));
    await expect(say({ approved: true, seen: shown })).rejects.toThrow('release web-1 is not what was shown: its Pods run another image. Look at it again.');
    await expect(say({ approved: true, seen: { plan: 'another', images: [] } })).rejects.toThrow('release web-1 is not what was shown: its plan or its versions are others.');
    // Said in time, but the image changed before it came through.
    await driver.run(() => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'late', namespace }, spec: { release: 'web-1', releaseUid: release.metadata.uid ?? '', step: 2, approved: true, user: caller.username, seen: { plan: planMark(release.spec), images: shown.images } } }));
    await driver.until('it says so', async () => ((await releaseOn(driver)).status?.log ?? []).some(({ code }) => code === 'ApprovalOutdated'));
    await driver.pass(15);
    expect((await releaseOn(driver)).status?.step.index).toBe(1);
    expect((await codes()).filter((code) => code === 'ApprovalOutdated')).toHaveLength(1);
    const again = await say({ approved: true });
    expect(again.spec.seen?.images).toEqual([`sha256:${'b'.repeat(64)}`]);
    await untilPhase(driver, ['Completed']);
  });

  it('an approval that names no digest is of what ran when it was given, and no other', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }, { approve: {} }]) });
    await setImage(driver, 'web:v2');
    await driver.until('it pauses', async () => (await text()).startsWith('Pauses'));
    await run('a');
    await driver.pass(2);
    await create('early', 3);
    await driver.pass(2);
    await run('b');
    await driver.run(() => driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { spec: { advanceTo: 2 } } }));
    await driver.until('it says so', async () => (await codes()).includes('ApprovalOutdated'));
    await driver.pass(15);
    expect((await releaseOn(driver)).status).toMatchObject({ step: { index: 2 }, message: 'Waits for approval, 0 of 1: serin approve web-1.', images: [{ container: 'web', digest: `sha256:${'a'.repeat(64)}` }, { container: 'web', digest: `sha256:${'b'.repeat(64)}` }] });
    await create('late', 3);
    await untilPhase(driver, ['Completed']);
  });

  it('an image that is pushed again after people agreed to it holds the release, and they are asked again', async () => {
    await settle(driver, { policy: asking({ count: 1 }, [{ weight: 10 }, { pause: {} }, { weight: 50 }]) });
    await setImage(driver, 'web:v2');
    await held('approval');
    await say({ approved: true });
    await driver.until('it pauses', async () => (await text()).startsWith('Pauses'));
    await run('a');
    await driver.pass(2);
    expect((await releaseOn(driver)).status).not.toHaveProperty('asksAgain');
    await run('b');
    await driver.run(() => driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { spec: { advanceTo: 2 } } }));
    await driver.until('it asks again', async () => (await releaseOn(driver)).status?.asksAgain?.step === 0);
    await driver.pass(15);
    expect((await releaseOn(driver)).status).toMatchObject({ phase: 'Progressing', step: { index: 1 }, intent: { share: 100 }, message: 'Waits for approval of an image that was pushed again, 0 of 1: serin approve web-1.' });
    expect((await codes()).filter((code) => ['AsksAgain', 'ApprovalOutdated'].includes(code))).toEqual(['AsksAgain', 'ApprovalOutdated']);
    const again = await say({ approved: true });
    expect(again.spec).toMatchObject({ step: 0, seen: { images: [`sha256:${'b'.repeat(64)}`] } });
    const { status } = await untilPhase(driver, ['Completed']);
    expect(status).not.toHaveProperty('asksAgain');
  });
});
