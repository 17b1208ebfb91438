import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '../../src/kubernetes/generated/rbac-v1.js';
import { installedKinds } from '../../src/installation/kinds.js';
import { installationObjects } from '../../src/installation/objects.js';
import { userRoles } from '../../src/installation/parts/access.js';
import { readValues } from '../../src/installation/values.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { Approval } from '../../src/model/approval.js';
import type { ImagePolicy } from '../../src/model/images/image-policy.js';
import type { Release } from '../../src/model/release.js';
import { API_VERSION, serinResources } from '../../src/model/resources.js';
import { CLIENT, startProvider, type TestProvider } from '../../src/server/testing/oidc-provider.js';
import { freePort } from '../kubernetes/data-planes/free-port.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { signInAt } from './provider-sign-in.js';
import { field, servePage, serveTogether, withSession, type Answer, type Served, type ServedPage, type Visitor } from './served-page.js';
import { openShop, policyOf, shopImages } from './shop-manifests.js';
import { buttonIn, newSlack, openSlackChannel, pressed, SLACK_CHANNEL, SLACK_SECRET, type SlackPost } from './slack-channel.js';

const namespace = 'shop';
const RELEASE = `/api/v1/namespaces/${namespace}/releases/shop-1`;
const SECOND = `/api/v1/namespaces/${namespace}/releases/shop-2`;
const basic = (user: string, password: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });
const steps = [{ weight: 20 }, { approve: {} }, { pause: {} }, { pause: {} }, { weight: 50 }, { pause: {} }];

/** One sentence that says what is wrong, and nothing of what was sent. */
const refused = (answer: Answer, status: number, message: RegExp = /\w/): void => {
  const chinese = JSON.stringify(answer.body).includes('"messageZh"') ? { messageZh: expect.stringMatching(/[\u4e00-\u9fff]/) } : {};
  expect([answer.status, answer.body]).toEqual([status, { error: { code: expect.any(String), message: expect.stringMatching(/^[^\n]+\.$/), ...chinese, requestId: expect.any(String) } }]);
  expect(field(answer.body, 'error', 'message')).toMatch(message);
};

