import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import { createHttpTransport } from '../../cluster/http-transport.js';
import { systemClock } from '../../ports/clock.js';
import { webhookCredentials } from './credentials.js';
import { LARGEST_WEBHOOK, createWebhookDoor } from './receive-webhook.js';

// Nobody listens there, so that whatever asks the cluster shows.
const transport = createHttpTransport({ server: 'http://127.0.0.1:1' });
const door = createWebhookDoor({ client: createClient(transport, { fieldManager: 'test' }), clock: systemClock, credentials: webhookCredentials({ token: 'geheim' }) });
afterAll(() => transport.stop());

const authorization = 'Bearer geheim';
const push = Buffer.from('{"name":"web","tag":"1.0.0"}');

it.each([
  ['nobody', { authorization }, push, 404, 'there is no sender "nobody"; there are native, dockerhub'],
  ['native', { authorization }, Buffer.alloc(LARGEST_WEBHOOK + 1, ' '), 413, 'the body is larger than 1048576 bytes'],
  ['native', { authorization: 'Bearer wrong' }, push, 401, 'the token is wrong.'],
  ['native', {}, Buffer.from('['), 401, 'the request shows no credentials'],
  ['native', { authorization }, Buffer.from('['), 400, 'the body is no JSON; send application/json.'],
  ['native', { authorization: [authorization] }, Buffer.from('{}'), 400, 'repository name cannot be empty'],
  ['registry', { authorization }, Buffer.from('{"events":"all"}'), 400, 'this is no webhook of a registry: events'],
  ['native', { authorization }, push, 503, 'the cluster did not take it (ECONNREFUSED); send it again.'],
] as const)('a webhook of %s with %j: %#', async (sender, headers, body, status, message) => {
  const answer = await door({ sender, headers, body, remote: '127.0.0.1' });
  expect(answer).toMatchObject({ status, body: { error: { message: expect.stringContaining(message) as string } } });
  expect(JSON.stringify(answer)).not.toContain('geheim');
});

it('takes a token from the query, and what tells of nothing new', async () => {
  const request = { sender: 'azure', headers: {}, query: new URLSearchParams({ token: 'geheim' }), body: Buffer.from('{"action":"ping"}'), remote: '127.0.0.1' };
  expect(await door(request)).toEqual({ status: 202, body: { accepted: [], ignored: [{ policy: '*', why: 'it tells of ping, and only push brings an image' }] } });
});

it('says which right is missing where the cluster refuses what the door asks', async () => {
  const refusing = createServer((_, response) => {
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 403, reason: 'Forbidden', message: 'imagepolicies.serin.dev is forbidden: User "bob" cannot list resource "imagepolicies"' }));
  });
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
  const { port } = refusing.address() as AddressInfo;
  const bound = createHttpTransport({ server: `http://127.0.0.1:${port}` });
  onTestFinished(async () => {
    await bound.stop();
    refusing.close();
  });
  const theirs = createWebhookDoor({ client: createClient(bound, { fieldManager: 'test' }), clock: systemClock, credentials: webhookCredentials({ token: 'geheim' }) });
  const answer = await theirs({ sender: 'native', headers: { authorization }, body: push, remote: '127.0.0.1' });
  expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden', message: expect.stringMatching(/^Serin may not take it up: .*cannot list resource "imagepolicies"\. Give its account the rights/) as string } } });
});
