import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import { createHttpTransport, type HttpTransport } from '../../cluster/http-transport.js';
import { clusterClients } from '../access/cluster-clients.js';
import { identityOfClient } from '../access/reviews.js';
import { ask, cookieOf, errorIn } from '../testing/asking.js';
import { TOKENS } from '../testing/cluster-people.js';
import { startTestCluster, startTestServer, type TestCluster, type TestServer } from '../testing/test-server.js';

let cluster: TestCluster;
let own: HttpTransport;
let server: TestServer;
beforeAll(async () => {
  cluster = await startTestCluster();
  // As on a person's machine: the server is that person.
  own = createHttpTransport({ server: cluster.own.server, token: TOKENS.ann });
  const client = createClient(own, { fieldManager: 'test' });
  const clientOf = clusterClients({ own, impersonate: false, client: { fieldManager: 'test' } });
  server = await startTestServer(cluster, { client, clientOf, signIn: { link: { identity: await identityOfClient(client) } } });
});
afterAll(async () => {
  await server.stop();
  await own.stop();
  await cluster.stop();
});

const link = (): string => (server.signInLink?.() ?? '').slice(server.url.length);

it('a one-time link signs in as the person of the kubeconfig, once, and is in no log', async () => {
  const path = link();
  expect((await ask(server.url, '/api/v1/sign-in')).json).toEqual({ methods: ['link'] });
  const looked = [await ask(server.url, path, { method: 'HEAD' }), await ask(server.url, path, { headers: { 'sec-purpose': 'prefetch;prerender' } })];
  expect(looked.map(({ status }) => status)).toEqual([405, 400]);
  const answer = await ask(server.url, path, { headers: { accept: 'text/html' } });
  expect([answer.status, answer.headers['location'], answer.headers['cache-control']]).toEqual([303, '/', 'no-store']);
  const cookie = cookieOf(answer);
  const { json } = await ask(server.url, '/api/v1/session', { headers: { cookie } });
  expect(json).toMatchObject({ user: 'ann', groups: ['shop-team', 'system:authenticated'], method: 'link' });
  const headers = { cookie, 'x-serin-csrf': String(json?.['csrf']), origin: server.url };
  expect((await ask(server.url, '/api/v1/namespaces/shop/configs/web', { method: 'POST', headers, body: { value: 'by link' } })).status).toBe(200);
  const again = await ask(server.url, path);
  expect([again.status, errorIn(again).message]).toEqual([401, 'This link was used already, or is older than ten minutes or than this server: ask for a new one where you got it.']);
  const seen = await ask(server.url, path, { headers: { accept: 'text/html' } });
  expect([seen.headers['content-type'], seen.text.includes('used already')]).toEqual(['text/html; charset=utf-8', true]);
  expect(server.audit.filter(({ operation }) => operation === 'signInByLink').map(({ status, about }) => [status, about?.['user']])).toEqual([[405, undefined], [400, undefined], [303, 'ann'], [401, undefined], [401, undefined]]);
  expect(server.logged()).not.toContain(path.split('code=')[1]);
});

it('bearer tokens are not taken where nobody asked for that', async () => {
  const answer = await ask(server.url, '/api/v1/session', { headers: { authorization: `Bearer ${TOKENS.ann}` } });
  expect([answer.status, errorIn(answer).message]).toEqual([401, 'This server takes no tokens: sign in on its page.']);
  expect((await ask(server.url, '/api/v1/session', { method: 'POST', body: { token: TOKENS.ann } })).status).toBe(404);
});
