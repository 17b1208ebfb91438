import { createServer, type IncomingMessage, type Server } from 'node:http';

/** What came in at one version. */
export interface Arrival {
  readonly path: string;
  readonly host: string;
  readonly headers: IncomingMessage['headers'];
}

/** The server of one version, on addresses of its Pods: says in `x-version` who it is and in `x-path` what it was asked. */
export class Backend {
  readonly version: string;
  readonly addresses: readonly string[];
  readonly #servers: readonly Server[];
  #arrivals: Arrival[] = [];

  private constructor(version: string, addresses: readonly string[]) {
    this.version = version;
    this.addresses = addresses;
    this.#servers = addresses.map(() =>
      createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
        this.#arrivals.push({ path: request.url ?? '', host: request.headers.host ?? '', headers: request.headers });
        request.resume();
        response.writeHead(200, { 'x-version': version, 'x-path': request.url ?? '' }).end();
      }),
    );
  }

  /** Listens on `port` at each address. */
  static async start(version: string, addresses: readonly string[], port: number): Promise<Backend> {
    const backend = new Backend(version, addresses);
    await Promise.all(
      backend.#servers.map(
        (server, index) =>
          new Promise<void>((resolve, reject) => {
            server.once('error', reject).listen(port, addresses[index], resolve);
          }),
      ),
    );
    return backend;
  }

  /** What came in since this was asked last. */
  takeArrivals(): readonly Arrival[] {
    const taken = this.#arrivals;
    this.#arrivals = [];
    return taken;
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
  }
}
