import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers `{"value": 1}` at /good, 0 at /bad, and 0.5 at /unclear. */
export interface MetricsServer {
  readonly url: string;
  stop(): Promise<void>;
}

const VALUES: Readonly<Record<string, number>> = { '/good': 1, '/bad': 0, '/unclear': 0.5 };

/** What analyses of stories ask. */
export async function startMetricsServer(): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const value = VALUES[request.url ?? ''];
    response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ value }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
