import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartLoop } from '../../src/cluster/loop.js';
import { callerOf } from '../../src/approvals/giving.js';
import { receiveWebhook } from '../../src/images/door/receive-webhook.js';
import { webhookCredentials } from '../../src/images/door/credentials.js';
import type { WebhookAnswer } from '../../src/images/door/webhook.js';
import { startImages } from '../../src/images/start-images.js';
import { IMAGE_UPDATE_ANNOTATION } from '../../src/images/workloads/image-change.js';
import type { PodTemplateSpec } from '../../src/kubernetes/generated/core-v1.js';
import type { ImageApproval } from '../../src/model/images/image-approval.js';
import type { ImagePolicy, ImagePolicySpec } from '../../src/model/images/image-policy.js';
import type { ImageUpdate } from '../../src/model/images/image-update.js';
import { API_VERSION, AUTHOR_ANNOTATION } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, namespace, patchRelease, policy, service, untilPhase, virtualService, web } from './program.js';

const REPOSITORY = '172.16.77.115:5000/pregap';
const credentials = webhookCredentials({ username: 'admin', password: 'admin', hmac: 'shared' });
const basic = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
/** How far the images' own clock is ahead, in milliseconds: days go by without all that happens in them. */
let ahead = 0;
const startAhead: StartLoop = (parts) => {
  const { clock } = parts;
  return startImages({ ...parts, clock: { now: () => clock.now() + ahead, monotonic: () => clock.monotonic(), sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal) } });
};
const image = (tag: string): string => `${REPOSITORY}:${tag}`;

