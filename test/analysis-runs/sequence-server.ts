import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers `/<anything>/1,0,e` with `{"value": 1}` the first time, 0 the second, a 500 for `e`, text for `t`, nil for `n`, and the last one for ever. */
export interface SequenceServer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startSequenceServer(): Promise<SequenceServer> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const values = (path.split('/').at(-1) ?? '').split(',');
    const count = asked.get(path) ?? 0;
    asked.set(path, count + 1);
    const value = values[Math.min(count, values.length - 1)] ?? '';
    const isText = value === 't';
    response.writeHead(value === 'e' ? 500 : 200, { 'content-type': isText ? 'text/plain' : 'application/json' });
    response.end(isText ? 'plain text' : JSON.stringify({ value: value === 'n' ? null : Number(value) }));
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
