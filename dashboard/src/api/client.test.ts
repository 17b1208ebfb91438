/// <reference types="node" />
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { ApiProblem } from './api-problem.js';
import { listReleases } from './calls.js';
import { createClient, pathWith, type ApiClient } from './client.js';
import { someRelease } from '../testing/some-release.js';

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

async function clientOf(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<ApiClient & { stop(): Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  ended.push(stop);
  return { ...createClient({ fetch: (input, init) => fetch(new URL(String(input), `http://127.0.0.1:${address.port}`), init), now: () => Date.now() }), stop };
}

const session = { user: 'jane', groups: [], method: 'token', csrf: 'secret', expiresAt: '2026-01-01T00:00:00Z', version: '0.1.0' } as const;
const json = (response: ServerResponse, status: number, body: unknown): ServerResponse => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const failing = async (request: Promise<unknown>): Promise<ApiProblem> => {
  const error: unknown = await request.catch((caught: unknown) => caught);
  if (!(error instanceof ApiProblem)) throw new Error('it did not fail');
  return error;
};

test('the CSRF token goes with changes, and with nothing else', async () => {
  const seen: unknown[] = [];
  const client = await clientOf((request, response) => {
    seen.push([request.method, request.headers['x-serin-csrf']]);
    json(response, 200, {});
  });
  client.setSession({ ...session, groups: [] });
  await client.get('/api/v1/releases');
  await client.post('/api/v1/x', { uid: 'u' });
  await client.delete('/api/v1/session');
  client.setSession(undefined);
  await client.post('/api/v1/session', {});
  expect(seen).toEqual([['GET', undefined], ['POST', 'secret'], ['DELETE', 'secret'], ['POST', undefined]]);
});

test('an error keeps what the server said, and what a proxy says in its place makes a sentence', async () => {
  const client = await clientOf((request, response) => {
    if (request.url === '/refused') json(response, 409, { error: { code: 'Conflict', message: 'It is a step further.', messageZh: '已前进一步。', requestId: 'r1' } });
    else if (request.url === '/page') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    else response.writeHead(502, 'Bad Gateway').end('<html>');
  });
  expect(await failing(client.post('/refused', {}))).toMatchObject({ status: 409, code: 'Conflict', message: 'It is a step further.', messageZh: '已前进一步。', requestId: 'r1' });
  expect(await failing(client.get('/proxy'))).toMatchObject({ status: 502, message: 'The server answered 502 Bad Gateway.' });
  expect(await failing(client.get('/page'))).toMatchObject({ code: 'NotJson' });
});

test('a server that is not there is status 0; nobody signed in is told to who listens', async () => {
  const client = await clientOf((_, response) => json(response, 401, { error: { code: 'NoIdentity', message: 'Sign in.', requestId: 'r2' } }));
  let told = 0;
  client.onSignedOut(() => (told += 1));
  expect(await failing(client.get('/x'))).toMatchObject({ status: 401 });
  expect(told).toBe(1);
  await client.stop();
  ended.length = 0;
  expect(await failing(client.get('/x'))).toMatchObject({ status: 0, code: 'Unreachable' });
  expect(told).toBe(1);
});

test('reads page after page until the last one, or until there is enough', async () => {
  const asked: string[] = [];
  const client = await clientOf((request, response) => {
    asked.push(request.url ?? '');
    const at = Number(new URL(request.url ?? '', 'http://x').searchParams.get('cursor') ?? 0);
    json(response, 200, { items: Array.from({ length: 500 }, (_, index) => someRelease(`shop/web-${at + index}`)), total: 1_200, ...(at < 1_000 ? { cursor: String(at + 500) } : {}) });
  });
  expect((await listReleases(client, 1_000)).items).toHaveLength(1_000);
  expect(asked).toEqual(['/api/v1/releases?limit=500', '/api/v1/releases?limit=500&cursor=500']);
  expect(await listReleases(client, 5_000)).toMatchObject({ total: 1_500 });
});

test('how far the clock of the server is ahead is known to the second', async () => {
  let date = new Date(Date.now() + 3_600_000);
  const client = await clientOf((_, response) => json(response.setHeader('date', date.toUTCString()), 200, {}));
  await client.get('/x');
  expect(Math.abs(client.clockOffset() - 3_600_000)).toBeLessThan(2_000);
  date = new Date();
  await client.get('/x');
  expect(client.clockOffset()).toBe(0);
});

test('parts of a query that are not set are left out', () => {
  expect(pathWith('/x', { a: '', b: undefined, c: 'ü &', d: false })).toBe('/x?c=%C3%BC+%26&d=false');
  expect(pathWith('/x')).toBe('/x');
});
