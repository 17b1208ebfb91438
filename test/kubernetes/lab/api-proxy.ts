import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpTransport, type HttpTransport } from '../../../src/cluster/http-transport.js';
import type { ApiRequest, Transport } from '../../../src/ports/transport.js';

const FORWARDED = ['accept', 'authorization', 'content-type', 'user-agent'];

/** Stands between a program and an API server, over sockets on both sides; what it does on the way is up to `wrap`. */
export class ApiProxy {
  readonly #server: Server;
  readonly #upstream: HttpTransport;
  readonly #transport: Transport;

  private constructor(upstream: HttpTransport, transport: Transport) {
    this.#upstream = upstream;
    this.#transport = transport;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @param wrap what requests go through; an Error that it throws is a broken connection */
  static async start({ server, authority }: { readonly server: string; readonly authority: string }, wrap: (inner: Transport) => Transport = (inner) => inner): Promise<ApiProxy> {
    const upstream = createHttpTransport({ server, ca: authority });
    const proxy = new ApiProxy(upstream, wrap(upstream));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Where the program finds it. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await this.#upstream.stop();
    await closed;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('the client has gone')));
    response.on('error', () => undefined);
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const request = requestOf(incoming, Buffer.concat(chunks).toString(), gone.signal);
      if (request.query?.get('watch') === 'true') {
        const { status, headers, chunks: events } = await this.#transport.stream(request);
        response.writeHead(status, typed(headers));
        response.flushHeaders();
        for await (const each of events) if (!response.write(each)) await drained(response);
        response.end();
      } else {
        const { status, headers, body } = await this.#transport.request(request);
        response.writeHead(status, typed(headers)).end(body);
      }
    } catch {
      incoming.socket.destroy();
    }
  }
}

const drained = (response: ServerResponse): Promise<unknown> => new Promise((resolve) => response.once('drain', resolve).once('close', resolve));

const typed = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(['content-type', 'retry-after'].flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));

function requestOf({ url = '/', method = 'GET', headers }: IncomingMessage, body: string, signal: AbortSignal): ApiRequest {
  const { pathname, searchParams } = new URL(url, 'http://proxy.invalid');
  const forwarded = FORWARDED.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : []));
  return { method: method as ApiRequest['method'], path: pathname, query: searchParams, headers: Object.fromEntries(forwarded) as Record<string, string>, ...(body === '' ? {} : { body }), signal };
}
