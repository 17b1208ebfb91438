import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpPages } from './http-pages.js';

describe('pages over HTTP', () => {
  const accepts: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    accepts.push(request.headers.accept);
    if (request.url === '/silent') return;
    if (request.url === '/long') {
      const chunk = Buffer.alloc(1024 * 1024, 'a');
      const write = (): void => {
        while (!response.destroyed) if (!response.write(chunk)) return void response.once('drain', write);
      };
      return write();
    }
    response.writeHead(request.url === '/metrics' ? 200 : 404).end('up 1\n');
  });
  let pages: ReturnType<typeof createHttpPages>;
  const target = (path: string) => ({ address: '10.0.0.1', port: 80, path });
  const { signal } = new AbortController();

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    pages = createHttpPages(() => ({ host: '127.0.0.1', port }));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await pages.close();
    server.close();
  });

  it('are fetched in the format that all can', async () => {
    expect(await pages.fetch(target('/metrics'), signal)).toBe('up 1\n');
    expect(accepts.at(-1)).toBe('text/plain;version=0.0.4');
    await expect(pages.fetch(target('/other'), signal)).rejects.toThrow('answered 404');
  });

  it('are not read to their end where they have none', async () => {
    await expect(pages.fetch(target('/long'), signal)).rejects.toThrow();
  });

  it('are given up with the signal', async () => {
    const giving = new AbortController();
    const waiting = pages.fetch(target('/silent'), giving.signal);
    giving.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
