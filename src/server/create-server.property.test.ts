import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { install } from '../controller/installation.js';
import { releaseWith } from '../engine/testing/arbitraries.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { serinResources } from '../model/resources.js';
import { systemClock } from '../ports/clock.js';
import { resourceRoutes } from './resources/routes.js';
import { ApiDocument, type Operation } from './testing/api-document.js';
import { ask, bearer, cookieOf } from './testing/asking.js';
import { TOKENS } from './testing/cluster-people.js';
import { configRoutes } from './testing/config-routes.js';
import { startTestCluster, startTestServer, type TestCluster, type TestServer } from './testing/test-server.js';

let cluster: TestCluster;
let server: TestServer;
let document: ApiDocument;
let cookie: string;
/** Of the release. */
let uid: string;
beforeAll(async () => {
  cluster = await startTestCluster();
  await install(cluster.admin, systemClock, new AbortController().signal);
  const release = releaseWith([{ kind: 'pause' }, { kind: 'promote' }]);
  const { metadata } = await cluster.admin.create(serinResources.releases, { ...release, metadata: { name: 'web', namespace: 'shop' } });
  uid = metadata.uid ?? '';
  const enough = { perSecond: 1_000_000, burst: 1_000_000 };
  server = await startTestServer(cluster, {
    modules: [resourceRoutes, configRoutes],
    signIn: { token: true },
    limits: { perAddress: enough, perPerson: enough, guesses: enough },
    webhooks: ({ headers }) => Promise.resolve(headers['x-good'] === 'yes' ? { status: 202, body: { accepted: [], ignored: [{ policy: 'shop/web', why: 'older' }] } } : { status: 401, body: 'The signature is wrong: check the secret.' }),
  });
  document = new ApiDocument((await ask(server.url, '/api/v1/openapi.json', { headers: bearer(TOKENS.outsider) })).json);
  cookie = cookieOf(await ask(server.url, '/api/v1/session', { method: 'POST', body: { token: TOKENS.ann } }));
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

/** Those who may change nothing; Ann may, but not by a page that knows no CSRF token. */
const identity = fc.constantFrom('nobody', 'wrong', 'basic', 'outsider', 'bob', 'forged page', 'forged page');
const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('shop', 'web', 'default', 'native', 'approve', 'abort', 'slack', '-') }, { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }) }, { weight: 1, arbitrary: fc.constantFrom('..', '.', '%2f', '%', 'a'.repeat(300), '__proto__', 'constructor') });
const value = fc.oneof({ weight: 3, arbitrary: word }, { weight: 1, arbitrary: fc.constantFrom('1', '-1', '1e9', 'true', '', '2026-01-01T00:00:00Z') });
const mostly = (usual: string): fc.Arbitrary<string> => fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, word);
const asked = fc.record({
  /** Which operation, and whether of those alone that change something for people who are signed in. */
  pick: fc.nat(),
  changing: fc.boolean(),
  method: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS') }),
  who: identity,
  params: fc.tuple(mostly('shop'), mostly('web'), mostly('abort'), word),
  query: fc.array(fc.tuple(fc.nat(), value), { maxLength: 3 }),
  body: fc.option(fc.oneof({ weight: 4, arbitrary: fc.constant('good') }, fc.array(fc.tuple(fc.nat(), fc.oneof(value, fc.integer(), fc.jsonValue())), { maxLength: 4 }), fc.string({ maxLength: 50 })), { freq: 4 }),
  type: fc.oneof({ weight: 8, arbitrary: fc.constant('application/json') }, { weight: 2, arbitrary: fc.constantFrom('text/plain', '') }),
  extra: fc.dictionary(fc.constantFrom('x-good', 'last-event-id', 'origin', 'sec-fetch-site', 'accept', 'x-serin-csrf', 'impersonate-user', 'x-forwarded-for'), fc.constantFrom('yes', '7', 'text/html', 'http://evil.example', 'cross-site', 'admin'), { maxKeys: 2 }),
});

