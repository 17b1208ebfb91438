import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedKinds } from '../../../../src/installation/kinds.js';
import { yamlText } from '../../../../src/installation/template/yaml-text.js';
import { isConditionTrue } from '../../../../src/kubernetes/conditions.js';
import type { Pod } from '../../../../src/kubernetes/generated/core-v1.js';
import type { NetworkPolicy } from '../../../../src/kubernetes/generated/networking-v1.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { matchesLabelSelector } from '../../../../src/kubernetes/selectors.js';
import type { Approval } from '../../../../src/model/approval.js';
import { API_VERSION, serinResources } from '../../../../src/model/resources.js';
import { ask, errorIn } from '../../../../src/server/testing/asking.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { auditIn, field, visitorOf, withSession, type Answer, type Visitor } from '../../../scenarios/served-page.js';
import { buttonIn, newSlack, openSlackChannel, pressed, SLACK_CHANNEL, SLACK_SECRET } from '../../../scenarios/slack-channel.js';
import { run } from '../../../started/run.js';
import { readAudit } from '../../lab/audit.js';
import { LabShop } from '../../lab/lab-shop.js';
import { networks } from '../../lab/networks.js';
import type { Lab } from '../../lab/open-lab.js';
import { programPath } from '../../lab/programs.js';
import { project } from '../../lab/project.js';
import { ensureServiceAccount, serviceAccountKubeconfig } from '../../lab/service-account.js';
import { keepLogs } from '../../lab/shared-lab.js';
import { tokenOf } from '../../lab/users.js';
import { HOME, printedBy, startOwnCluster, type OwnCluster } from './own-cluster.js';

