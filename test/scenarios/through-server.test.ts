import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ClusterRole, ClusterRoleBinding } from '../../src/kubernetes/generated/rbac-v1.js';
import { installedKinds } from '../../src/installation/kinds.js';
import { userRoles } from '../../src/installation/parts/access.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { Release } from '../../src/model/release.js';
import { API_VERSION, serinResources } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import { serin as inProcess, start as startInProcess, type CommandResult } from '../cli/driven-shell.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { servePage, type ServedPage } from './served-page.js';
import { openShop, policyOf, shopImages } from './shop-manifests.js';
import { startForwarder, type Forwarder } from './through-server.js';

const namespace = 'shop';
const steps = [{ weight: 20 }, { approve: {} }, { pause: {} }, { pause: {} }, { weight: 50 }, { pause: {} }];

/** Ages, spans and times, which differ from one look to the next. */
const plain = (text: string): string => text.replace(/\b\d+(ms|s|m|h)\b( \d+s)?/g, 'T').replace(/\d\d:\d\d:\d\d/g, 'HH:MM:SS').replace(/\d+ requests?/g, 'N requests').replace(/ +/g, ' ').replace(/[ \t]+$/gm, '');

describe.sequential('commands through a server', () => {
  let cluster: TestCluster;
  let page: ServedPage;
  let between: Forwarder;
  const tokens: Record<string, string> = {};

  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
    await openShop(cluster, { namespace, replicas: 1, doors: ['ingressNginx'] }, policyOf(namespace, { canary: { steps } }, { ingressNginx: { settleSeconds: 1 } }));
    [page] = await Promise.all([
      servePage(cluster.kubeconfig),
      person('jane', 'serin-viewer'), person('anna', 'serin-approver'), person('rita', 'serin-releaser'),
      eventually('the policy is ready', async () => (await cluster.client.get(serinResources.releasePolicies, { namespace, name: 'shop' })).status?.phase === 'Resting'),
    ]);
    between = await startForwarder(page.url);
  }, 120_000);
  afterAll(async () => {
    await between?.stop();
    await page?.stop();
    await cluster?.stop();
  });
  afterEach(() => {
    between.asking = (options) => options;
    between.answering = (body) => body;
  });

  /** Somebody with one of the roles for people, on the whole cluster. */
  async function person(name: string, role: string): Promise<void> {
    await cluster.serin('local', 'user', 'add', name, '--directory', cluster.directory, '--name', 'test');
    const metadata = { name: `test-${name}` };
    await cluster.client.create<ClusterRole>(installedKinds.ClusterRole, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: [...(userRoles.find((each) => each.name === role)?.rules ?? [])] });
    await cluster.client.create<ClusterRoleBinding>(installedKinds.ClusterRoleBinding, {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    });
    tokens[name] = (parse(await readFile(join(cluster.directory, `kubeconfig-${name}`), 'utf8')) as { users: [{ user: { token: string } }] }).users[0].user.token;
  }

  /** A command through the server, as somebody. */
  const as = (name: string, ...args: string[]): Promise<CommandResult> => inProcess(undefined, args, { connects: true, clock: systemClock, env: { SERIN_SERVER: page.url, SERIN_TOKEN: tokens[name] ?? name } });
  /** The same with all that stands between, and no environment. */
  const past = (name: string, ...args: string[]): Promise<CommandResult> => inProcess(undefined, [...args, '-n', namespace, '--server', between.url], { connects: true, clock: systemClock, env: { SERIN_TOKEN: tokens[name] ?? name } });
  const byKubeconfig = (...args: string[]): Promise<CommandResult> => inProcess(undefined, [...args, '--kubeconfig', cluster.kubeconfig], { connects: true, clock: systemClock, env: { SERIN_SERVER: 'https://nowhere.invalid' } });
  const admin = (...args: string[]): Promise<CommandResult> => inProcess(undefined, [...args, '--server', page.url, '--kubeconfig', cluster.kubeconfig], { connects: true, clock: systemClock });

  const until = (what: string, condition: (release: Release) => boolean, name = 'shop-1'): Promise<Release> =>
    eventually(what, async () => {
      const found = await cluster.client.find(serinResources.releases, { namespace, name });
      return found && condition(found) && found;
    }, 45);
  /** Waits until the server, which has caches, knows it as well. */
  const told = (what: string, message: RegExp, name = 'shop-1'): Promise<unknown> =>
    eventually(what, async () => message.test((await as('jane', 'status', `release/${name}`, '-n', namespace)).out), 30);
  const setImage = (version: string): Promise<unknown> =>
    cluster.client.patch(resources.deployments, { namespace, name: 'shop' }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'shop', image: `example/shop:${version}` }] } } } } });

  const refused = (result: CommandResult, message: RegExp, code = 1): void => {
    expect(result).toEqual({ code, out: '', err: expect.stringMatching(/^serin: [^\n]+\n$/) as string });
    expect(result.err).toMatch(message);
    for (const token of Object.values(tokens)) expect(result.err).not.toContain(token);
  };

  it('show a policy at rest', async () => {
    expect((await as('jane', 'get', '-n', namespace)).out).toMatch(/^NAME +WORKLOAD +PHASE +STABLE +RELEASE\nshop +shop +Resting +shop-\S+ +-\n$/);
    expect((await as('jane', 'status', 'shop', '-n', namespace)).out).toMatch(/^policy shop {2}Resting {2}Deployment shop, canary, ingress-nginx\n\n.* is stable; waits for a new version\.\n$/);
    expect((await as('jane', 'history', 'shop', '-n', namespace)).err).toBe('Policy shop has had no release in namespace shop.\n');
    refused(await as('jane', 'abort', 'shop', '-n', namespace), /^serin: policy shop has no release to abort: /);
  });

  it('[S3-11] show a release as a kubeconfig does', async () => {
    await setImage('v2');
    await until('it waits for an approval', ({ status }) => status?.step.index === 1 && status.message?.startsWith('Waits for approval') === true);
    await told('the server knows it', /Waits for approval/);
    const [through, direct] = await Promise.all([admin('status', 'shop', '-n', namespace), byKubeconfig('status', 'shop', '-n', namespace)]);
    // Counts of requests move on; the judge writes its record on its own time.
    const tree = (text: string): string[] => plain(text).split('\n').filter((line) => !/requests|judged by|errors|latency|shares|─ canary \d|─ stable \d|counted/.test(line));
    expect(tree(through.out)).toEqual(tree(direct.out));
    expect(through.out).toMatch(/▶ 2 wait for an approval/);
    for (const args of [['get', 'releases'], ['get', 'releases', '-A'], ['get', 'releases', 'shop-1']]) {
      const place = args.includes('-A') ? [] : ['-n', namespace];
      expect(plain((await as('jane', ...args, ...place)).out)).toBe(plain((await byKubeconfig(...args, ...place)).out));
    }
    expect(JSON.parse((await as('jane', 'get', 'releases', '-A', '-o', 'json')).out)).toMatchObject({ items: [{ id: 'shop/shop-1', phase: 'Progressing', waitsFor: { kind: 'approval' } }] });
    expect(parse((await as('jane', 'status', 'release/shop-1', '-n', namespace, '-o', 'yaml')).out)).toMatchObject({ policy: { name: 'shop' }, release: { name: 'shop-1', share: 200 } });
    // Who may not see Pods is told so, and no number that is not known.
    expect((await as('jane', 'status', 'shop', '-n', namespace)).out).toMatch(/canary shop-\S+ {2}example\/shop:v2 {2}Pods not shown: you may not see them/);
  });

  it.each<[string[], RegExp, number?]>([
    [['status', 'shopp', '-n', namespace], /^serin: there is no policy or release "shopp" in namespace shop\. Did you mean shop\?\n$/],
    [['status', 'shop'], /^serin: there is no policy or release "shop" in namespace default, but in shop: add -n shop\.\n$/],
    [['status', 'release/shop', '-n', namespace], /^serin: there is no release "shop" in namespace shop\. /],
    [['get', 'policy', '../../../v1', '-n', namespace], /^serin: there is no policy "\.\.\/\.\.\/\.\.\/v1" in namespace shop\./],
    [['get', '-n', '../x'], /^serin: "\.\.\/x" is no name of a namespace; write it with small letters, digits and hyphens\.\n$/, 2],
    [['status', 'rollout/shop'], /^serin: rollout\/shop: a server is not asked for Rollouts\. Leave --server and SERIN_SERVER out/, 2],
    [['rollback', 'shop', '--to', 'shop-1', '-n', namespace], /^serin: --to: a server goes back to the version before, and to no other\./, 2],
    [['retry', 'release/shop-1', '-n', namespace], /^serin: release\/shop-1: a policy is wanted here, not a release\.\n$/],
    [['approve', 'image/none', '-n', namespace], /^serin: there is no image none in namespace shop\. Those that wait are listed by: serin approvals\.\n$/],
    [['retry', 'shop', '-n', namespace], /Release shop-1 is under way; there is nothing to retry/],
  ])('%j is refused', async (args, message, code) => {
    refused(await as('jane', ...args), message, code);
  });

  it('know nobody without a right token', async () => {
    refused(await inProcess(undefined, ['get', '--server', page.url], { connects: true }), /^serin: a server has to know who you are\. Give a token/);
    refused(await as('wrong-token', 'get', '-n', namespace), /^serin: The cluster does not take this token/);
    refused(await past('wrong-token', 'abort', 'shop'), /^serin: The cluster does not take this token/);
    expect(page.output()).not.toContain('wrong-token');
  });

  it('leave another way for commands that cannot go through a server', async () => {
    expect((await inProcess(undefined, ['explain', 'shop', '--server', page.url], { connects: true }))).toMatchObject({ code: 2, err: expect.stringMatching(/unknown option '--server'/) as string });
    // They do not look at SERIN_SERVER either.
    expect((await inProcess(undefined, ['explain', 'shop', '-n', namespace, '--kubeconfig', cluster.kubeconfig], { connects: true, clock: systemClock, env: { SERIN_SERVER: 'https://nowhere.invalid' } })).code).toBe(0);
  });

  it('offer the names that the server knows', async () => {
    const { out } = await as('jane', '__complete', 'abort', '-n', namespace, '');
    expect(out.split('\n')).toEqual(expect.arrayContaining(['shop', 'shop-1', ':4']));
    expect((await inProcess(undefined, ['__complete', 'get', '--token-file', ''], {})).out).toBe(':0\n');
  });

  it('[S3-18] let nobody do what they have no right to', async () => {
    for (const verb of ['abort', 'pause', 'approve']) refused(await as('jane', verb, 'shop', '-n', namespace), /jane/);
    refused(await as('anna', 'abort', 'shop', '-n', namespace), /anna/);
    refused(await as('rita', 'approve', 'shop', '-n', namespace), /rita/);
    expect((await cluster.client.list(serinResources.approvals, { namespace })).items).toEqual([]);
    expect((await cluster.client.get(serinResources.releases, { namespace, name: 'shop-1' })).spec).not.toMatchObject({ abort: true });
  });

  it('[S3-18] approve what was looked at, and nothing else', async () => {
    expect((await as('anna', 'approvals', '-n', namespace)).out).toMatch(/^RELEASE +STEP +WAITS +GIVEN +FROM\nshop-1 +2 +now +0 of 1 +anyone who may create Approvals\n$/);
    // What was looked at is not what there is any more.
    between.answering = (body) => body.replace(/"seen":\{"plan":"[^"]*"/, '"seen":{"plan":"of yesterday"');
    refused(await past('anna', 'approve', 'shop'), /^serin: Release shop-1 is not what was shown: its plan or its versions are others\. Look at it again\.\n$/);
    between.answering = (body) => body.replaceAll(/"uid":"[^"]*"/g, '"uid":"of another"');
    refused(await past('anna', 'approve', 'shop'), /is not the one that was meant/);
    refused(await past('rita', 'abort', 'shop'), /is not the one that was meant/);
    expect((await cluster.client.list(serinResources.approvals, { namespace })).items).toEqual([]);
    const { code, out } = await as('anna', 'approve', 'shop', '-n', namespace, '--comment', 'looks good');
    expect([code, out]).toEqual([0, expect.stringMatching(/^Step 2 of release shop-1 is approved by anna\.\n/)]);
    await until('it goes on', ({ status }) => status?.step.index === 2);
    expect((await cluster.client.list(serinResources.approvals, { namespace })).items.map(({ spec }) => spec)).toMatchObject([{ user: 'anna', approved: true, comment: 'looks good', step: 2, seen: { plan: expect.any(String) as string } }]);
    await told('the server knows it', /approved by anna: looks good/);
    expect((await as('jane', 'approvals', 'shop', '-n', namespace)).out).toMatch(/shop-1 +2 +approved +anna +\S+ +looks good/);
    expect((await as('jane', 'approvals', '-n', namespace)).err).toBe('Nothing waits for an approval in namespace shop.\n');
  });

  it('pause, resume and go on by the step that was looked at', async () => {
    await told('the server knows the step', /▶ 3 pause/);
    expect(await as('rita', 'pause', 'shop', '-n', namespace)).toMatchObject({ code: 0, out: expect.stringMatching(/^Release shop-1 is paused\.\n/) as string });
    refused(await as('rita', 'pause', 'shop', '-n', namespace), /^serin: Release shop-1 is paused already\.\n$/);
    between.answering = (body) => body.replace(/"step":\{"index":2/, '"step":{"index":1');
    refused(await past('rita', 'resume', 'release/shop-1'), /^serin: Release shop-1 is at step 3 of 7 by now, not at step 2/);
    refused(await past('rita', 'promote', 'release/shop-1'), /not at step 2/);
    between.answering = (body) => body;
    expect(JSON.parse((await as('rita', 'resume', 'shop-1', '-n', namespace, '-o', 'json')).out)).toMatchObject({ done: 'Release shop-1 goes on.', doneZh: expect.any(String) as string, release: { name: 'shop-1' } });
    await until('it is at the next pause', ({ status }) => status?.step.index === 3);
    await told('the server knows it', /▶ 4 pause/);
    expect((await as('rita', 'promote', 'shop', '-n', namespace)).out).toMatch(/^Release shop-1 goes on to step 5 of 7\.\n/);
    await until('it is at the last pause', ({ status }) => status?.step.index === 5);
  });

  it('[S3-11] follow a release over a lost connection to its end', async () => {
    const watch = startInProcess(undefined, ['status', 'release/shop-1', '--watch', '-n', namespace, '--server', between.url], { connects: true, clock: systemClock, env: { SERIN_TOKEN: tokens['jane'] ?? '' } });
    await eventually('it shows where it is', () => Promise.resolve(watch.out().includes('the canary receives 50 %')), 30, watch.out);
    const leaving = new AbortController();
    const screen = startInProcess(undefined, ['status', 'shop', '--watch', '-n', namespace, '--server', page.url], { connects: true, clock: systemClock, terminal: true, signal: leaving.signal, env: { SERIN_TOKEN: tokens['jane'] ?? '', NO_COLOR: '1' } });
    await eventually('a terminal shows it as a tree', () => Promise.resolve(/▶ 6 pause/.test(screen.out())), 30, screen.out);
    leaving.abort();
    expect((await screen.result).code).toBe(0);
    between.cut();
    await eventually('it says that it is lost', () => Promise.resolve(watch.err().includes('is lost; it is tried again.')), 30, watch.err);
    await told('the server knows the step', /▶ 6 pause/);
    expect((await as('rita', 'abort', 'shop', '-n', namespace)).out).toMatch(/^Release shop-1 is taken back\.\nUsers go back to shop-\S+\.\n$/);
    await until('it was taken back', ({ status }) => status?.phase === 'Aborted');
    between.mend();
    const { code, out, err } = await watch.result;
    expect([code, err.match(/is lost/g)]).toEqual([0, ['is lost']]);
    // It went on where it was.
    expect(between.streams).toEqual([undefined, expect.stringMatching(/^\d+$/)]);
    expect(out).toMatch(/shop-1: Taking the canary back: /);
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/was taken back|holds|is held/i);
  });

  it('tell the history, try again and go back', async () => {
    refused(await as('rita', 'abort', 'shop', '-n', namespace), /Release shop-1 has ended \(Aborted\); there is nothing to abort\./);
    await eventually('the policy holds', async () => (await as('jane', 'get', 'policy', 'shop', '-n', namespace)).out.includes('Holding'), 30);
    expect((await as('jane', 'history', 'shop', '-n', namespace)).out).toMatch(/^NUMBER +FROM +TO +OUTCOME .*\n1 +shop-\S+ +shop-\S+ +Aborted .* 50 % .* by rita, within .*\n$/);
    refused(await as('anna', 'retry', 'shop', '-n', namespace), /anna/);
    expect((await as('rita', 'retry', 'shop', '-n', namespace)).out).toMatch(/ is tried again from the first step\.\n/);
    await until('it is tried again', ({ status }) => (status?.step.index ?? 0) >= 1, 'shop-2');
    await told('the server knows it', /▶ 2 wait for an approval/, 'shop-2');
    expect((await as('anna', 'reject', 'shop', '-n', namespace))).toMatchObject({ code: 2, err: expect.stringMatching(/--comment/) as string });
    expect((await as('rita', 'promote', 'shop', '--full', '-n', namespace)).out).toMatch(/^Release shop-2 goes through its remaining steps without waiting for pauses and analyses\.\nNever skipped: step 2/);
    expect((await as('rita', 'rollback', 'shop', '-n', namespace)).out).toMatch(/^A release is under way, so it is aborted\. Release shop-2 is taken back\.\n/);
    await until('it was taken back', ({ status }) => status?.phase === 'Aborted', 'shop-2');
    await eventually('the policy holds', async () => (await as('jane', 'get', 'policy', 'shop', '-n', namespace)).out.includes('Holding'), 30);
    refused(await as('rita', 'rollback', 'shop', '-n', namespace), /rita/);
    expect((await admin('rollback', 'shop', '-n', namespace)).out).toMatch(/^The workload asks for shop-\S+ again instead of shop-\S+; it is what runs, so there is nothing to release\.\n$/);
  });

  it('[S3-18] list images and say something to them', async () => {
    const place = { namespace, name: 'shop-image-1' };
    expect((await as('jane', 'images', '-n', namespace)).err).toMatch(/^No image is under way in namespace shop\./);
    await cluster.client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { namespace, name: 'shop' }, spec: { workload: { deployment: 'shop' }, tags: { level: 'force' }, approval: { count: 1 } } });
    await cluster.client.create(serinResources.imageUpdates, { apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: place, spec: { policy: 'shop', image: 'example/shop', tag: 'v3', source: 'native', receivedAt: new Date().toISOString() } });
    await eventually('it waits', async () => (await as('jane', 'images', '-n', namespace)).out.includes('WaitingForApproval'), 30);
    expect((await as('jane', 'images', '-A')).out).toMatch(/^NAMESPACE +UPDATE +POLICY +TAG +FROM +AGE +PHASE +RELEASE +MESSAGE\nshop +shop-image-1 +shop +v3 +native +\S+ +WaitingForApproval +- /);
    expect((await as('anna', 'approvals', '-n', namespace)).out).toMatch(/image\/shop-image-1 +example\/shop:v3 /);
    refused(await as('jane', 'reject', 'image/shop-image-1', '--comment', 'no', '-n', namespace), /jane/);
    expect((await as('anna', 'reject', 'image/shop-image-1', '--comment', 'untested', '-n', namespace)).out).toMatch(/^Image shop-image-1 \(example\/shop:v3\) is rejected by anna\.\n/);
    await eventually('it has ended', async () => /Rejected/.test((await as('jane', 'images', '--all', '-n', namespace)).out), 30);
  });

  it('send a token to nobody but the server that was named', async () => {
    refused(await inProcess(undefined, ['get', '--server', 'http://serin.example.com'], { connects: true, env: { SERIN_TOKEN: tokens['jane'] ?? '' } }), /plain http to this machine only/, 2);
    between.asking = (options) => ({ ...options, headers: { ...(options.headers as Record<string, string>), host: 'forged.example.com' } });
    refused(await past('jane', 'get'), /^serin: This server does not answer to the name in the header Host/);
    const asked: (string | undefined)[] = [];
    const elsewhere = createServer((incoming, outgoing) => void (asked.push(incoming.headers.authorization), outgoing.end('{}')));
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const redirecting = createServer((_, outgoing) => void outgoing.writeHead(307, { location: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/api/v1/releases` }).end());
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
    const at = (server: typeof elsewhere): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      refused(await inProcess(undefined, ['get', '--server', at(redirecting)], { connects: true, clock: systemClock, env: { SERIN_TOKEN: tokens['jane'] ?? '' } }), /leads on to http:\/\/127\.0\.0\.1:\d+, where no token is sent/);
      expect(asked).toEqual([]);
      refused(await inProcess(undefined, ['get', '--server', at(elsewhere)], { connects: true, clock: systemClock, env: { SERIN_TOKEN: 'a-token' } }), /is a Serin server of another version: the answer/);
      refused(await inProcess(undefined, ['get', '--server', at(elsewhere).replace('http:', 'https:')], { connects: true, clock: systemClock, env: { SERIN_TOKEN: 'a-token' } }), /speaks no TLS there|ended the connection/);
    } finally {
      for (const server of [elsewhere, redirecting]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    }
    between.asking = (options) => options;
    between.answering = () => '<html>Welcome</html>';
    refused(await past('jane', 'get'), /is no Serin server: it answers with application\/json instead of JSON/);
    between.answering = (body) => body.replaceAll('"phase":"', '"phase":"Un');
    refused(await past('jane', 'get'), /is a Serin server of another version: the answer's field "items\.0\.phase"/);
  });

  it('say that the server is gone', async () => {
    await page.stop();
    refused(await as('jane', 'get', '-n', namespace), /^serin: http:\/\/127\.0\.0\.1:\d+ takes no connections\. Check the address, and that the server runs\.\n$/);
    refused(await as('jane', 'status', 'shop', '--watch', '-n', namespace), /takes no connections/);
  });
});