it('whatever is asked: no fault of the server, no change without a right, and every answer as the document says', { timeout: 30_000 }, async () => {
  const before = await state();
  await fc.assert(
    fc.asyncProperty(asked, async ({ pick, changing, method, who, params, query, body, type, extra }) => {
      const pool = changing ? document.operations.filter((each) => each.method !== 'GET' && each.path.startsWith('/api/') && each.path !== '/api/v1/session') : document.operations;
      const operation = pool[pick % pool.length];
      if (operation === undefined) throw new Error('the document has no operations');
      const names = [...operation.query, 'unknown'];
      const search = query.map(([name, text]) => `${names[name % names.length]}=${encodeURIComponent(text)}`).join('&');
      let next = 0;
      const path = operation.path.replace(/\{\w+\}/g, () => encoded(params[next++] ?? ''));
      const sends = method ?? operation.method;
      const text = body === null ? undefined : body === 'good' ? goodBody(operation) : typeof body === 'string' ? body : JSON.stringify(Object.fromEntries(body.map(([name, each]) => [[...operation.fields, 'other'][name % (operation.fields.length + 1)], each])));
      const answer = await ask(server.url, `${path}${search === '' ? '' : `?${search}`}`, {
        method: sends,
        headers: { ...extra, ...headersOf(who), ...(type === '' || text === undefined ? {} : { 'content-type': type }) },
        ...(text === undefined || sends === 'GET' || sends === 'HEAD' ? {} : { body: text }),
      });
      expect(answer.status).toBeLessThan(500);
      if (sends === operation.method && !path.split('/').some((part) => part === '.' || part === '..')) expect(document.fit(operation, answer)).toBe('as documented');
      else if (answer.status >= 400 && sends !== 'HEAD') expect(Object.keys(answer.json ?? {})).toEqual(['error']);
    }),
    { numRuns: 300 },
  );
  expect(await state()).toEqual(before);
  // Nobody was signed out by a page of somebody else's.
  expect((await ask(server.url, '/api/v1/session', { headers: { cookie } })).status).toBe(200);
  expect(server.logged()).not.toMatch(/token-of-|a request failed/);
  // A change by who may is seen by this test.
  expect((await ask(server.url, '/api/v1/namespaces/shop/configs/web', { method: 'POST', headers: bearer(TOKENS.ann), body: { value: 'changed' } })).status).toBe(200);
  expect(await state()).not.toEqual(before);
});

it('the document names each operation once, and no answer without a schema', () => {
  const ids = document.operations.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain('session');
});

/** Everything in the namespace that anything here could change, by version. */
async function state(): Promise<string[]> {
  const kinds = [resources.configMaps, serinResources.releases, serinResources.releasePolicies, serinResources.approvals, serinResources.imageApprovals, serinResources.imageUpdates];
  const lists = await Promise.all(kinds.map((kind) => cluster.admin.list<KubernetesObject>(kind)));
  return lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`));
}

function headersOf(who: string): Record<string, string> {
  switch (who) {
    case 'wrong':
      return bearer('token-of-nobody');
    case 'basic':
      return { authorization: 'Basic YWRtaW46YWRtaW4=' };
    case 'outsider':
      return bearer(TOKENS.outsider);
    case 'bob':
      return bearer(TOKENS.bob);
    case 'forged page':
      return { cookie };
    default:
      return {};
  }
}

/** What would be taken from somebody who may. */
const goodBody = ({ fields }: Operation): string => JSON.stringify(fields.includes('uid') ? { uid } : Object.fromEntries(fields.map((field) => [field, 'x'])));

/** As browsers and programs may send it: not always encoded as it should be, but nothing that Node itself refuses to send. */
const encoded = (text: string): string => (/^[\w.%-]+$/.test(text) ? text : encodeURIComponent(text));
