import { afterAll, beforeAll, expect, it } from 'vitest';
import { resources } from '../kubernetes/resources.js';
import type { CallbackRequest, ChatAct } from '../notifications/callbacks/callback.js';
import type { WebhookRequest } from './doors.js';
import { ask, errorIn } from './testing/asking.js';
import { startTestCluster, startTestServer, type TestCluster, type TestServer } from './testing/test-server.js';

let cluster: TestCluster;
let server: TestServer;
const webhooks: WebhookRequest[] = [];
const callbacks: CallbackRequest[] = [];
let said: Partial<ChatAct> = {};
const act = (): ChatAct => ({ user: { username: 'chat-ann', groups: ['shop-team'] }, via: 'slack: #releases', kind: 'release', namespace: 'shop', name: 'web', uid: 'u-1', verb: 'approve', ...said });

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startTestServer(cluster, {
    webhooks: (request) => {
      webhooks.push(request);
      const known = request.headers['authorization'] === 'Basic YWRtaW46YWRtaW4=';
      return Promise.resolve(known ? { status: 202, user: 'admin', body: { accepted: [{ policy: 'shop/web', update: 'web-1' }], ignored: [] } } : { status: 401, body: { error: { message: 'The password is wrong: use that of the webhook Secret.' } } });
    },
    callbacks: (request) => {
      callbacks.push(request);
      return Promise.resolve({ status: 200, act: act(), told: ({ done, text }) => ({ ok: done, text }) });
    },
  });
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

it('a webhook comes in as it was sent, under any name of the server, and what became of it is on the audit log', async () => {
  const body = '{"name": "10.1.15.30:50000/springboot/app", "tag": "1.2.3"}';
  const headers = { authorization: 'Basic YWRtaW46YWRtaW4=', host: 'keel.example:9300', 'content-type': 'application/x-anything' };
  const answer = await ask(server.url, '/v1/webhooks/native?token=hidden', { method: 'POST', headers, body });
  expect(answer).toMatchObject({ status: 202, json: { accepted: [{ policy: 'shop/web', update: 'web-1' }] } });
  expect(webhooks.at(-1)).toMatchObject({ sender: 'native', remote: '127.0.0.1', query: { token: 'hidden' } });
  expect(webhooks.at(-1)?.body.toString()).toBe(body);
  expect(server.audit.at(-1)).toMatchObject({ operation: 'webhook', status: 202, path: '/v1/webhooks/native', outcome: 'done', about: { sender: 'native', by: 'admin', accepted: 'shop/web: web-1' } });
  expect(server.logged()).not.toMatch(/hidden|YWRtaW4/);
});

it('a wrong password, an unknown sender and a body above 1 MiB are refused, each in one sentence', async () => {
  const send = (path: string, body: string | Buffer) => ask(server.url, path, { method: 'POST', headers: { authorization: 'Basic d3Jvbmc6d3Jvbmc=' }, body });
  const wrong = await send('/v1/webhooks/native', '{}');
  expect([wrong.status, errorIn(wrong)]).toEqual([401, { code: 'unauthenticated', message: 'The password is wrong: use that of the webhook Secret.' }]);
  expect(server.audit.at(-1)).toMatchObject({ operation: 'webhook', status: 401, outcome: 'refused', code: 'unauthenticated', about: { sender: 'native' } });
  const count = webhooks.length;
  const unknown = await send('/v1/webhooks/unknown', '{}');
  expect([unknown.status, errorIn(unknown)]).toEqual([404, { code: 'not_found', message: 'There is no such sender: there are native, dockerhub, harbor, github, quay, azure, jfrog, registry.' }]);
  const large = await send('/v1/webhooks/harbor', Buffer.alloc(1024 * 1024 + 1));
  expect([large.status, errorIn(large).code]).toEqual([413, 'too_large']);
  expect(webhooks.length).toBe(count);
  const closed = await startTestServer(cluster);
  expect((await ask(closed.url, '/v1/webhooks/native', { method: 'POST', body: {} })).status).toBe(404);
  expect((await ask(closed.url, '/v1/callbacks/slack/-/all', { method: 'POST', body: {} })).status).toBe(404);
  await closed.stop();
});

it('what is pressed in a chat is done as that user, whose right the cluster checks, and the record says via', async () => {
  const press = () => ask(server.url, '/v1/callbacks/slack/-/releases', { method: 'POST', headers: { cookie: 'serin=1' }, body: 'payload=1' });
  expect((await press()).json).toEqual({ ok: true, text: 'Said approve.' });
  expect(callbacks.at(-1)).toMatchObject({ chat: 'slack', namespace: '-', channel: 'releases' });
  expect((await cluster.admin.get(resources.configMaps, { namespace: 'shop', name: 'web' })).data).toMatchObject({ said: 'approve' });
  expect(server.audit.at(-1)).toMatchObject({ operation: 'callback', status: 200, outcome: 'done', user: 'chat-ann', signedInBy: 'chat', about: { via: 'slack: #releases', kind: 'release', object: 'shop/web', uid: 'u-1', verb: 'approve' } });
  said = { user: { username: 'chat-eve', groups: [] }, verb: 'abort' };
  expect((await press()).json).toEqual({ ok: false, text: 'configmaps "web" is forbidden: User "chat-eve" cannot patch resource "configmaps" in API group "" in the namespace "shop".' });
  expect((await cluster.admin.get(resources.configMaps, { namespace: 'shop', name: 'web' })).data).toMatchObject({ said: 'approve' });
  expect(server.audit.at(-1)).toMatchObject({ status: 200, outcome: 'refused', code: 'forbidden', user: 'chat-eve', message: expect.stringMatching(/ is forbidden: /) as string });
});
