import { Client, credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';
import type { Answers } from '../../scenarios/doors.js';
import { ISTIO_VERSION, type Istiod } from './istiod.js';

const METHOD = '/lab.Shop/Ask';
const same = (bytes: Buffer): Buffer => bytes;

/** The gRPC server of one version, on addresses of its Pods, which answers with its name. */
export class GrpcBackend {
  readonly #servers: readonly Server[];

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  static async start(version: string, addresses: readonly string[], port: number): Promise<GrpcBackend> {
    const servers = await Promise.all(
      addresses.map(async (address) => {
        const server = new Server();
        const ask = { path: METHOD, requestStream: false, responseStream: false, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
        server.addService({ ask }, { ask: (_: unknown, answer: (error: null, value: Buffer) => void) => answer(null, Buffer.from(version)) });
        await new Promise<void>((resolve, reject) => {
          server.bindAsync(`${address}:${port}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
        });
        return server;
      }),
    );
    return new GrpcBackend(servers);
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

/** A gRPC client that is its own data plane. @param target such as `shop.default.svc.cluster.local:80` */
export class GrpcClient {
  readonly #client: Client;

  constructor(target: string) {
    this.#client = new Client(`xds:///${target}`, credentials.createInsecure());
  }

  /** Calls so often, eight at a time. */
  async ask(count: number, headers: Readonly<Record<string, string>> = {}): Promise<Answers> {
    const versions: Record<string, number> = {};
    let [failed, left] = [0, count];
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const version = await this.#call(headers).catch(() => undefined);
        if (version === undefined) failed++;
        else versions[version] = (versions[version] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return { versions, failed };
  }

  stop(): void {
    this.#client.close();
  }

  #call(headers: Readonly<Record<string, string>>): Promise<string> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(METHOD, same, same, Buffer.alloc(0), metadata, { deadline: Date.now() + 10_000 }, (error, answer) => (error ? reject(error) : resolve(String(answer))));
    });
  }
}
