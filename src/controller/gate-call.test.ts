import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGateCall } from './gate-call.js';

let server: Server;
let port: number;
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
const never = new AbortController().signal;

beforeEach(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk))).on('end', () => answer(request, response, body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterEach(() => void server.close());

const question = (url: string) => ({ url, idempotencyKey: 'uid-2', body: { release: 'web-1', step: 2 } });

it('posts the release as JSON with its key to where the name leads, and hands the answer back', async () => {
  let seen: Record<string, unknown> = {};
  answer = ({ method, url, headers }, response, body) => {
    seen = { method, url, host: headers.host, key: headers['idempotency-key'], type: headers['content-type'], body };
    response.writeHead(503).end('not yet');
  };
  const { call, close } = createGateCall((host, at) => Promise.resolve(host === 'gate.shop.svc' && at === 80 ? { host: '127.0.0.1', port } : undefined));
  expect(await call(question('http://gate.shop.svc/may-go?x=1'), never)).toEqual({ status: 503, text: 'not yet' });
  expect(seen).toEqual({ method: 'POST', url: '/may-go?x=1', host: 'gate.shop.svc', key: 'uid-2', type: 'application/json', body: '{"release":"web-1","step":2}' });
  await close();
});

it('follows no redirect and reads no endless answer', async () => {
  const { call, close } = createGateCall(() => Promise.resolve(undefined));
  answer = (_, response) => response.writeHead(302, { location: '/yes' }).end();
  expect((await call(question(`http://127.0.0.1:${port}/`), never)).status).toBe(302);
  answer = (_, response) => response.writeHead(200).end('x'.repeat(100_000));
  expect((await call(question(`http://127.0.0.1:${port}/`), never)).text).toHaveLength(16_384);
  await close();
});

it('is given up when nobody listens, or nobody waits any more', async () => {
  const { call, close } = createGateCall(() => Promise.resolve(undefined));
  await expect(call(question('http://127.0.0.1:1/'), never)).rejects.toThrow();
  const stopping = new AbortController();
  answer = () => stopping.abort(new Error('stopping'));
  await expect(call(question(`http://127.0.0.1:${port}/`), stopping.signal)).rejects.toThrow('stopping');
  server.closeAllConnections();
  await close();
});
