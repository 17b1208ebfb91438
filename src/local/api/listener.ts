import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { badRequestStatus, methodNotAllowedStatus, unauthorizedStatus } from '../../kubernetes/status.js';
import type { ApiRequest } from '../../ports/transport.js';
import { impersonationIn } from './access/impersonation.js';
import { bodyText } from './request/body-text.js';
import type { Api } from './api.js';
import { isStream } from './in-process-transport.js';
import { failureAnswer, type Answer } from './request/answer.js';
import { Upgrades } from './upgrades.js';
import { anonymous, type User } from './request/users.js';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const MOST_BODY_BYTES = 3 * 1024 * 1024;

/** An API that is reached over sockets. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Such as `https://127.0.0.1:40123`. */
  readonly url: string;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Where to listen, and how. */
export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
  /** Certificate and key, PEM; plain HTTP without them, over which kubectl sends no token. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/**
 * Opens an API on the loopback interface; port 0 takes a free one.
 * @throws Error for any other interface, a port that is taken, or a certificate that cannot be used
 */
export async function listen(api: Api, { host = '127.0.0.1', port = 0, tls }: ListenOptions = {}): Promise<Listener> {
  if (!LOOPBACK.has(host)) throw new Error(`the local API listens on loopback only, not on ${host}; use 127.0.0.1`);
  const serve = (request: IncomingMessage, response: ServerResponse): void => void serveRequest(api, request, response);
  const settings = { keepAliveTimeout: 60_000, requestTimeout: 0 };
  const server = tls === undefined ? createServer(settings, serve) : createTlsServer({ ...settings, ...tls }, serve);
  const upgrades = new Upgrades((request, signal) => upgradeAnswer(api, request, signal), sendAnswer);
  server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => upgrades.take(request, connection, head));
  server.on('clientError', (_error, socket) => socket.destroy());
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken ? new Error(`${host}:${port} is taken by another program: end that one, or name another port`, { cause: error }) : error;
  });
  const address = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return { host, port: address.port, url: `${tls === undefined ? 'http' : 'https'}://${shown}:${address.port}`, close: () => closeServer(server, upgrades) };
}

async function closeServer(server: Server, upgrades: Upgrades): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await upgrades.close();
  await closed;
}

async function serveRequest(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const left = new AbortController();
  response.once('close', () => left.abort(new Error('the client left')));
  try {
    await sendAnswer(await answerOf(api, request, left.signal), request, response);
  } catch {
    response.destroy();
  }
}

/** What Node hands over has no body: that would be of the other protocol. */
function upgradeAnswer(api: Api, request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (length === '0' && encoding === undefined) return answerOf(api, request, signal, '');
  return Promise.resolve(failureAnswer(badRequestStatus('a request with a body cannot ask for another protocol: send it without the header Upgrade')));
}

async function answerOf(api: Api, request: IncomingMessage, signal: AbortSignal, known?: string): Promise<Answer> {
  const user = authenticate(api, request);
  if (user === undefined) return failureAnswer(unauthorizedStatus());
  const method = methodOf(request.method);
  if (method === undefined) return failureAnswer(methodNotAllowedStatus());
  const url = new URL(request.url ?? '/', 'http://local');
  const body = known ?? (await readBody(request));
  if (body === undefined) {
    return failureAnswer({ ...badRequestStatus(`Request entity too large: limit is ${MOST_BODY_BYTES}`), code: 413, reason: 'RequestEntityTooLarge' });
  }
  const impersonate = impersonationIn(new Map(Object.entries(request.headersDistinct).map(([name, values]) => [name, values ?? []])));
  const place = impersonate.user === '' ? {} : { impersonate };
  return api.handle({ user, method, path: url.pathname, query: url.searchParams, headers: plainHeaders(request), body, signal, ...place });
}

/** @returns undefined for a token that nobody has */
function authenticate(api: Api, request: IncomingMessage): User | undefined {
  const token = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  return token === undefined ? anonymous : api.authenticate(token);
}

function methodOf(method: string | undefined): ApiRequest['method'] | undefined {
  switch (method) {
    case 'GET':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
    case 'HEAD':
      return method;
    default:
      return undefined;
  }
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > MOST_BODY_BYTES) return undefined;
    chunks.push(buffer);
  }
  return bodyText(Buffer.concat(chunks), request.headers['content-type']);
}

async function sendAnswer({ status, headers, body }: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isStream(body)) {
    const bytes = Buffer.from(body);
    response.writeHead(status, { ...headers, 'content-length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
    return;
  }
  response.writeHead(status, headers);
  response.flushHeaders();
  for await (const chunk of body) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await untilDrained(response);
  }
  response.end();
}

/** Resolves when the client has read on, or left. */
async function untilDrained(response: ServerResponse): Promise<void> {
  const decided = new AbortController();
  const { signal } = decided;
  // What did not come first must not go on listening: a watch waits many times.
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).finally(() => decided.abort());
}
