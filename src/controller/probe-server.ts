import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is answered on the controller's own port. */
export interface ProbeServerOptions {
  /** Empty for all addresses, of both families where the machine has them. */
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** What this process does, in a few words, and whether it could lead at once. */
  readonly state: () => { readonly ready: boolean; readonly text: string };
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

export interface ProbeServer {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves `/healthz` (this process runs), `/readyz` (its caches are filled: it leads or could at once) and `/metrics`.
 * @throws Error when the address cannot be taken
 */
export async function startProbeServer({ host, port, state, metrics }: ProbeServerOptions): Promise<ProbeServer> {
  const answer: RequestListener = (request, response) => {
    const send = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(request.method === 'HEAD' ? undefined : text);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'only GET\n');
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        return send(200, 'ok\n');
      case '/readyz': {
        const { ready, text } = state();
        return send(ready ? 200 : 503, `${text}\n`);
      }
      case '/metrics':
        return void metrics.text().then(
          (text) => send(200, text, metrics.contentType),
          (error: unknown) => send(500, `${String(error)}\n`),
        );
      default:
        return send(404, 'there are /healthz, /readyz and /metrics\n');
    }
  };
  // No request here has a body, or takes long to write.
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === '' ? {} : { host }) }, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    host: address.address,
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
