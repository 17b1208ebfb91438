import { Client, credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';
import type { Answers } from '../../scenarios/doors.js';
import { ISTIO_VERSION, type Istiod } from './istiod.js';

const METHOD = '/lab.Shop/Ask';
const same = (bytes: Buffer): Buffer => bytes;

/** The gRPC server of one version, on addresses of its Pods, which answers with its name. */
export class GrpcBackend {
  readonly #servers: readonly Server[];
  readonly #counter: { calls: number };

  private constructor(servers: readonly Server[], counter: { calls: number }) {
    this.#servers = servers;
    this.#counter = counter;
  }

  static async start(version: string, addresses: readonly string[], port: number): Promise<GrpcBackend> {
    const counter = { calls: 0 };
    const answer = (_: unknown, done: (error: null, value: Buffer) => void): void => {
      counter.calls++;
      done(null, Buffer.from(version));
    };
    const servers = await Promise.all(
      addresses.map(async (address) => {
        const server = new Server();
        const ask = { path: METHOD, requestStream: false, responseStream: false, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
        server.addService({ ask }, { ask: answer });
        await new Promise<void>((resolve, reject) => {
          server.bindAsync(`${address}:${port}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
        });
        return server;
      }),
    );
    return new GrpcBackend(servers, counter);
  }

  /** How many calls came in since this was asked last. */
  takeCalls(): number {
    const { calls } = this.#counter;
    this.#counter.calls = 0;
    return calls;
  }

  stop(): Promise<void> {
    for (const server of this.#servers) server.forceShutdown();
    return Promise.resolve();
  }
}

/** Makes the xDS clients of this process ask istiod. Once for a process: the library reads it once. */
export function registerGrpcClients({ discovery }: Istiod, namespace: string, address: string): void {
  process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = JSON.stringify({
    xds_servers: [{ server_uri: `${discovery.host}:${discovery.port}`, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }],
    // The library wants a locality, be it empty.
    node: {
      id: `sidecar~${address}~client.${namespace}~${namespace}.svc.cluster.local`, locality: {},
      metadata: { GENERATOR: 'grpc', NAMESPACE: namespace, INSTANCE_IPS: address, ISTIO_VERSION, CLUSTER_ID: 'Kubernetes', LABELS: {} },
    },
  });
  register();
}

/** What one call brought. */
interface GrpcAnswer {
  readonly version: string;
  /** As a client sends them back. */
  readonly cookies: string;
}

/** A gRPC client. */
export class GrpcClient {
  readonly #client: Client;

  /** @param target such as `127.0.0.1:80`, or `xds:///shop.default.svc.cluster.local:80` for one that is its own data plane. @param host what it calls the server */
  constructor(target: string, host?: string) {
    this.#client = new Client(target, credentials.createInsecure(), host === undefined ? {} : { 'grpc.default_authority': host });
  }

  /** Calls so often, eight at a time. */
  async ask(count: number, headers: Readonly<Record<string, string>> = {}): Promise<Answers> {
    const versions: Record<string, number> = {};
    let [failed, left] = [0, count];
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const version = (await this.#call(headers).catch(() => undefined))?.version;
        if (version === undefined) failed++;
        else versions[version] = (versions[version] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return { versions, failed };
  }

  /** Calls until a version answers. @returns the cookies that came with the answer */
  async meet(version: string): Promise<string> {
    for (let tries = 0; tries < 500; tries++) {
      const answer = await this.#call({});
      if (answer.version === version) return answer.cookies;
    }
    throw new Error(`${version} has not answered in 500 calls`);
  }

  stop(): void {
    this.#client.close();
  }

  #call(headers: Readonly<Record<string, string>>): Promise<GrpcAnswer> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve, reject) => {
      let cookies = '';
      const call = this.#client.makeUnaryRequest(METHOD, same, same, Buffer.alloc(0), metadata, { deadline: Date.now() + 10_000 }, (error, answer) => (error ? reject(error) : resolve({ version: String(answer), cookies })));
      call.on('metadata', (headers: Metadata) => (cookies = headers.get('set-cookie').map((cookie) => String(cookie).split(';')[0] ?? '').join('; ')));
    });
  }
}
