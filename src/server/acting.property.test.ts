import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createClient } from '../cluster/create-client.js';
import { install } from '../controller/installation.js';
import { webhookCredentials } from '../images/door/credentials.js';
import { createWebhookDoor } from '../images/door/receive-webhook.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { toldOf } from '../commands/told.js';
import { API_VERSION, serinResources } from '../model/resources.js';
import { systemClock } from '../ports/clock.js';
import { clusterClients } from './access/cluster-clients.js';
import { resourceRoutes } from './resources/routes.js';
import { actionVerbs } from './schemas/release-detail.js';
import { ApiDocument } from './testing/api-document.js';
import { ask, bearer } from './testing/asking.js';
import { arbitraryWebhook, CREDENTIALS, HOOKED } from './testing/webhooks.js';
import { bindIn, TOKENS } from './testing/cluster-people.js';
import { DIGEST, putRelease, shownOf, steeredNames, WINDOW } from './testing/steered-releases.js';
import { startTestCluster, startTestServer, type TestCluster, type TestServer } from './testing/test-server.js';

/** By hand: SERIN_PROPERTY_RUNS=20000. */
const RUNS = Number(process.env['SERIN_PROPERTY_RUNS'] ?? 200);
const NAMESPACES = ['shop', 'other'] as const;
const IMAGE = 'web-1-2-0';

let cluster: TestCluster;
let server: TestServer;
let document: ApiDocument;
/** Uids of what there is, by namespace and name. */
const uids = new Map<string, string>();

beforeAll(async () => {
  cluster = await startTestCluster();
  const { admin, own, bare } = cluster;
  await install(admin, systemClock, new AbortController().signal);
  await admin.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' }, spec: {} });
  await bindIn(admin, 'shop', 'releases-workloads', [
    { verbs: ['get', 'list', 'patch'], apiGroups: ['apps'], resources: ['deployments', 'replicasets'] },
    { verbs: ['get', 'list'], apiGroups: ['', 'networking.istio.io', 'discovery.k8s.io'], resources: ['*'] },
  ], { kind: 'Group', name: 'shop-team' });
  for (const namespace of NAMESPACES) {
    await admin.create(serinResources.freezeWindows, { apiVersion: API_VERSION, kind: 'FreezeWindow', metadata: { namespace, name: WINDOW }, spec: { why: 'weekend', once: [{ from: '2020-01-01T00:00:00Z', to: '2036-01-01T00:00:00Z' }], exceptWith: { groups: ['shop-team'] } } });
    await admin.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { namespace, name: 'web' }, spec: { workload: { deployment: 'pauses' }, tags: { semver: '*' }, approval: { count: 2, groups: ['shop-team'] } } });
    await Promise.all((namespace === 'shop' ? steeredNames : ['pauses', 'asks']).map((name) => put(namespace, name)));
    await putImage(namespace);
    await admin.create(resources.deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name: 'hooked' }, spec: { replicas: 0, selector: { matchLabels: { app: 'hooked' } }, template: { metadata: { name: '', labels: { app: 'hooked' } }, spec: { containers: [{ name: 'web', image: `${HOOKED}:1.0.0` }] } } } });
    await admin.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { namespace, name: 'hooked' }, spec: { workload: { deployment: 'hooked' }, tags: { level: 'force' }, ...(namespace === 'shop' ? {} : { image: 'hub.example.com/else/where' }) } });
  }
  await bindIn(admin, 'shop', 'takes-webhooks', [{ verbs: ['create'], apiGroups: ['serin.dev'], resources: ['imageupdates'] }], { kind: 'User', name: 'serin-server' });
  const clients = { fieldManager: 'serin-server', retries: { tries: 1 } };
  // Rights of people with a token are asked in their place; of those who really have none, by the server itself.
  const asking = { group: 'authorization.k8s.io', plural: 'selfsubjectaccessreviews', verbs: ['create'] } as const;
  const clientOf = clusterClients({ own, bare, impersonate: true, moreDeeds: [asking], client: clients });
  const door = createWebhookDoor({ client: createClient(own, clients), clock: systemClock, credentials: webhookCredentials(CREDENTIALS) });
  const enough = { perSecond: 1_000_000, burst: 1_000_000 };
  server = await startTestServer(cluster, {
    modules: [resourceRoutes],
    // Everybody by impersonation, so that whatever routes ask goes through what that is limited to.
    clientOf: ({ token: _token, ...identity }) => clientOf({ ...identity, method: 'oidc' }),
    webhooks: ({ query, ...request }) => door({ ...request, query: new URLSearchParams(query) }),
    limits: { perAddress: enough, perPerson: enough, guesses: enough },
  });
  document = new ApiDocument((await ask(server.url, '/api/v1/openapi.json', { headers: bearer(TOKENS.outsider) })).json);
  await vi.waitFor(async () => expect((await ask(server.url, '/api/v1/releases?namespace=shop', { headers: bearer(TOKENS.ann) })).json?.['items']).toHaveLength(steeredNames.length), { timeout: 20_000, interval: 20 });
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