describe.sequential('page and API of a local cluster', () => {
  let cluster: TestCluster;
  let page: ServedPage;
  let admin: Visitor;
  let viewer: Visitor;
  let approver: Visitor;
  const slack = newSlack();

  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
    await slack.http.start();
    const password = join(cluster.directory, 'webhook-password');
    await writeFile(password, 'admin\n', { mode: 0o600 });
    await openShop(cluster, { namespace, replicas: 1, doors: ['ingressNginx'] }, policyOf(namespace, { canary: { steps } }, { ingressNginx: { settleSeconds: 1 } }));
    await openSlackChannel(cluster.client, { namespace, slack, users: [{ chat: 'U1', user: 'anna' }, { chat: 'U2', user: 'jane' }] });
    [page] = await Promise.all([
      servePage(cluster.kubeconfig, '--webhook-user', 'admin', '--webhook-password-file', password),
      person('jane', 'serin-viewer'),
      person('anna', 'serin-approver'),
      eventually('the policy is ready', async () => (await cluster.client.get(serinResources.releasePolicies, { namespace, name: 'shop' })).status?.phase === 'Resting'),
    ]);
    [viewer, approver] = [page.visitor({ authorization: `Bearer ${await tokenOf('jane')}` }), page.visitor({ authorization: `Bearer ${await tokenOf('anna')}` })];
  }, 120_000);
  /** Those that a test was to end itself, and did not come to. */
  const more: Served[] = [];
  afterAll(async () => {
    await Promise.all([page, ...more].map((each) => each?.stop()));
    await cluster?.stop();
    await slack.http.stop();
  });

  const rulesOf = (role: string): readonly PolicyRule[] => userRoles.find((each) => each.name === role)?.rules ?? [];
  /** Somebody with one of the roles for people, on the whole cluster. */
  const person = (name: string, role: string): Promise<void> => allow(name, rulesOf(role));

  async function allow(name: string, rules: readonly PolicyRule[]): Promise<void> {
    await cluster.serin('local', 'user', 'add', name, '--directory', cluster.directory, '--name', 'test');
    await bind({ kind: 'User', name }, rules);
  }
  async function bind({ kind, name }: { kind: 'User' | 'Group'; name: string }, rules: readonly PolicyRule[]): Promise<void> {
    const metadata = { name: `test-${name}` };
    await cluster.client.create<ClusterRole>(installedKinds.ClusterRole, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: [...rules] });
    await cluster.client.create<ClusterRoleBinding>(installedKinds.ClusterRoleBinding, {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind, name }],
    });
  }
  /** Somebody with the rights that the chart gives the server with these values, and no others. @returns their kubeconfig */
  async function asServer(name: string, values: object = {}): Promise<string> {
    const installed = installationObjects({ values: readValues({ image: { repository: 'r' }, server: { enabled: true, ...values } }), namespace: 'serin-system', managedBy: 'serin', version: '1' }).map(({ object }) => object);
    const role = installed.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.startsWith('system:serin:server')) as ClusterRole;
    await allow(name, role.rules ?? []);
    return join(cluster.directory, `kubeconfig-${name}`);
  }
  const tokenOf = async (name: string): Promise<string> => (parse(await readFile(join(cluster.directory, `kubeconfig-${name}`), 'utf8')) as { users: [{ user: { token: string } }] }).users[0].user.token;
  const release = (name = 'shop-1'): Promise<Release> => cluster.client.get(serinResources.releases, { namespace, name });
  const uid = async (name?: string): Promise<string> => (await release(name)).metadata.uid ?? '';
  const until = (what: string, condition: (release: Release) => boolean, name = 'shop-1'): Promise<Release> =>
    eventually(what, async () => {
      const found = await cluster.client.find(serinResources.releases, { namespace, name });
      return found && condition(found) && found;
    }, 45);
  const setImage = (version: string): Promise<unknown> =>
    cluster.client.patch(resources.deployments, { namespace, name: 'shop' }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'shop', image: `example/shop:${version}` }] } } } } });

  it('[S3-11] tell nothing but their health to whom they do not know', async () => {
    const nobody = page.visitor();
    expect((await nobody.get('/healthz')).status).toBe(200);
    for (const path of ['/api/v1/releases', '/api/v1/session', '/api/v1/stream', RELEASE]) refused(await nobody.get(path), 401);
    refused(await page.visitor({ authorization: 'Bearer not-a-token' }).get('/api/v1/releases'), 401);
    expect(page.output()).not.toContain('not-a-token');
    expect((await nobody.get('/')).status).toBe(200);
  });

  it('[S3-11] know who opens the link, once', async () => {
    expect((await page.visitor().get('/sign-in?code=wrong')).status).toBe(401);
    admin = await page.signIn();
    expect((await admin.get('/api/v1/session')).body).toMatchObject({ user: 'kubernetes-admin', method: 'link' });
    refused(await page.visitor().get(page.link.slice(page.url.length)), 401, /used already/);
  });

  it('[S3-11] list and show a release, live', async () => {
    const leaving = new AbortController();
    const stream = await fetch(`${page.url}/api/v1/stream`, { headers: { authorization: `Bearer ${await tokenOf('jane')}`, accept: 'text/event-stream' }, signal: leaving.signal });
    expect(stream.status).toBe(200);
    await setImage('v2');
    await until('it waits for an approval', ({ status }) => status?.step.index === 1 && status.message?.startsWith('Waits for approval') === true);
    let heard = '';
    for await (const chunk of stream.body ?? []) {
      heard += new TextDecoder().decode(chunk);
      if (/event: release\n[^]*?shop-1/.test(heard)) break;
    }
    leaving.abort();
    const summary = { id: `${namespace}/shop-1`, policy: 'shop', outcome: 'running', waitsFor: { kind: 'approval' } };
    await eventually('the list says that it waits', async () => JSON.stringify((await viewer.get('/api/v1/releases?search=shop')).body).includes('"kind":"approval"'), 30);
    expect((await viewer.get('/api/v1/releases')).body).toMatchObject({ items: [summary], total: 1 });
    expect((await viewer.get(RELEASE)).body).toMatchObject({ ...summary, share: 200, versions: expect.arrayContaining([expect.objectContaining({ role: 'canary' }), expect.objectContaining({ role: 'stable' })]) });
    expect(JSON.stringify((await viewer.get(RELEASE)).body)).toContain('"state":"now"');
    expect((await approver.get('/api/v1/approvals?mine=true')).body).toMatchObject({ items: [{ kind: 'release', step: 2, mine: true }] });
  });

  it('[S3-18] let nobody do what they have no right to, and write it down', async () => {
    const approve = { uid: await uid(), comment: 'x' };
    refused(await viewer.post(`${RELEASE}/actions/approve`, approve), 403, /jane/);
    refused(await viewer.post(`${RELEASE}/actions/abort`, approve), 403, /jane/);
    refused(await approver.post(`${RELEASE}/actions/abort`, approve), 403, /anna/);
    refused(await admin.post(`${RELEASE}/actions/approve`, approve, { 'x-serin-csrf': 'wrong' }), 403);
    refused(await admin.post(`${RELEASE}/actions/approve`, approve, { origin: 'https://elsewhere.example.com' }), 403);
    expect((await cluster.client.list(serinResources.approvals, { namespace })).items).toEqual([]);
    expect((await release()).spec.abort ?? false).toBe(false);
    expect(page.audit().filter(({ status, user }) => status === 403 && user === 'jane')).toHaveLength(2);
  });

  it('[S3-18] take an approval for what was meant, in the name of who gives it', async () => {
    refused(await approver.post(`${RELEASE}/actions/approve`, { uid: '00000000-0000-0000-0000-000000000000' }), 409);
    refused(await approver.post(`${RELEASE}/actions/approve`, { comment: 'no uid' }), 400, /uid/);
    refused(await approver.post(`${RELEASE}/actions/approve`, `{"uid":"${'x'.repeat(100_000)}"}`), 413);
    refused(await approver.post(`${RELEASE}/actions/approve`, 'uid=1', { 'content-type': 'text/plain' }), 415);
    expect((await approver.post(`${RELEASE}/actions/approve`, { uid: await uid(), comment: 'looks good' })).status).toBe(200);
    await until('it goes on', ({ status }) => (status?.step.index ?? 0) > 1);
    expect((await cluster.client.list(serinResources.approvals, { namespace })).items.map(({ spec }) => spec)).toMatchObject([{ user: 'anna', approved: true, comment: 'looks good', step: 2 }]);
    await eventually('the page shows who', async () => /anna[^]*looks good|looks good[^]*anna/.test(JSON.stringify((await viewer.get(RELEASE)).body)), 30);
    expect(page.audit()).toEqual(expect.arrayContaining([expect.objectContaining({ user: 'anna', status: 200 })]));
  });

  it('[S3-11] let two at once go on by one step only', async () => {
    await until('it pauses', ({ status }) => status?.step.index === 2);
    const body = { uid: await uid(), step: 3 };
    const answers = await Promise.all([admin.post(`${RELEASE}/actions/promote`, body), page.visitor({ authorization: `Bearer ${await adminToken()}` }).post(`${RELEASE}/actions/promote`, body)]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0], JSON.stringify(answers.map((each) => each.body))).toBe(200);
    expect([200, 409]).toContain(statuses[1]);
    await until('it is one step further', ({ status }) => status?.step.index === 3);
    refused(await admin.post(`${RELEASE}/actions/promote`, body), 409);
    expect((await release()).status?.step.index).toBe(3);
  });
  const adminToken = async (): Promise<string> => (parse(await readFile(cluster.kubeconfig, 'utf8')) as { users: [{ user: { token: string } }] }).users[0].user.token;

  it('[S3-11] take a release back', async () => {
    expect(await admin.post(`${RELEASE}/actions/abort`, { uid: await uid() })).toMatchObject({ status: 200 });
    const { status } = await until('it was taken back', ({ status: found }) => found?.phase === 'Aborted');
    expect(status?.abortReason).toBe('AbortedByUser');
    refused(await admin.post(`${RELEASE}/actions/abort`, { uid: await uid() }), 409);
    await eventually('the page says who', async () => JSON.stringify((await viewer.get(RELEASE)).body).includes('"user":"kubernetes-admin"'), 30);
    // The other door says the same.
    expect((await cluster.serin('status', 'shop-1', '-n', namespace)).stdout).toContain('AbortedByUser');
  });

  it('take a webhook once, and none that is forged', async () => {
    const policy: ImagePolicy = { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'shop', namespace }, spec: { workload: { deployment: 'shop' }, tags: { level: 'force' } } };
    await cluster.client.create(serinResources.imagePolicies, policy);
    const drone = page.visitor();
    const event = { name: 'example/shop', tag: 'v3' };
    const send = (body: unknown, headers: Record<string, string> = basic('admin', 'admin')): Promise<Answer> => drone.post('/v1/webhooks/native', body, headers);
    refused(await send(event, {}), 401);
    refused(await send(event, basic('admin', 'wrong')), 401);
    refused(await send('{'), 400);
    refused(await send({ name: 'x'.repeat(1_100_000), tag: 'v3' }), 413);
    refused(await drone.post('/v1/webhooks/nobody', event, basic('admin', 'admin')), 404);
    expect((await send({ name: 'example/elsewhere', tag: 'v3' })).body).toMatchObject({ accepted: [] });
    expect(await send(event)).toMatchObject({ status: 202, body: { accepted: [{ policy: `${namespace}/shop` }] } });
    expect((await send(event)).status).toBe(202);
    expect((await cluster.client.list(serinResources.imageUpdates, { namespace })).items).toHaveLength(1);
    await eventually('it is released', async () => (await cluster.client.find(serinResources.releases, { namespace, name: 'shop-2' })) !== undefined, 30);
    expect((await viewer.get('/api/v1/images')).body).toMatchObject({ items: [{ image: 'example/shop', tag: 'v3', source: 'native' }] });
    expect(page.audit().filter(({ operation, status }) => operation === 'webhook' && status === 401)).toHaveLength(2);
    expect(page.output()).not.toContain(basic('admin', 'admin')['authorization']?.slice(6));
  });

  it('show each person their own page, with their own rights, and end when told to', async () => {
    const own = await servePage(join(cluster.directory, 'kubeconfig-jane'), '-n', namespace);
    more.push(own);
    expect(own.output()).toMatch(/signs in as jane, once/);
    const jane = await own.signIn();
    expect((await jane.get('/api/v1/session')).body).toMatchObject({ user: 'jane' });
    await eventually('its caches are filled', async () => (await jane.get(RELEASE)).status === 200, 30);
    refused(await jane.post(`${SECOND}/actions/abort`, { uid: await uid('shop-2') }), 403, /jane/);
    expect(await own.stop()).toBe(0);
  });

  it('serve several people, with the rights that the chart gives the server and no more', async () => {
    const jane = join(cluster.directory, 'kubeconfig-jane');
    expect(await cluster.serin('server', '--kubeconfig', jane)).toMatchObject({ code: 1, stderr: expect.stringMatching(/^serin: nobody could sign in: [^\n]+\.\n/) });
    const server = await serveTogether(await asServer('robot'));
    more.push(server);
    const token = await tokenOf('jane');
    refused(await server.visitor().post('/api/v1/session', { token: `${token}x` }), 401);
    const signedIn = await withSession(server, await server.visitor().post('/api/v1/session', { token }));
    await eventually('its caches are filled', async () => (await signedIn.get(RELEASE)).status === 200, 30);
    expect((await signedIn.get('/api/v1/session')).body).toMatchObject({ user: 'jane', method: 'token' });
    for (const path of ['/api/v1/policies', '/api/v1/approvals', '/api/v1/images', `${RELEASE}/history`, `${RELEASE}/objects`]) expect([path, (await signedIn.get(path)).status]).toEqual([path, 200]);
    refused(await signedIn.post(`${SECOND}/actions/abort`, { uid: await uid('shop-2') }), 403, /jane/);
    expect(server.output()).not.toContain(token);
    expect(server.output()).not.toMatch(/forbidden[^\n]*robot/);
    expect(await server.stop()).toBe(0);
  });

  describe.sequential('through serin server, where people sign in at a provider and answer in a chat', () => {
    const DOOR = `/v1/callbacks/slack/${namespace}/${SLACK_CHANNEL}`;
    const eve = { email: 'eve@shop.example', email_verified: true, groups: ['release-managers'] };
    let provider: TestProvider;
    let server: Served;

    beforeAll(async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      provider = await startProvider(() => `${url}/sign-in/oidc/callback`);
      const secret = join(cluster.directory, 'client-secret');
      await writeFile(secret, `${CLIENT.secret}\n`, { mode: 0o600 });
      const kubeconfig = await asServer('clerk', { chats: true, impersonation: { enabled: true, users: ['oidc:eve@shop.example', 'anna', 'jane'], groups: ['oidc:release-managers'] } });
      await bind({ kind: 'Group', name: 'oidc:release-managers' }, rulesOf('serin-releaser'));
      const oidc = ['--oidc-issuer', provider.issuer, '--oidc-client-id', CLIENT.id, '--oidc-client-secret-file', secret, '--oidc-name', 'Shop'];
      const claims = ['--oidc-user-claim', 'email', '--oidc-groups-claim', 'groups', '--oidc-user-prefix', 'oidc:', '--oidc-groups-prefix', 'oidc:'];
      server = await serveTogether(kubeconfig, '--listen', new URL(url).host, '--public-url', url, '--impersonate', '--chats', ...oidc, ...claims);
    }, 60_000);
    afterAll(async () => {
      await server?.stop();
      await provider?.stop();
    });

    const said = async (): Promise<Approval[]> => (await cluster.client.list(serinResources.approvals, { namespace })).items.filter(({ spec }) => spec.release === 'shop-2');
    const send = ({ body, headers }: SlackPost): Promise<Answer> => server.visitor().post(DOOR, body, headers);
    const callbacks = (): Record<string, unknown>[] => server.audit().filter(({ operation }) => operation === 'callback');

    it('[S3-17] take the button of a message for who stands there for its presser, and none that is forged', async () => {
      const value = await eventually('the chat is asked', () => Promise.resolve(buttonIn(slack, 'approve', 'shop-2')), 45);
      const press = (user: string, signedWith?: string): SlackPost => pressed(slack, { value, user, ...(signedWith === undefined ? {} : { signedWith }) });
      refused(await send(press('U1', 'another secret')), 401, /not signed by the Slack app/);
      const own = press('U2');
      refused(await send({ ...own, body: own.body.replace('U2', 'U1') }), 401, /not signed/);
      // By which door, and nothing of what was sent.
      expect(callbacks().map(({ path, status, user, outcome, message, about }) => [path, status, user, outcome, message, about])).toEqual(Array(2).fill([DOOR, 401, undefined, 'refused', expect.stringContaining('not signed'), undefined]));
      // An administrator has not said yet that channels of this namespace may speak for people.
      expect((await send(press('U1'))).status).toBe(200);
      expect(callbacks().at(-1)).toMatchObject({ outcome: 'refused', message: expect.stringContaining('serin.dev/chat-users') });
      await cluster.client.patch(resources.namespaces, { name: namespace }, { kind: 'merge', body: { metadata: { annotations: { 'serin.dev/chat-users': 'true' } } } });
      expect((await send(press('U2'))).status).toBe(200);
      expect(callbacks().at(-1)).toMatchObject({ status: 200, user: 'jane', outcome: 'refused', code: 'forbidden', message: expect.stringContaining('jane may not create Approvals'), about: { via: 'slack: #releases', verb: 'approve' } });
      expect(await said()).toEqual([]);

      const annas = press('U1');
      expect((await send(annas)).status).toBe(200);
      expect(callbacks().at(-1)).toMatchObject({ status: 200, user: 'anna', outcome: 'done', about: { via: 'slack: #releases', verb: 'approve', object: `${namespace}/shop-2` } });
      refused(await send(annas), 409, /counts once/);
      expect((await said()).map(({ spec }) => spec)).toMatchObject([{ user: 'anna', approved: true, step: 2, via: 'slack: #releases' }]);
      await until('it goes on', ({ status }) => (status?.step.index ?? 0) > 1, 'shop-2');
      await eventually('the chat is told', () => Promise.resolve(/Approved by anna/.test(JSON.stringify(slack.messages)) && /anna/.test(JSON.stringify(slack.replies))), 30);
      await eventually('the page shows by which door', async () => JSON.stringify((await viewer.get(SECOND)).body).includes('"via":"slack: #releases"'), 30);
      for (const secret of Object.values(SLACK_SECRET)) expect(server.output()).not.toContain(secret);
    });

    it('[S3-11] sign in by code and PKCE, and take a release back in the name of the provider’s user', async () => {
      expect((await server.visitor().get('/api/v1/sign-in')).body).toMatchObject({ methods: ['token', 'oidc'], oidcName: 'Shop' });
      provider.next = { claims: eve };
      const way = await signInAt(provider, server);
      expect([way.answer.status, way.answer.headers.get('location')]).toEqual([303, '/']);
      refused(await server.visitor({ cookie: way.cookie }).get(way.back), 400, /begin again/);
      const signedIn = await withSession(server, way.answer);
      expect((await signedIn.get('/api/v1/session')).body).toMatchObject({ user: 'oidc:eve@shop.example', groups: ['oidc:release-managers', 'system:authenticated'], method: 'oidc' });
      await eventually('its caches are filled', async () => (await signedIn.get(SECOND)).status === 200, 30);

      // Whom the provider knows, and the chart does not let the server be.
      provider.next = { claims: { ...eve, email: 'mallory@shop.example' } };
      const stranger = await withSession(server, (await signInAt(provider, server)).answer);
      refused(await stranger.post(`${SECOND}/actions/abort`, { uid: await uid('shop-2') }), 403, /mallory/);
      expect((await release('shop-2')).spec.abort ?? false).toBe(false);

      expect((await signedIn.post(`${SECOND}/actions/abort`, { uid: await uid('shop-2') })).status).toBe(200);
      expect((await until('it was taken back', ({ status }) => status?.phase === 'Aborted', 'shop-2')).status?.abortReason).toBe('AbortedByUser');
      await eventually('the page says who', async () => JSON.stringify((await viewer.get(SECOND)).body).includes('"user":"oidc:eve@shop.example"'), 30);
      const user = 'oidc:eve@shop.example';
      expect(server.audit()).toEqual(expect.arrayContaining([
        expect.objectContaining({ operation: 'signInFromProvider', status: 303, about: { user } }),
        expect.objectContaining({ operation: 'signInFromProvider', status: 400 }),
        expect.objectContaining({ operation: 'actOnRelease', status: 200, user, signedInBy: 'oidc' }),
      ]));
      for (const secret of [CLIENT.secret, provider.lastToken, new URL(way.back, server.url).searchParams.get('code') ?? '']) expect(server.output()).not.toContain(secret);
    });
  });
});