const namespace = 'shop';
const RELEASE = `/api/v1/namespaces/${namespace}/releases/shop-1`;
const NAME = `serin-server.${HOME}.svc`;
const VALUES = {
  image: { repository: 'lab/serin', tag: 'v1' },
  server: { enabled: true, chats: true, webhookSecret: 'hooks', impersonation: { enabled: true, users: ['anna'], groups: ['release-managers'] } },
};
const strategy = { canary: { steps: [{ weight: 20 }, { approve: {} }, { approve: { groups: ['release-managers'] } }, { pause: {} }, { weight: 50 }] } };
const userOf = (name: string): string => `system:serviceaccount:${namespace}:${name}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const refused = (answer: Answer, name: string): void => {
  expect([answer.status, field(answer.body, 'error', 'message')]).toEqual([403, expect.stringContaining(userOf(name))]);
};

/** One after the other: each goes on from what the one before left. */
describe.sequential('serin server in a Pod, as the chart installs it', () => {
  const slack = newSlack();
  let cluster: OwnCluster;
  let lab: Lab;
  let shop: LabShop;
  /** Where its Service leads to. */
  let url: string;
  let viewer: Visitor;
  let releaser: Visitor;
  let approver: Visitor;

  beforeAll(async () => {
    cluster = await startOwnCluster(AbortSignal.timeout(170_000), { network: networks.server });
    ({ lab } = cluster);
    await slack.http.start();
    await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME }, spec: {} });
    await lab.client.create(resources.secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: HOME, name: 'hooks' }, data: { username: base64('drone'), password: base64('pass of drone') } });
    const values = join(lab.directory, 'values.yaml');
    await writeFile(values, yamlText(VALUES));
    const home = { HELM_CACHE_HOME: lab.directory, HELM_CONFIG_HOME: lab.directory, HELM_DATA_HOME: lab.directory };
    const installed = await run(programPath('helm'), ['install', 'serin', 'charts/serin', '--namespace', HOME, '-f', values, '--wait', '--timeout', '120s'], { cwd: project, env: { ...process.env, ...home, KUBECONFIG: lab.kubeconfig }, patience: 150_000 });
    expect([installed.code, installed.stdout + installed.stderr]).toEqual([0, expect.stringContaining('STATUS: deployed')]);
    shop = await LabShop.open(lab, namespace, { strategy });
    await openSlackChannel(lab.client, { namespace, slack, users: [{ chat: 'U1', user: 'anna', groups: ['release-managers'] }] });
    await lab.client.patch(resources.namespaces, { name: namespace }, { kind: 'merge', body: { metadata: { annotations: { 'serin.dev/chat-users': 'true' } } } });
    await bind('managers', 'serin-approver', { kind: 'Group', name: 'release-managers', apiGroup: 'rbac.authorization.k8s.io' });
  });
  afterAll(async () => {
    if (cluster) await keepLogs(lab.directory, 'server');
    await cluster?.stop();
    await slack.http.stop();
  });

  const bind = (name: string, role: string, subject: { kind: string; name: string; namespace?: string; apiGroup?: string }): Promise<unknown> =>
    lab.client.create(installedKinds.RoleBinding, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { namespace, name }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role }, subjects: [subject] });
  /** A ServiceAccount with one of the roles for people in the namespace of the shop, or with none. @returns its token */
  const person = async (name: string, role?: string): Promise<string> => {
    await ensureServiceAccount(lab.client, { namespace, name });
    if (role !== undefined) await bind(name, role, { kind: 'ServiceAccount', namespace, name });
    return tokenOf(await serviceAccountKubeconfig(lab, { namespace, name }));
  };
  const pods = async (component: string): Promise<Pod[]> => (await lab.client.list(resources.pods, { namespace: HOME, labelSelector: `app.kubernetes.io/component=${component}` })).items;
  const server = async (): Promise<Pod> => {
    const [pod, ...more] = await pods('server');
    if (pod === undefined || more.length > 0) throw new Error(`there are ${more.length + (pod ? 1 : 0)} Pods of the server`);
    return pod;
  };
  const printed = async (): Promise<string> => printedBy(lab, await server(), 'server');
  /** Addresses and ports behind a Service, as the cluster found them. */
  const behind = async (service: string): Promise<string[]> => {
    const { items } = await lab.client.list(resources.endpointSlices, { namespace: HOME, labelSelector: `kubernetes.io/service-name=${service}` });
    return items.flatMap(({ endpoints, ports }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready === true).flatMap(({ addresses }) => addresses.flatMap((address) => (ports ?? []).map(({ port }) => `${address}:${port ?? ''}`))));
  };
  const uid = async (): Promise<string> => (await shop.get())?.metadata.uid ?? '';
  const approvals = async (): Promise<Approval['spec'][]> => (await lab.client.list(serinResources.approvals, { namespace })).items.map(({ spec }) => spec);
  /** What controllers and server asked for in their own name, and may not have. */
  const refusals = async (): Promise<string[]> => (await readAudit(cluster.auditLog)).filter(({ code, as }) => code === 403 && as === undefined).map(({ user, verb, resource }) => `${user} ${verb} ${resource}`);

  it('answers its probes where Service and NetworkPolicy lead, and to its own names alone', async () => {
    const pod = await server();
    const address = pod.status?.podIP ?? '';
    expect([isConditionTrue(pod.status?.conditions, 'Ready'), pod.status?.containerStatuses?.[0]?.restartCount, pod.spec.serviceAccountName]).toEqual([true, 0, 'serin-server']);
    const service = await lab.client.get(resources.services, { namespace: HOME, name: 'serin-server' });
    expect(service.spec?.ports).toMatchObject([{ port: 80, targetPort: 'http' }]);
    expect(await behind('serin-server')).toEqual([`${address}:8080`]);
    url = `http://${address}:8080`;
    expect((await visitorOf(url).get('/healthz')).status).toBe(200);

    const { items: policies } = await lab.client.list<NetworkPolicy>(installedKinds.NetworkPolicy, { namespace: HOME });
    const chosen = policies.filter(({ spec }) => matchesLabelSelector(spec?.podSelector, pod.metadata.labels));
    expect(chosen.map(({ metadata, spec }) => [metadata.name, spec?.ingress])).toEqual([['serin-server', [{ ports: [{ port: 8080, protocol: 'TCP' }] }]]]);
    // What chooses the controllers does not choose it, and the other way round.
    const controllers = (await pods('controller')).map(({ status }) => `${status?.podIP ?? ''}:8080`);
    expect(controllers).toHaveLength(2);
    expect((await behind('serin-metrics')).toSorted()).toEqual(controllers.toSorted());
    const { items: budgets } = await lab.client.list(resources.podDisruptionBudgets, { namespace: HOME });
    expect(budgets.map(({ spec }) => matchesLabelSelector(spec?.selector, pod.metadata.labels))).toEqual([false]);

    expect((await ask(url, '/api/v1/sign-in', { headers: { host: NAME } })).json).toEqual({ methods: ['token'] });
    expect(errorIn(await ask(url, '/api/v1/sign-in', { headers: { host: 'serin.example.com' } })).code).toBe('wrong_host');
  });

  it('[S3-11] signs in by a token of the cluster, and shows a release to whoever may see it', async () => {
    const [seeing, releasing, approving, nobody] = await Promise.all([person('vera', 'serin-viewer'), person('rita', 'serin-releaser'), person('abel', 'serin-approver'), person('nora')]);
    await shop.set('example/shop:v2');
    const signIn = async (token: string): Promise<Visitor> => {
      const answer = await visitorOf(url).post('/api/v1/session', { token });
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      return withSession({ visitor: (headers) => visitorOf(url, headers) }, answer);
    };
    viewer = await signIn(seeing);
    releaser = await signIn(releasing);
    approver = visitorOf(url, { authorization: `Bearer ${approving}` });
    expect((await viewer.get('/api/v1/session')).body).toMatchObject({ user: userOf('vera'), method: 'token' });
    expect((await visitorOf(url).post('/api/v1/session', { token: `${seeing}x` })).status).toBe(401);
    await eventually('the release waits for an approval', async () => JSON.stringify((await viewer.get('/api/v1/releases')).body).includes('"kind":"approval"'));
    expect((await viewer.get(RELEASE)).body).toMatchObject({ id: `${namespace}/shop-1`, outcome: 'running', share: 200 });
    const stranger = visitorOf(url, { authorization: `Bearer ${nobody}` });
    expect([(await stranger.get('/api/v1/releases')).body, (await stranger.get(RELEASE)).status]).toEqual([expect.objectContaining({ items: [] }), 403]);
    expect(await printed()).not.toContain(seeing);
  });

  it('[S3-18] lets each do what the roles of the cluster say: here an approver approves, and nobody else', async () => {
    const body = { uid: await uid(), comment: 'as seen' };
    refused(await viewer.post(`${RELEASE}/actions/abort`, body), 'vera');
    refused(await approver.post(`${RELEASE}/actions/abort`, body), 'abel');
    refused(await viewer.post(`${RELEASE}/actions/approve`, body), 'vera');
    refused(await releaser.post(`${RELEASE}/actions/approve`, body), 'rita');
    expect([await approvals(), (await shop.get())?.spec.abort ?? false]).toEqual([[], false]);
    expect((await approver.post(`${RELEASE}/actions/approve`, body)).status).toBe(200);
    expect(await approvals()).toMatchObject([{ user: userOf('abel'), approved: true, comment: 'as seen', step: 2 }]);
    await shop.until('goes on', ({ status }) => status?.step.index === 2);
    const audited = auditIn(await printed()).filter(({ operation }) => operation === 'actOnRelease').map(({ user, status, path }) => [user, status, path]);
    expect(audited).toEqual([
      [userOf('vera'), 403, `${RELEASE}/actions/abort`], [userOf('abel'), 403, `${RELEASE}/actions/abort`],
      [userOf('vera'), 403, `${RELEASE}/actions/approve`], [userOf('rita'), 403, `${RELEASE}/actions/approve`],
      [userOf('abel'), 200, `${RELEASE}/actions/approve`],
    ]);
  });

  it('[S3-17] is, for who pressed a button, the one person and group that the chart lets it be', async () => {
    const value = await eventually('the chat is asked', () => Promise.resolve([buttonIn(slack, 'approve', 'shop-1')].find((each) => each?.includes('"s":3'))));
    const { body, headers } = pressed(slack, { value, user: 'U1' });
    expect((await visitorOf(url).post(`/v1/callbacks/slack/${namespace}/${SLACK_CHANNEL}`, body, headers)).status).toBe(200);
    expect(auditIn(await printed()).findLast(({ operation }) => operation === 'callback')).toMatchObject({ status: 200, user: 'anna', outcome: 'done', about: { via: 'slack: #releases' } });
    expect((await approvals()).filter(({ step }) => step === 3)).toMatchObject([{ user: 'anna', groups: ['release-managers'], via: 'slack: #releases' }]);
    await shop.atPause(2);
  });

  it('[S3-11] takes a release back for a releaser: users get the old version again, and the record names the person', async () => {
    expect((await releaser.post(`${RELEASE}/actions/abort`, { uid: await uid(), comment: 'too slow' })).status).toBe(200);
    const release = await shop.ends('Aborted');
    expect(release.status?.abortReason).toBe('AbortedByUser');
    await shop.untilAnswering({ v1: 4 });
    await eventually('the record names the person', async () => JSON.stringify((await viewer.get(RELEASE)).body).includes(`"user":"${userOf('rita')}","what":"aborted it: too slow"`));
    expect(auditIn(await printed()).findLast(({ operation }) => operation === 'actOnRelease')).toMatchObject({ user: userOf('rita'), signedInBy: 'token', status: 200 });
  });

  it('takes the word of a registry, and in all that asked for nothing beyond the rights that the chart gives it', async () => {
    await lab.client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { namespace, name: 'shop' }, spec: { workload: { deployment: 'shop' }, tags: { level: 'force' } } });
    const send = (password: string): Promise<Answer> => visitorOf(url, { authorization: `Basic ${base64(`drone:${password}`)}` }).post('/v1/webhooks/native', { name: 'example/shop', tag: 'v3' });
    expect((await send('wrong')).status).toBe(401);
    await eventually('it is taken', async () => JSON.stringify((await send('pass of drone')).body).includes(`"policy":"${namespace}/shop"`));
    expect((await lab.client.list(serinResources.imageUpdates, { namespace })).items).toHaveLength(1);
    const asked = (await readAudit(cluster.auditLog)).filter(({ user }) => user.endsWith(':serin-server'));
    expect(asked.some(({ verb, resource, code }) => verb === 'create' && resource === 'tokenreviews' && code === 201)).toBe(true);
    expect(await refusals()).toEqual([]);
    const log = await printed();
    expect(log).not.toMatch(/forbidden[^\n]*serin-server/);
    for (const secret of [...Object.values(SLACK_SECRET), 'pass of drone']) expect(log).not.toContain(secret);
    expect((await server()).status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });
});