async function put(namespace: string, name: string): Promise<void> {
  const release = await putRelease(cluster.admin, namespace, name);
  uids.set(`${namespace}/${name}`, release.metadata.uid ?? '');
}

async function putImage(namespace: string): Promise<void> {
  const { admin } = cluster;
  if (await admin.find(serinResources.imageUpdates, { namespace, name: IMAGE })) await admin.delete(serinResources.imageUpdates, { namespace, name: IMAGE });
  const spec = { policy: 'web', image: 'shop/web', tag: '1.2.0', source: 'native' as const, receivedAt: '2026-01-01T00:00:00Z' };
  const { metadata } = await admin.create(serinResources.imageUpdates, { apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: { namespace, name: IMAGE }, spec });
  await admin.patch(serinResources.imageUpdates, { namespace, name: IMAGE }, { kind: 'merge', body: { status: { phase: 'WaitingForApproval' } } }, { subresource: 'status' });
  uids.set(`${namespace}/${IMAGE}`, metadata.uid ?? '');
}

const mostly = <T, U>(usual: T, other: fc.Arbitrary<U>): fc.Arbitrary<T | U> => fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const RIGHT = Symbol('as it is');
const OTHERS = Symbol('of another one');
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constantFrom('', 'a\nb', '\u0000', '\u001b[31m', '__proto__', 'x'.repeat(1_025), '"}],"user":"admin"'));
const absent = <T>(often: number, present: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.oneof({ weight: often, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: present });
/** Nearly what is taken: each field mostly as it should be, sometimes wrong, missing or of another type. */
const body = fc.record({
  uid: fc.oneof({ weight: 12, arbitrary: fc.constant(RIGHT) }, { weight: 1, arbitrary: fc.oneof(fc.constant(OTHERS), fc.constant(undefined), fc.jsonValue(), text) }),
  comment: absent(2, fc.oneof({ weight: 8, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue() })),
  step: absent(3, fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1_000, 1_001, 1.5, '2', null, Number.MAX_SAFE_INTEGER) })),
  seen: absent(3, fc.oneof({ weight: 5, arbitrary: fc.constant(RIGHT) }, { weight: 1, arbitrary: fc.record({ plan: fc.oneof(fc.constant(RIGHT), text), images: fc.array(fc.oneof(fc.constantFrom(DIGEST, `sha256:${'0'.repeat(64)}`, 'latest'), text), { maxLength: 3 }) }) }, { weight: 1, arbitrary: fc.jsonValue() })),
  freezeWindow: absent(4, fc.constantFrom<unknown>(WINDOW, WINDOW, 'monday', '', 7, '../x')),
  unknown: absent(30, fc.jsonValue()),
}, { noNullPrototype: true });
/** What can be said to which release at all, by name and verb. */
const FITTING = [
  ...(['approve', 'reject'] as const).flatMap((verb) => ['asks-to-begin', 'frozen', 'asks'].map((name) => ({ name, verb }))),
  ...(['pause', 'abort', 'resume', 'promote', 'promoteFull'] as const).map((verb) => ({ name: 'pauses', verb })),
  ...[{ name: 'is-paused', verb: 'resume' }, { name: 'taken-back', verb: 'retry' }, { name: 'taken-back', verb: 'rollback' }, { name: 'completed', verb: 'rollback' }, { name: 'versions', verb: 'rollback' }],
];
const asked = fc.record({
  what: fc.oneof({ weight: 12, arbitrary: fc.constant('act' as const) }, { weight: 1, arbitrary: fc.constant('image' as const) }, { weight: 4, arbitrary: fc.constantFrom('getRelease', 'getReleaseHistory', 'getReleaseObjects', 'getPolicy', 'listReleases', 'listPolicies', 'listApprovals', 'listImages') }),
  deed: fc.oneof(
    fc.constantFrom(...FITTING),
    fc.record({ name: fc.constantFrom(...steeredNames), verb: fc.oneof({ weight: 9, arbitrary: fc.constantFrom<string>(...actionVerbs) }, { weight: 1, arbitrary: fc.constantFrom('Abort', 'delete', 'eject', 'constructor', '%00', '..') }) }),
  ),
  namespace: mostly('shop', fc.constantFrom('other', 'nowhere', 'Shop', 'kube-system')),
  who: mostly<keyof typeof TOKENS, keyof typeof TOKENS>('ann', fc.constantFrom('bob', 'outsider', 'server')),
  body,
  /** As it is, or as a text that is cut off. */
  cut: absent(30, fc.integer({ min: 1, max: 40 })),
  /** Sent by two people at the same moment. */
  twice: mostly(false, fc.constant(true)),
  /** Left as the request before has left it, where that did something. */
  again: mostly(false, fc.constant(true)),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

it('people who may release and approve: no fault of the server, each answer as documented, and nothing moves that was not asked for', { timeout: 20_000 + RUNS * 200 }, async () => {
  const elsewhere = await state('other');
  const dirty = new Set<string>();
  const done = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(asked, async (each) => {
      if (!each.again) {
        for (const name of dirty) await (name === IMAGE ? putImage('shop') : put('shop', name));
        if (dirty.size > 0) await Promise.all([serinResources.approvals, serinResources.imageApprovals].map(forgetWords));
        dirty.clear();
      }
      const target = each.what === 'image' ? IMAGE : each.deed.name;
      const { operation, path, sent, uidIsRight } = await requestOf(each);
      const before = await state('shop');
      const one = () => ask(server.url, path, { method: operation.method, headers: { ...bearer(TOKENS[each.who]), ...(sent === undefined ? {} : { 'content-type': 'application/json' }) }, ...(sent === undefined ? {} : { body: sent }) });
      const answers = await Promise.all(each.twice ? [one(), one()] : [one()]);
      for (const answer of answers) {
        expect(answer.status, answer.text).toBeLessThan(500);
        // A path with dots is another one.
        if (!path.includes('..')) expect(document.fit(operation, answer)).toBe('as documented');
      }
      const after = await state('shop');
      const changed = [...after, ...before].filter(([key, value]) => before.get(key) !== after.get(key) || value !== after.get(key)).map(([key]) => key);
      const taken = answers.filter(({ status }) => status < 300).length;
      if (operation.method === 'GET' || taken === 0) {
        expect(changed, answers[0]?.text).toEqual([]);
        return;
      }
      dirty.add(target);
      done.set(each.deed.verb, (done.get(each.deed.verb) ?? 0) + 1);
      expect([each.who, each.namespace, uidIsRight]).toEqual(['ann', 'shop', true]);
      // Its policy, its workload and what was said to it have its name.
      for (const key of changed) expect(key).toContain(target);
      const { metadata } = each.what === 'image' ? { metadata: {} } : await cluster.admin.get(serinResources.releases, { namespace: 'shop', name: target });
      for (const { user } of toldOf(metadata)) expect(user).toBe('ann');
    }),
    { numRuns: RUNS },
  );
  expect(await state('other')).toEqual(elsewhere);
  expect(server.logged()).not.toMatch(/token-of-|a request failed|impersonatedDeeds/);
  // Each of them was taken at some time, or nothing is shown by this.
  expect([...done.keys()].sort()).toEqual([...actionVerbs].sort());
});

it('webhooks: who shows nothing brings nothing, and who shows what is asked brings images of its policy and nothing else', { timeout: 20_000 + RUNS * 200 }, async () => {
  const elsewhere = await state('other');
  const operation = document.operation('webhook');
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryWebhook, async ({ sender, query, headers, sent, shows }) => {
      const before = await state('shop');
      const answer = await ask(server.url, `/v1/webhooks/${sender}${query}`, { method: 'POST', headers, body: sent });
      expect(answer.status, answer.text).toBeLessThan(500);
      expect(document.fit(operation, answer)).toBe('as documented');
      if (sender !== 'nobody' && shows === 'wrong') expect(answer.status).toBe(401);
      const fresh = [...(await state('shop'))].filter(([key, value]) => before.get(key) !== value);
      if (answer.status !== 202) return void expect(fresh).toEqual([]);
      for (const [key, value] of fresh) expect([key.split(' ')[0], (JSON.parse(value) as { spec: { policy: string } }).spec.policy]).toEqual(['imageupdates', 'hooked']);
      taken += fresh.length;
    }),
    { numRuns: RUNS },
  );
  expect(await state('other')).toEqual(elsewhere);
  expect(server.logged()).not.toMatch(/open-sesame|a request failed/);
  expect(taken).toBeGreaterThan(0);
});

