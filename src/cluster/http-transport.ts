import type { Dispatcher } from 'undici';
import { abortReason } from '../ports/clock.js';
import type { ApiRequest, ApiResponse, ApiStream, Transport } from '../ports/transport.js';
import { fixedCredentials, type Credential, type CredentialSource } from './credentials.js';
import { createDispatcher, sameCertificate, type ConnectionOptions } from './dispatcher.js';
import { impersonationHeaders } from './impersonation.js';
import { TransportError } from './transport-error.js';

/** Where an API server is and who we are to it. */
export interface HttpTransportOptions extends ConnectionOptions {
  /** `https://host:port`, with a path where the API is served below one. */
  readonly server: string;
  /** A fixed bearer token. */
  readonly token?: string;
  /** Fixed client certificate and key, PEM; both or none. */
  readonly cert?: string;
  readonly key?: string;
  /** Credentials that change; replaces `token`, `cert` and `key`. */
  readonly credentials?: CredentialSource;
  /** Sent with each request, default `serin`. */
  readonly userAgent?: string;
}

/** A transport over sockets, which somebody has to stop. */
export interface HttpTransport extends Transport {
  readonly server: string;
  /** Ends all connections, watches too; later requests fail. */
  stop(): Promise<void>;
}

interface Connection {
  readonly dispatcher: Dispatcher;
  readonly certificate: Credential['certificate'];
}

/**
 * Requests over one pool of HTTP/1.1 keep-alive connections. The pool is replaced only when the client certificate changes.
 * A request whose answer stalls for `timeoutMilliseconds` fails; a stream may stay silent for ever: its reader decides.
 * @throws Error when `server` is not an http or https URL
 */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const base = parseServer(options.server);
  const credentials = options.credentials ?? fixedOf(options);
  const connections: Connection[] = [];
  let stopped = false;

  const connectionFor = ({ certificate }: Credential): Connection => {
    const [latest] = connections;
    if (latest && sameCertificate(latest.certificate, certificate)) return latest;
    const connection = { dispatcher: createDispatcher(base, options, certificate), certificate };
    connections.unshift(connection);
    // What runs over the old one may finish; watches end at their own timeout and come back over the new one.
    if (latest) void latest.dispatcher.close().catch(() => undefined).then(() => connections.splice(connections.indexOf(latest), 1));
    return connection;
  };

  const send = async (request: ApiRequest, streaming: boolean): Promise<Dispatcher.ResponseData> => {
    const credential = await credentials.current(request.signal);
    const answer = await sendOnce(request, credential, streaming);
    if (answer.statusCode !== 401 || !(await credentials.renew(credential, request.signal))) return answer;
    await answer.body.dump().catch(() => undefined);
    return sendOnce(request, await credentials.current(request.signal), streaming);
  };

  const sendOnce = async (request: ApiRequest, credential: Credential, streaming: boolean): Promise<Dispatcher.ResponseData> => {
    if (stopped) throw new TransportError(describe(request), new Error('the transport is stopped'));
    if (request.signal?.aborted) throw abortReason(request.signal);
    try {
      const answer = await connectionFor(credential).dispatcher.request({
        origin: base.origin,
        path: pathOf(base, request),
        method: request.method,
        headers: {
          accept: 'application/json',
          'user-agent': options.userAgent ?? 'serin',
          ...(credential.authorization === undefined ? {} : { authorization: credential.authorization }),
          ...request.headers,
          ...impersonationHeaders(request.impersonate),
        },
        body: request.body ?? null,
        signal: request.signal ?? null,
        ...(streaming ? { bodyTimeout: 0 } : {}),
      });
      // A reset between this answer and the first read must not become an uncaught 'error'.
      answer.body.on('error', () => undefined);
      return answer;
    } catch (error) {
      throw failureOf(request, error);
    }
  };

  return {
    server: options.server,
    async request(request: ApiRequest): Promise<ApiResponse> {
      const answer = await send(request, false);
      try {
        return { status: answer.statusCode, headers: headersOf(answer), body: await answer.body.text() };
      } catch (error) {
        throw failureOf(request, error);
      }
    },
    async stream(request: ApiRequest): Promise<ApiStream> {
      const answer = await send(request, true);
      return { status: answer.statusCode, headers: headersOf(answer), chunks: chunksOf(request, answer) };
    },
    async stop(): Promise<void> {
      stopped = true;
      await credentials.stop?.();
      await Promise.all(connections.splice(0).map(({ dispatcher }) => dispatcher.destroy(new Error('the transport is stopped'))));
    },
  };
}

/** Text of a body as it comes; a character that two chunks share waits for the second. Leaving the loop ends the connection. */
async function* chunksOf(request: ApiRequest, { body }: Dispatcher.ResponseData): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  try {
    for await (const bytes of body) {
      if (!(bytes instanceof Uint8Array)) continue;
      const text = decoder.decode(bytes, { stream: true });
      if (text !== '') yield text;
    }
  } catch (error) {
    throw failureOf(request, error);
  }
}

function parseServer(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Error(`server "${server}" is not a URL; write it as https://host:port`);
  }
  return url;
}

function fixedOf({ token, cert, key }: HttpTransportOptions): CredentialSource {
  if ((cert === undefined) !== (key === undefined)) throw new Error('a client certificate needs both "cert" and "key"');
  return fixedCredentials({
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
  });
}

function pathOf(base: URL, { path, query }: ApiRequest): string {
  const text = query?.toString() ?? '';
  return `${base.pathname.replace(/\/+$/, '')}${path}${text === '' ? '' : `?${text}`}`;
}

function describe({ method, path }: ApiRequest): string {
  return `${method} ${path}`;
}

function failureOf(request: ApiRequest, error: unknown): Error {
  if (request.signal?.aborted) return abortReason(request.signal);
  return error instanceof TransportError ? error : new TransportError(describe(request), error);
}

function headersOf({ headers }: Dispatcher.ResponseData): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return plain;
}
