import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { hasLoopbackRange } from '../../local/addresses/cluster-addresses.js';

/** A program that tells metrics of itself, as a Pod does; a real server. */
export class ExposingServer {
  #server: Server | undefined;
  #host = '127.0.0.1';
  #port = 0;
  #lines = new Map<string, number>();

  /** Adds to a counter. @param series with its labels, such as `requests_total{code="200"}` */
  add(series: string, count: number): void {
    this.#lines.set(series, (this.#lines.get(series) ?? 0) + count);
  }

  /** Puts requests of so many milliseconds into the histogram `took_seconds` with edges 0.1, 0.5 and 2. */
  took(milliseconds: number, count: number): void {
    for (const edge of ['0.1', '0.5', '2', '+Inf']) this.add(`took_seconds_bucket{le="${edge}"}`, milliseconds / 1000 <= Number(edge.replace('+Inf', 'Infinity')) ? count : 0);
  }

  /** Host and port. */
  get target(): string {
    return `${this.#host}:${this.#port}`;
  }

  /** On the port that it had before, if any. */
  async start(): Promise<void> {
    const server = createServer((_request, response) => {
      const names = new Set([...this.#lines.keys()].map((series) => series.replace(/\{.*/, '')));
      const types = [...names].map((name) => (name.endsWith('_bucket') ? '' : `# TYPE ${name} counter\n`));
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(`${types.join('')}${[...this.#lines].map(([series, value]) => `${series} ${value}\n`).join('')}`);
    });
    // At 127.0.0.1 an outgoing connection could be given its port while it is down.
    if (this.#port === 0 && (await hasLoopbackRange())) this.#host = `127.88.${(process.pid >> 8) & 255}.${process.pid & 255}`;
    server.listen(this.#port, this.#host);
    await once(server, 'listening');
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#server = server;
  }

  /** Ends as a process does: everything counted is gone. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#lines = new Map();
    if (!server) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
}
