import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Opens the gates of releases, and remembers who asked with which key. */
export class Webhook {
  /** Idempotency keys by namespace, once for each call. */
  readonly keys = new Map<string, string[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const namespace = (request.url ?? '/').slice(1);
      this.keys.set(namespace, [...(this.keys.get(namespace) ?? []), String(request.headers['idempotency-key'])]);
      request.resume().on('end', () => response.writeHead(200, { 'content-type': 'text/plain' }).end('ok'));
    });
  }

  static async start(): Promise<Webhook> {
    const webhook = new Webhook();
    await new Promise<void>((resolve) => webhook.#server.listen(0, '127.0.0.1', resolve));
    return webhook;
  }

  urlFor(namespace: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${namespace}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
