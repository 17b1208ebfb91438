import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/** What came in. */
export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Said {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A real HTTP server on a free port that keeps what it was asked. */
export class AnsweringServer {
  readonly seen: Seen[] = [];
  /** What it answers next; `hang` never does, `break` closes the connection. */
  answer: (seen: Seen) => Said | 'hang' | 'break' = () => ({ body: '{}' });
  readonly #server: Server;
  readonly #scheme: string;

  /** @param tls its key and certificate, as PEM */
  constructor(tls?: { readonly key: string; readonly cert: string }) {
    const listener: RequestListener = (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => {
        const seen = { method: request.method ?? '', url: new URL(request.url ?? '/', this.address), headers: request.headers, body };
        this.seen.push(seen);
        const said = this.answer(seen);
        if (said === 'hang') return;
        if (said === 'break') return void request.socket.destroy();
        response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers }).end(said.body ?? '');
      });
    };
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
    this.#scheme = tls ? 'https' : 'http';
  }

  get address(): string {
    const address = this.#server.address();
    return `${this.#scheme}://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
