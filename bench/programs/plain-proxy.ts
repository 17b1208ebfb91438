// The least that a proxy in Node does: node:http in front, undici behind, nothing between. Arguments: the upstream's port.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool, type Dispatcher } from 'undici';

const pool = new Pool(`http://127.0.0.1:${process.argv[2] ?? ''}`, { connections: 128, pipelining: 1 });

class Passing implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  #resume: () => void = () => undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onConnect(abort: () => void): void {
    // A client that leaves in the middle must not hold the connection to the upstream.
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) abort();
    });
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    this.#resume = resume;
    const passed: string[] = [];
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const name = String(headers[index]);
      if (name.toLowerCase() !== 'connection' && name.toLowerCase() !== 'keep-alive') passed.push(name, String(headers[index + 1]));
    }
    this.#response.writeHead(status, passed);
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#response.write(chunk)) return true;
    this.#response.once('drain', this.#resume);
    return false;
  }

  onComplete(): void {
    this.#response.end();
  }

  onError(): void {
    this.#response.destroy();
  }
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  pool.dispatch({ path: request.url ?? '/', method: 'GET', headers: { host: request.headers.host ?? 'upstream' } }, new Passing(response));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`));
process.once('SIGTERM', () => process.exit(0));