async function requestOf({ deed: { name, verb }, namespace, what, body: wanted, cut }: Asked) {
  const target = what === 'image' ? IMAGE : name;
  const operation = document.operation(what === 'act' ? 'actOnRelease' : what === 'image' ? 'actOnImage' : what);
  const path = operation.path.replace('{namespace}', namespace).replace('{name}', target).replace('{verb}', verb);
  if (operation.method === 'GET') return { operation, path, sent: undefined, uidIsRight: false };
  const uid = uids.get(`${namespace}/${target}`) ?? uids.get(`shop/${target}`);
  const release = what === 'act' ? await cluster.admin.get(serinResources.releases, { namespace: 'shop', name }) : undefined;
  const shown = release && shownOf(release);
  const filled = JSON.stringify({ ...wanted, ...(what === 'image' ? { step: undefined, seen: undefined, freezeWindow: undefined } : {}) }, (key, value: unknown) => {
    if (value === OTHERS) return uids.get('shop/pauses');
    if (value !== RIGHT) return value;
    return key === 'uid' ? uid : key === 'seen' ? shown : shown?.plan;
  });
  return { operation, path, sent: cut === undefined ? filled : filled.slice(0, -cut), uidIsRight: wanted.uid === RIGHT || (wanted.uid === OTHERS && target === 'pauses') };
}

async function forgetWords(resource: Resource<KubernetesObject>): Promise<void> {
  const { items } = await cluster.admin.list(resource, { namespace: 'shop' });
  await Promise.all(items.map(({ metadata }) => cluster.admin.delete(resource, { namespace: 'shop', name: metadata.name })));
}

/** What people could change in a namespace, by kind and name; without what servers keep of it. */
async function state(namespace: string): Promise<Map<string, string>> {
  const { releases, releasePolicies, approvals, imagePolicies, imageUpdates, imageApprovals } = serinResources;
  const kinds: Resource<KubernetesObject>[] = [releases, releasePolicies, approvals, imagePolicies, imageUpdates, imageApprovals, resources.deployments, resources.configMaps];
  const lists = await Promise.all(kinds.map(async (kind) => ({ kind, items: (await cluster.admin.list(kind, { namespace })).items })));
  return new Map(lists.flatMap(({ kind, items }) => items.map(({ metadata, ...rest }): [string, string] => [`${kind.plural} ${metadata.name}`, JSON.stringify({ ...rest, annotations: metadata.annotations, labels: metadata.labels })])));
}
