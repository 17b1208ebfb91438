import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookCredentials } from '../../src/images/door/credentials.js';
import { startImages } from '../../src/images/start-images.js';
import { slackSignature } from '../../src/notifications/callbacks/signatures.js';
import { SlackServer } from '../../src/notifications/testing/slack-server.js';
import { API_VERSION, AUTHOR_ANNOTATION } from '../../src/model/resources.js';
import { bearer, cookieOf, errorIn, type Answer, type Question } from '../../src/server/testing/asking.js';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, getRelease, namespace, policy, settle, untilPhase, web } from './program.js';
import { giveRoles, SEES_PODS, serveDriver, tokenOf, usersOf, type ServedDriver } from './served-driver.js';

const REPOSITORY = '10.0.0.5:5000/shop/web';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const credentials = webhookCredentials({ username: 'drone', password: 'p4ss', hmac: 'k3y' });
const basic = (text: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
/** Ann and carl may do everything with releases, bob may look, tom wrote what is released, and olga may nothing. */
const PEOPLE = { ann: ['serin-releaser', 'serin-approver', SEES_PODS], carl: ['serin-releaser', 'serin-approver'], bob: ['serin-viewer'], tom: ['serin-releaser', 'serin-approver'], olga: [] };
const RELEASES = `/api/v1/namespaces/${namespace}/releases`;

/** What bob lacks. */
const ALLOW = 'kubectl create role approver -n default --verb=create --resource=approvals.serin.dev && kubectl create rolebinding approver-bob -n default --role=approver --user=bob';

/** A request, and where. */
type Sent = Question & { readonly path: string };
/** What a request is answered, and what the audit log says of it. */
interface Wanted {
  readonly status: number;
  /** The whole sentence that is answered. */
  readonly says: string;
  /** Of the audit line, beside status and sentence; of what it was about, these. */
  readonly line: Readonly<Record<string, unknown>> & { readonly about?: object };
}

const refusal = (status: number, says: string, line: Wanted['line']): Wanted => ({ status, says, line: { outcome: 'refused', ...line } });
/** A webhook whose sender is who they say, and that brings nothing. */
const ignored = (says: string, line: Wanted['line']): Wanted => ({ status: 202, says, line: { outcome: 'ignored', operation: 'webhook', message: `Nothing was taken up: ${says}.`, ...line } });
const aboutAct = (verb: string): object => ({ namespace, release: 'web-1', verb });

describe('bad input', () => {
  const slack = new SlackServer('xoxb', { id: 'C01', name: '#releases' });
  let driver: Driver;
  let served: ServedDriver;
  let uid = '';
  let seen: { plan: string; images: string[] } = { plan: '', images: [] };
  let cookie = '';

  const push = (tag: string, more: object = {}): Buffer => Buffer.from(JSON.stringify({ name: REPOSITORY, tag, ...more }));
  const hook = (body: Buffer | string, headers: Readonly<Record<string, string>>, sender = 'native'): Sent => ({ path: `/v1/webhooks/${sender}`, method: 'POST', headers, body });
  const signed = (body: Buffer): Record<string, string> => ({ 'x-signature-256': `sha256=${createHmac('sha256', 'k3y').update(body).digest('hex')}` });
  const act = (verb: string, headers: Readonly<Record<string, string>>, body: unknown = { uid }, name = 'web-1'): Sent => ({ path: `${RELEASES}/${name}/actions/${verb}`, method: 'POST', headers, body });
  const by = (person: string): Record<string, string> => bearer(tokenOf(person));
  const step = async (): Promise<number | undefined> => (await getRelease(driver))?.status?.step.index;
  const untilStep = (index: number): Promise<void> => driver.until(`step ${index}`, async () => {
    const { status } = await driver.client.get(serinResources.releases, { namespace, name: 'web-1' });
    return status?.step.index === index && status.message?.startsWith('Waits for the router') === false && status.shares?.accepted?.canary === 200;
  });

  /** Says of the canary's Pods which image they run, as a kubelet does. */
  const pullImages = async (): Promise<void> => {
    for (const { metadata, spec } of driver.objects(resources.pods, namespace)) {
      if (spec.containers[0]?.image !== `${REPOSITORY}:1.1.0`) continue;
      const containerStatuses = [{ name: 'web', image: `${REPOSITORY}:1.1.0`, imageID: `${REPOSITORY}@${DIGEST}`, ready: true, restartCount: 0 }];
      await driver.client.patch(resources.pods, { namespace, name: metadata.name }, { kind: 'merge', body: { status: { containerStatuses } } }, { subresource: 'status' });
    }
  };

  /** What Slack posts when somebody presses Approve. */
  let presses = 0;
  const press = (user: string, { plan = seen.plan, secret = 's1gn', age = 0, channel = 'team' } = {}): Sent => {
    const value = JSON.stringify({ k: 'release', v: 'approve', ns: namespace, n: 'web-1', u: uid, s: 2, p: plan, i: seen.images });
    const payload = { type: 'block_actions', user: { id: user }, channel: { id: 'C01', name: 'releases' }, response_url: `${slack.http.address}/response/1`, trigger_id: String(presses++), actions: [{ action_id: 'serin.approve', type: 'button', value }] };
    const body = Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    const time = String(Math.floor(driver.clock.now() / 1000) - age);
    return { path: `/v1/callbacks/slack/${namespace}/${channel}`, method: 'POST', body, headers: { 'x-slack-request-timestamp': time, 'x-slack-signature': slackSignature(secret, time, body) } };
  };
  let kept: Sent | undefined;

  beforeAll(async () => {
    await slack.http.start();
    driver = new Driver({ seed: 77, loops: [startImages], users: usersOf(Object.keys(PEOPLE)) });
    await driver.start();
    await settle(driver, { deployment: deployment(`${REPOSITORY}:1.0.0`), policy: policy([{ weight: 20 }, { approve: { count: 1, notAuthor: true } }, { pause: {} }, { weight: 100 }]) });
    const { client } = driver;
    await driver.run(async () => {
      await giveRoles(driver, PEOPLE);
      await client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { namespace, name: 'web' }, spec: { workload: { deployment: 'web' }, tags: { level: 'minor' } } });
      await client.patch(resources.namespaces, { name: namespace }, { kind: 'merge', body: { metadata: { annotations: { 'serin.dev/chat-users': 'true' } } } });
      await client.create(resources.secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'chats', namespace }, data: { signingSecret: Buffer.from('s1gn').toString('base64') } });
      await client.create(serinResources.notificationChannels, {
        apiVersion: API_VERSION, kind: 'NotificationChannel', metadata: { name: 'team', namespace },
        spec: { slack: { channel: '#releases', address: slack.http.address }, secret: 'chats', users: [{ chat: 'U1', user: 'ann' }, { chat: 'U2', user: 'bob' }] },
      });
    });
    await driver.until('the image policy knows what runs', () => driver.object(serinResources.imagePolicies, web)?.status?.image !== undefined);
    served = await serveDriver(driver, { credentials, person: 'ann' });
    const first = push('1.1.0', { author: 'tom' });
    expect((await served.ask('/v1/webhooks/native', hook(first, signed(first)))).json).toMatchObject({ accepted: [{ policy: 'default/web' }] });
    await driver.until('the release is there', async () => (await getRelease(driver)) !== undefined);
    await untilStep(1);
    // Whatever moves from here on, a request has moved.
    await driver.stopController();
    await driver.run(() => pullImages());
    const { json } = await served.ask(`${RELEASES}/web-1`, { headers: by('ann') });
    uid = String(json?.['uid']);
    seen = json?.['seen'] as typeof seen;
    cookie = cookieOf(await served.ask(served.link().slice(served.url.length)));
    expect(seen.images).toEqual([DIGEST]);
  }, 120_000);
  afterAll(async () => {
    await served?.stop();
    await driver?.stop();
    await slack.http.stop();
  });

  /** Every object of the cluster, by the version of its last write. */
  const cluster = (): string[] => driver.save().content.objects.map(({ collection, key, object }) => `${collection} ${key} ${object.metadata.resourceVersion ?? ''}`).sort();
  /** What somebody is told, wherever it is that they are. */
  const told = async (answer: Answer, replies: number): Promise<string> => {
    const { error, ignored } = (answer.json ?? {}) as { error?: unknown; ignored?: { policy: string; why: string }[] };
    if (error !== undefined) return String(errorIn(answer).message);
    if (ignored !== undefined) return ignored.map(({ policy: name, why }) => (name === '*' ? why : `${name}: ${why}`)).join('; ');
    await driver.until('it is said in the chat', () => slack.replies.length > replies);
    return (slack.replies.at(-1) as { text: string }).text;
  };

  const table: readonly (readonly [what: string, send: () => Sent, wanted: Wanted])[] = [
    // Who it is.
    ['no token', () => act('abort', {}), refusal(401, 'Nobody is signed in: sign in on the page, or send "Authorization: Bearer <token>".', { code: 'unauthenticated', operation: 'actOnRelease' })],
    ['a wrong token', () => act('abort', bearer('of-nobody')), refusal(401, 'The cluster does not take this token: it is wrong or has ended; get a new one, such as from: kubectl create token NAME.', { code: 'unauthenticated', operation: 'actOnRelease' })],
    ['a wrong token that only wants to look', () => ({ path: `${RELEASES}/web-1`, headers: bearer('of-nobody') }), refusal(401, 'The cluster does not take this token: it is wrong or has ended; get a new one, such as from: kubectl create token NAME.', { code: 'unauthenticated', operation: 'getRelease' })],
    ['a header that is no token', () => act('abort', basic('ann:p4ss')), refusal(401, 'The header Authorization is not understood: send "Authorization: Bearer <token>".', { code: 'unauthenticated' })],
    ['signing in by a wrong token', () => ({ path: '/api/v1/session', method: 'POST', body: { token: 'of-nobody' } }), refusal(401, 'The cluster does not take this token: it is wrong or has ended; get a new one, such as from: kubectl create token NAME.', { code: 'unauthenticated', operation: 'signInByToken' })],
    ['a link that somebody made up', () => ({ path: '/sign-in?code=made-up' }), refusal(401, 'This link was used already, or is older than ten minutes or than this server: ask for a new one where you got it.', { code: 'unauthenticated', operation: 'signInByLink' })],
    ['a cookie without its CSRF token', () => act('abort', { cookie }), refusal(403, 'With a cookie, a change needs the header X-Serin-CSRF with the value from /api/v1/session: load the page anew.', { code: 'csrf', user: 'ann', signedInBy: 'link' })],
    ['a page of another site', () => act('abort', { cookie, origin: 'https://evil.example' }), refusal(403, 'This request comes from a page of another site: use the page of this server.', { code: 'csrf', user: 'ann' })],
    ['another name of the server', () => act('abort', { ...by('ann'), host: 'evil.example' }), refusal(403, 'This server does not answer to the name in the header Host: open it at its own address, or have that name added where it is started.', { code: 'wrong_host' })],
    // What they may.
    ['a right token without the right to abort', () => act('abort', by('bob')), refusal(403, 'releases.serin.dev "web-1" is forbidden: User "bob" cannot patch resource "releases" in API group "serin.dev" in the namespace "default".', { code: 'forbidden', user: 'bob', signedInBy: 'token', about: aboutAct('abort') })],
    ['a right token without the right to approve', () => act('approve', by('bob'), { uid, seen }), refusal(403, `bob may not create Approvals in namespace default. Somebody who may has to allow it: ${ALLOW}.`, { code: 'forbidden', user: 'bob', about: aboutAct('approve') })],
    ['a right token without any right', () => act('abort', by('olga')), refusal(403, 'You (olga) may not see releases.serin.dev of namespace default: ask its administrator for the right to list them.', { code: 'forbidden', user: 'olga' })],
    ['a right token without the right to look', () => ({ path: `${RELEASES}/web-1`, headers: by('olga') }), refusal(403, 'You (olga) may not see releases.serin.dev of namespace default: ask its administrator for the right to list them.', { code: 'forbidden', user: 'olga', operation: 'getRelease' })],
    ['a retry of what is under way', () => act('retry', by('carl')), refusal(409, 'Release web-1 is under way; there is nothing to retry.', { code: 'conflict', user: 'carl' })],
    // What they send.
    ['a body that is too large', () => act('abort', by('ann'), { uid, comment: 'x'.repeat(65_536) }), refusal(413, 'The body is larger than 64 KiB, and that is the most that is read here: send less.', { code: 'too_large', user: 'ann' })],
    ['a body that is no JSON by its type', () => act('abort', by('ann'), '{}'), refusal(415, 'The body has to be JSON: send the header "Content-Type: application/json".', { code: 'unsupported_media_type', user: 'ann' })],
    ['a body that is no JSON', () => act('abort', { ...by('ann'), 'content-type': 'application/json' }, '{'), refusal(400, 'The body is no JSON: look for a missing quote, comma or bracket.', { code: 'invalid', user: 'ann' })],
    ['a field that nobody knows', () => act('abort', by('ann'), { uid, force: true }), refusal(400, 'The body has fields that are not known (force): see /api/v1/openapi.json.', { code: 'invalid', user: 'ann' })],
    ['a release that is not there', () => act('abort', by('ann'), { uid }, 'web-9'), refusal(404, 'There is no release web-9 in namespace default: it may have been deleted; see the list.', { code: 'not_found', user: 'ann' })],
    ['a deed that is none', () => act('explode', by('ann')), refusal(404, 'There is no action "explode" on releases: there are approve, reject, promote, promoteFull, pause, resume, abort, retry, rollback.', { code: 'not_found', user: 'ann' })],
    ['a release that had the name before', () => act('abort', by('ann'), { uid: 'another' }), refusal(409, 'Release web-1 is not the one that was meant: another one has its name by now; look at it anew.', { code: 'conflict', user: 'ann' })],
    // Approvals.
    ['an approval for a plan that has changed', () => act('approve', by('ann'), { uid, seen: { ...seen, plan: 'of yesterday' } }), refusal(409, 'Release web-1 is not what was shown: its plan or its versions are others. Look at it again.', { code: 'conflict', user: 'ann', about: aboutAct('approve') })],
    ['an approval for an image that has changed', () => act('approve', by('ann'), { uid, seen: { ...seen, images: [`sha256:${'0'.repeat(64)}`] } }), refusal(409, 'Release web-1 is not what was shown: its Pods run another image. Look at it again.', { code: 'conflict', user: 'ann' })],
    ['an approval for a step that asks for none', () => act('approve', by('ann'), { uid, seen, step: 3 }), refusal(409, 'Step 3 of release web-1 asks for no approval. Step 2 will; say it beforehand with: serin approve web-1 --step 2.', { code: 'conflict', user: 'ann' })],
    ['an approval by the author', () => act('approve', by('tom'), { uid, seen }), refusal(409, 'tom wrote the new version and may not approve step 2 of release web-1. Somebody else has to.', { code: 'conflict', user: 'tom' })],
    ['a promotion past an approval', () => act('promote', by('ann'), { uid, step: 2 }), refusal(409, 'Step 2 of release web-1 (wait for an approval, not by the author) is never skipped. Approve it with: serin approve web-1.', { code: 'conflict', user: 'ann' })],
    ['an approval of an image that is not there', () => ({ path: `/api/v1/namespaces/${namespace}/image-updates/none/actions/approve`, method: 'POST', headers: by('ann'), body: { uid } }), refusal(404, 'There is no ImageUpdate none in namespace default: it may have been deleted; see the list.', { code: 'not_found', user: 'ann', operation: 'actOnImage' })],
    // Webhooks.
    ['a webhook without credentials', () => hook(push('1.2.0'), {}), refusal(401, 'The request shows no credentials; send a user name and a password (Basic) or a signature (x-signature-256).', { code: 'unauthenticated', operation: 'webhook', about: { sender: 'native' } })],
    ['a webhook with a wrong password', () => hook(push('1.2.0'), basic('drone:wrong')), refusal(401, 'The user name or the password is wrong.', { code: 'unauthenticated', operation: 'webhook' })],
    ['a forged webhook: another body under the same signature', () => hook(push('1.2.0'), signed(push('1.1.0', { author: 'tom' }))), refusal(401, 'The signature does not fit the body; both sides need the same secret.', { code: 'unauthenticated', operation: 'webhook' })],
    ['a replayed webhook', () => hook(push('1.1.0', { author: 'tom' }), signed(push('1.1.0', { author: 'tom' }))), ignored('default/web: 1.1.0 runs already', { about: { sender: 'native' } })],
    ['an unknown image', () => hook(JSON.stringify({ name: '10.0.0.5:5000/shop/other', tag: '1.2.0' }), basic('drone:p4ss')), ignored('no ImagePolicy looks after 10.0.0.5:5000/shop/other', { about: { sender: 'native', by: 'drone' } })],
    ['a tag lower than what runs', () => hook(push('1.0.5'), basic('drone:p4ss')), ignored('default/web: 1.0.5 is lower than 1.1.0, which runs', { about: { sender: 'native', by: 'drone' } })],
    ['a tag that is none', () => hook(push('../../x'), basic('drone:p4ss')), ignored('default/web: "../../x" is no tag', {})],
    ['a body that this sender does not send', () => hook('{"tag":"1.2.0"}', basic('drone:p4ss')), refusal(400, 'Repository name cannot be empty: send {"name": "10.0.0.5:5000/shop/web", "tag": "1.2.0"}.', { code: 'invalid', operation: 'webhook', about: { sender: 'native', by: 'drone' } })],
    ['a webhook that is no JSON', () => hook('{', basic('drone:p4ss')), refusal(400, 'The body is no JSON; send application/json.', { code: 'invalid', operation: 'webhook' })],
    ['a webhook that is too large', () => hook(Buffer.alloc(1024 * 1024 + 1, ' '), basic('drone:p4ss')), refusal(413, 'The body is larger than 1024 KiB, and that is the most that is read here: send less.', { code: 'too_large', operation: 'webhook' })],
    ['a sender that nobody knows', () => hook(push('1.2.0'), basic('drone:p4ss'), 'gitlab'), refusal(404, 'There is no such sender: there are native, dockerhub, harbor, github, quay, azure, jfrog, registry.', { code: 'not_found', operation: 'webhook' })],
    // Chats.
    ['a forged press in a chat', () => press('U1', { secret: 'guessed' }), refusal(401, 'The request is not signed by the Slack app of this channel: compare its signing secret.', { code: 'unauthenticated', operation: 'callback' })],
    ['a press that is too old', () => press('U1', { age: 301 }), refusal(401, 'The request is more than five minutes old: compare the clocks, and press the button again.', { code: 'unauthenticated', operation: 'callback' })],
    ['a press by who stands for nobody', () => press('U9'), refusal(200, 'Nobody on the cluster stands for you (U9): have yourself added under users of the channel.', { operation: 'callback', about: { by: 'U9' } })],
    ['a press by who may not', () => (kept = press('U2')), refusal(200, `bob may not create Approvals in namespace default. Somebody who may has to allow it: ${ALLOW}.`, { code: 'forbidden', operation: 'callback', user: 'bob', signedInBy: 'chat', about: { by: 'U2', via: 'slack: #releases', kind: 'release', object: 'default/web-1', verb: 'approve' } })],
    ['the same press again', () => kept ?? press('U2'), refusal(409, 'The same request came before; it counts once.', { code: 'conflict', operation: 'callback' })],
    ['a press under a plan that has changed', () => press('U1', { plan: 'of yesterday' }), refusal(200, 'Release web-1 is not what was shown: its plan or its versions are others. Look at it again.', { code: 'conflict', operation: 'callback', user: 'ann', signedInBy: 'chat' })],
    ['a press for a channel that is not there', () => press('U1', { channel: 'gone' }), refusal(404, 'There is no Slack channel gone here: look at the address that the app posts to.', { code: 'not_found', operation: 'callback' })],
    ['a press that is too large', () => ({ ...press('U1'), body: Buffer.alloc(1024 * 1024 + 1, ' ') }), refusal(413, 'The body is larger than 1024 KiB, and that is the most that is read here: send less.', { code: 'too_large', operation: 'callback' })],
    ['a chat that nobody knows', () => ({ ...press('U1'), path: `/v1/callbacks/teams/${namespace}/team` }), refusal(404, 'There is no such chat: there are slack, lark.', { code: 'not_found', operation: 'callback' })],
  ];

  it.each(table)('%s: the right status, one sentence, nothing moves, and it is on the audit log', async (_, send, { status, says, line }) => {
    const [before, replies, lines] = [cluster(), slack.replies.length, served.audit.length];
    const { path, ...question } = send();
    const answer = await served.ask(path, question);
    expect([answer.status, await told(answer, replies)]).toEqual([status, says]);
    expect(cluster()).toEqual(before);
    const { message = says, about = {}, ...rest } = line;
    expect(served.audit.slice(lines)).toEqual([expect.objectContaining({ status, message, remote: '127.0.0.1', ...rest, ...(Object.keys(about).length === 0 ? {} : { about: expect.objectContaining(about) as object }) })]);
  });

  it('none of it has moved anything that shows only later, and no secret is on the audit log', async () => {
    await driver.startController();
    await driver.pass(20);
    expect(await step()).toBe(1);
    expect(await driver.run(() => driver.client.list(serinResources.approvals))).toMatchObject({ items: [] });
    expect(driver.objects(serinResources.imageUpdates, namespace).map(({ spec }) => spec.tag)).toEqual(['1.1.0']);
    const found = driver.object(resources.deployments, web);
    expect([found?.spec?.template.spec?.containers[0]?.image, found?.metadata.annotations?.[AUTHOR_ANNOTATION]]).toEqual([`${REPOSITORY}:1.1.0`, 'tom']);
    expect(JSON.stringify(served.audit)).not.toMatch(/token-of|p4ss|k3y|s1gn|code=|sha256=[0-9a-f]{16}/);
  });

  it('two people at once: one of them goes on, by one step, the other is told what stands, and both are on the audit log', async () => {
    expect((await served.ask(`${RELEASES}/web-1/actions/approve`, act('approve', by('ann'), { uid, seen }))).status).toBe(200);
    await untilStep(2);
    await driver.stopController();
    const STANDS = 'Release web-1 was told to go on already.';
    const lines = served.audit.length;
    const both = await Promise.all(['ann', 'carl'].map((person) => served.ask(`${RELEASES}/web-1/actions/promote`, act('promote', by(person), { uid, step: 3 }))));
    const [won, lost] = both[0]?.status === 200 ? ['ann', 'carl'] : ['carl', 'ann'];
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.map((answer) => errorIn(answer).message).filter((message) => message !== undefined)).toEqual([STANDS]);
    expect(await getRelease(driver)).toMatchObject({ spec: { advanceTo: 3 } });
    expect([...served.audit.slice(lines)].sort((a, b) => a.status - b.status)).toMatchObject([
      { operation: 'actOnRelease', status: 200, outcome: 'done', user: won, signedInBy: 'token', about: { release: 'web-1', verb: 'promote', uid } },
      { operation: 'actOnRelease', status: 409, outcome: 'refused', code: 'conflict', user: lost, message: STANDS },
    ]);
    await driver.startController();
    expect((await untilPhase(driver, ['Completed', 'Aborted'])).status?.phase).toBe('Completed');
  });
});