describe('image events', () => {
  let driver: Driver;
  beforeAll(async () => {
    driver = new Driver({ seed: 71, loops: [startAhead] });
    await driver.start();
    const { client } = driver;
    await driver.run(async () => {
      await client.create(resources.services, service);
      await client.create(resources.virtualServices, virtualService);
      await client.create(resources.deployments, deployment(image('1.0.0'), 2));
      await client.create(serinResources.releasePolicies, policy([{ weight: 25 }, { pause: {} }]));
    });
    await driver.until('the policy rests', async () => (await client.get(serinResources.releasePolicies, web)).status?.phase === 'Resting');
    await driver.until('the Deployment is adopted', async () => (await client.get(resources.deployments, web)).metadata.labels?.['serin.dev/policy'] === 'web');
  });
  afterAll(() => driver.stop());

  const post = (body: unknown, authorization = basic, sender = 'native'): Promise<WebhookAnswer> =>
    driver.run(() => receiveWebhook({ sender, headers: { authorization, 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)), remote: '127.0.0.1' }, { client: driver.client, clock: driver.clock, credentials }));
  const push = (tag: string, more: object = {}): Promise<WebhookAnswer> => post({ name: REPOSITORY, tag, ...more });
  /** A body as a sender signs it, sent as often as one likes. */
  const signed = (tag: string, digest?: string): (() => Promise<WebhookAnswer>) => {
    const body = Buffer.from(JSON.stringify({ name: REPOSITORY, tag, digest }));
    const signature = `sha256=${createHmac('sha256', 'shared').update(body).digest('hex')}`;
    return () => driver.run(() => receiveWebhook({ sender: 'native', headers: { 'x-signature-256': signature, 'content-type': 'application/json' }, body, remote: '127.0.0.1' }, { client: driver.client, clock: driver.clock, credentials }));
  };
  const why = ({ body }: WebhookAnswer): string => ('ignored' in body ? body.ignored.map((each) => `${each.policy}: ${each.why}`).join('; ') : body.error.message);
  const updates = (): ImageUpdate[] => driver.objects(serinResources.imageUpdates, namespace);
  const update = (tag: string): ImageUpdate | undefined => updates().find(({ spec }) => spec.tag === tag);
  const untilUpdate = (tag: string, phase: string): Promise<void> =>
    driver.until(`${tag} is ${phase}`, () => update(tag)?.status?.phase === phase, 60).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(update(tag)?.status)} ${driver.errors.join(' | ')}`);
    });
  const imageNow = (): string | undefined => driver.object(resources.deployments, web)?.spec?.template.spec?.containers[0]?.image;
  const write = async (spec: Partial<ImagePolicySpec>): Promise<void> => {
    const name = { namespace, name: 'pregap' };
    await driver.run(async () => {
      const found = await driver.client.find(serinResources.imagePolicies, name);
      const wanted: ImagePolicy = { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { ...name, ...(found ? { resourceVersion: found.metadata.resourceVersion ?? '' } : {}) }, spec: { workload: { deployment: 'web' }, tags: { level: 'minor' }, ...spec } };
      await (found ? driver.client.replace(serinResources.imagePolicies, wanted) : driver.client.create(serinResources.imagePolicies, wanted));
    });
  };
  const say = (tag: string, approved: boolean, user = 'admin'): Promise<unknown> =>
    driver.run(() => driver.client.create(serinResources.imageApprovals, {
      apiVersion: API_VERSION, kind: 'ImageApproval', metadata: { name: `${tag.replaceAll('.', '-')}-${approved}-${user}`, namespace },
      spec: { imageUpdate: update(tag)?.metadata.name ?? '', imageUpdateUid: update(tag)?.metadata.uid ?? '', approved, user },
    } satisfies ImageApproval));

  it('[S3-14] [S3-15] [S3-16] a webhook as the drone step sends it changes the image of the workload that runs it, and that starts a release', async () => {
    await write({});
    await driver.until('the policy knows what runs', () => driver.object(serinResources.imagePolicies, { namespace, name: 'pregap' })?.status?.image === image('1.0.0'));
    const answer = await push('1.1.0');
    expect(answer).toMatchObject({ status: 202, user: 'admin', body: { accepted: [{ policy: 'default/pregap' }], ignored: [] } });
    await untilUpdate('1.1.0', 'Applied');
    expect(imageNow()).toBe(image('1.1.0'));
    expect(update('1.1.0')?.spec).toMatchObject({ source: 'native', by: 'admin', from: image('1.0.0'), image: REPOSITORY });
    await driver.until('the release is on record', () => update('1.1.0')?.status?.release === 'web-1');
    expect(driver.object(serinResources.releases, { namespace, name: 'web-1' })?.spec.canary.images).toBe(image('1.1.0'));
    expect(driver.object(serinResources.imagePolicies, { namespace, name: 'pregap' })?.status).toMatchObject({ image: image('1.1.0'), latest: '1.1.0', conditions: [{ type: 'Ready', status: 'True' }] });
    expect(driver.notes).toContainEqual(expect.objectContaining({ type: 'Normal', reason: 'ImageApplied', message: `${image('1.1.0')}: Deployment web asks for 1.1.0.` }));
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await untilPhase(driver, ['Completed']);
  });

  it('answers what cannot be taken up with one clear sentence, and nothing moves', async () => {
    const before = updates().length;
    expect(why(await push('1.1.0'))).toBe('default/pregap: 1.1.0 runs already');
    expect(why(await push('1.0.9'))).toBe('default/pregap: 1.0.9 is lower than 1.1.0, which runs');
    expect(why(await push('2.0.0'))).toBe('default/pregap: 2.0.0 leaves major version 1, which runs');
    expect(why(await push('../../x'))).toContain('is no tag');
    expect(await post({ name: '172.16.77.115:5001/pregap', tag: '1.2.0' })).toMatchObject({ status: 202, body: { accepted: [], ignored: [{ policy: '*', why: 'no ImagePolicy looks after 172.16.77.115:5001/pregap' }] } });
    expect(await post({ tag: '1.2.0' })).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('repository name cannot be empty') as string } } });
    expect(await push('1.2.0').then(() => post({ name: REPOSITORY, tag: '1.9.0' }, 'Basic YWRtaW46d3Jvbmc='))).toMatchObject({ status: 401 });
    await untilUpdate('1.2.0', 'Applied');
    expect(updates()).toHaveLength(before + 1);
    await driver.until('the release pauses', () => driver.object(serinResources.releases, { namespace, name: 'web-2' })?.status?.message?.startsWith('Pauses') ?? false);
    await patchRelease(driver, 'web-2', { abort: true });
    await untilPhase(driver, ['Aborted'], 'web-2');
    // The Deployment still asks for what was taken back, so nobody asks for it again.
    expect(why(await push('1.2.0'))).toBe('default/pregap: 1.2.0 runs already');
    await driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: image('1.1.0') }] } } } } }));
    await driver.until('stable is asked for', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting');
    expect(why(await push('1.2.0'))).toMatch(/^default\/pregap: 1\.2\.0 was taken up before by ImageUpdate pregap-1-2-0-[0-9a-f]{10}, which is Applied; delete that to take it up again$/);
    expect(imageNow()).toBe(image('1.1.0'));
  });

  it('[S3-17] an image waits for as many as its policy asks for, is bound to them, and a higher one takes its place', async () => {
    await write({ approval: { count: 1, users: ['admin'], within: '2m' } });
    await push('1.3.0');
    await untilUpdate('1.3.0', 'WaitingForApproval');
    expect(update('1.3.0')?.status?.message).toMatch(/^Waits for approval, 0 of 1 from admin, until 20\d\d-/);
    expect(await push('1.3.0')).toMatchObject({ body: { accepted: [{ update: update('1.3.0')?.metadata.name }] } });
    expect(why(await push('1.2.5'))).toContain('1.2.5 is lower than 1.3.0, which ImageUpdate');
    const me = await driver.run(() => driver.client.create({ group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false }, { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } }));
    const user = (me as { status?: { userInfo?: { username?: string } } }).status?.userInfo?.username ?? '';
    await expect(say('1.3.0', true, 'somebody-else')).rejects.toThrow(/own name/);
    await write({ approval: { count: 1, users: [user], within: '2m' } });
    await push('1.4.0');
    await untilUpdate('1.3.0', 'Superseded');
    await untilUpdate('1.4.0', 'WaitingForApproval');
    expect(imageNow()).toBe(image('1.1.0'));
    await say('1.4.0', true, user);
    await untilUpdate('1.4.0', 'Applied');
    expect(update('1.4.0')?.status).toMatchObject({ approvedBy: [user] });
    expect(imageNow()).toBe(image('1.4.0'));
    await push('1.5.0', { author: 'jane' });
    await untilUpdate('1.5.0', 'WaitingForApproval');
    await say('1.5.0', false, user);
    await untilUpdate('1.5.0', 'Rejected');
    expect(update('1.5.0')).toMatchObject({ spec: { author: 'jane' }, status: { rejectedBy: user } });
    // Who may write ImageUpdates still cannot say that somebody else wrote the image.
    const rejected = { namespace, name: update('1.5.0')?.metadata.name ?? '' };
    for (const author of ['tom', null]) await expect(driver.run(() => driver.client.patch(serinResources.imageUpdates, rejected, { kind: 'merge', body: { spec: { author } } }))).rejects.toThrow(/never changes/);
    expect(why(await push('1.5.0'))).toContain('which is Rejected');
    await push('1.6.0');
    await untilUpdate('1.6.0', 'WaitingForApproval');
    await driver.clock.advance(120_000);
    await untilUpdate('1.6.0', 'Expired');
    expect(imageNow()).toBe(image('1.4.0'));
  });

  it('is changed once, and only reported where git owns the image', async () => {
    await write({});
    await push('1.7.0', { author: 'jane' });
    await untilUpdate('1.7.0', 'Applied');
    const found = driver.object(resources.deployments, web);
    expect(found?.metadata.annotations).toMatchObject({ [IMAGE_UPDATE_ANNOTATION]: update('1.7.0')?.metadata.name, [AUTHOR_ANNOTATION]: 'jane' });
    // CI writes by kubectl who wrote what runs.
    await driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:default/web', [AUTHOR_ANNOTATION]: 'ann' } } } }));
    await push('1.8.0');
    await untilUpdate('1.8.0', 'Reported');
    expect(update('1.8.0')?.status?.message).toBe(`Argo CD owns the image, so it is only reported: set ${image('1.8.0')} in git.`);
    expect(imageNow()).toBe(image('1.7.0'));
    expect(driver.notes.filter(({ reason }) => reason === 'ImageReported')).toHaveLength(1);
    // Where the policy says so, it is changed all the same.
    await write({ mode: 'Update' });
    await post({ type: 'PUSH_ARTIFACT', operator: 'robot$ci', event_data: { resources: [{ tag: '1.9.0', resource_url: image('1.9.0') }] } }, basic, 'harbor');
    await untilUpdate('1.9.0', 'Applied');
    expect(imageNow()).toBe(image('1.9.0'));
    // A robot is nobody: jane, who wrote the one before, did not write it.
    expect(update('1.9.0')?.spec).toMatchObject({ source: 'harbor', by: 'robot$ci' });
    expect(update('1.9.0')?.spec).not.toHaveProperty('author');
    // Nobody says who wrote it: ann, who wrote the one before, did not, and no release asks as if she had.
    const annotations = driver.object(resources.deployments, web)?.metadata.annotations;
    expect(annotations).toMatchObject({ [IMAGE_UPDATE_ANNOTATION]: update('1.9.0')?.metadata.name });
    expect(annotations).not.toHaveProperty([AUTHOR_ANNOTATION]);
    expect(driver.errors).toEqual([]);
  });

  it('[S3-17] runs what was approved: the digest, however often its tag is pushed again', async () => {
    const user = (await driver.run(() => callerOf(driver.client))).username;
    const [approved, pushed] = ['a', 'b'].map((each) => `sha256:${each.repeat(64)}`) as [string, string];
    await write({ mode: 'Update', tags: { glob: 'night-*' }, approval: { count: 1 } });
    await push('night-1', { digest: approved });
    await untilUpdate('night-1', 'WaitingForApproval');
    await say('night-1', true, user);
    await untilUpdate('night-1', 'Applied');
    expect(imageNow()).toBe(`${image('night-1')}@${approved}`);
    // The tag is pushed again: another image, which asks for itself.
    const answer = await push('night-1', { digest: pushed });
    expect(answer.body).toMatchObject({ accepted: [{ policy: 'default/pregap' }] });
    await driver.until('it asks', () => updates().some(({ spec, status }) => spec.digest === pushed && status?.phase === 'WaitingForApproval'));
    expect(imageNow()).toBe(`${image('night-1')}@${approved}`);
    expect(driver.errors).toEqual([]);
  });

  it('a signed delivery that is sent again moves nothing, on the second day neither, when its update is gone', async () => {
    await write({ mode: 'Update', tags: { glob: 'day-*' }, historyLimit: 1 });
    const first = signed('day-1');
    const tagged = signed('day-2', `sha256:${'c'.repeat(64)}`);
    await first();
    await untilUpdate('day-1', 'Applied');
    await tagged();
    await untilUpdate('day-2', 'Applied');
    await push('day-3');
    await untilUpdate('day-3', 'Applied');
    expect(why(await first())).toMatch(/was taken up before by ImageUpdate pregap-day-1-/);
    ahead = 2 * 24 * 3_600_000;
    await write({ mode: 'Update', tags: { glob: 'day-*' }, historyLimit: 2 });
    await write({ mode: 'Update', tags: { glob: 'day-*' }, historyLimit: 1 });
    await driver.until('the updates are gone', () => updates().filter(({ spec }) => spec.policy === 'pregap').length === 1);
    const before = JSON.stringify([updates(), imageNow()]);
    const gone = 'was taken up before, longer ago than its ImageUpdate is kept; name it in the workload to run it again';
    expect([why(await first()), why(await tagged()), why(await push('day-2'))]).toEqual(['day-1', 'day-2', 'day-2'].map((tag) => `default/pregap: ${tag} ${gone}`));
    await driver.pass(3);
    expect(JSON.stringify([updates(), imageNow()])).toBe(before);
    expect(imageNow()).toBe(image('day-3'));
    // A tag that was never told of, or another digest of one that was, is no replay.
    expect((await push('day-2', { digest: `sha256:${'d'.repeat(64)}` })).body).toMatchObject({ accepted: [{ policy: 'default/pregap' }] });
    await driver.until('it is applied', () => imageNow() === image('day-2'));
    ahead = 0;
    expect(driver.errors).toEqual([]);
  });

  it('changes the template of a policy that runs its own Pods', async () => {
    const inline = { replicas: 1, selector: { matchLabels: { app: 'own' } }, template: { metadata: { name: '', labels: { app: 'own' } }, spec: { containers: [{ name: 'own', image: 'shop/own:1.0.0' }, { name: 'proxy', image: 'envoy:1.30' }] } } };
    await driver.run(async () => {
      await driver.client.create(serinResources.releasePolicies, { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'own', namespace }, spec: { workload: { inline }, strategy: { canary: { steps: [{ pause: {} }] } } } });
      await driver.client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'own', namespace }, spec: { workload: { policy: 'own' }, image: 'docker.io/shop/own', tags: { semver: '1.x' } } });
    });
    await driver.until('it rests', () => driver.object(serinResources.releasePolicies, { namespace, name: 'own' })?.status?.phase === 'Resting');
    expect((await post({ push_data: { tag: '1.1.0', pusher: 'jane' }, repository: { repo_name: 'shop/own' } }, basic, 'dockerhub')).body).toMatchObject({ accepted: [{ policy: 'default/own' }] });
    await driver.until('its release is on record', () => updates().some(({ spec, status }) => spec.policy === 'own' && status?.release === 'own-1'));
    const template = driver.object(serinResources.releasePolicies, { namespace, name: 'own' })?.spec.workload.inline?.template;
    expect(template?.spec?.containers).toEqual([{ name: 'own', image: 'shop/own:1.1.0' }, { name: 'proxy', image: 'envoy:1.30' }]);
    expect(template?.metadata?.annotations).toEqual({ [AUTHOR_ANNOTATION]: 'jane' });
    await post({ name: 'shop/own', tag: '1.2.0' });
    const own = (): PodTemplateSpec | undefined => driver.object(serinResources.releasePolicies, { namespace, name: 'own' })?.spec.workload.inline?.template;
    await driver.until('the next one is asked for', () => own()?.spec?.containers[0]?.image === 'shop/own:1.2.0');
    expect(own()?.metadata?.annotations ?? {}).toEqual({});
    expect(driver.errors).toEqual([]);
  });
});
