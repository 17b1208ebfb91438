import { pino } from 'pino';
import { createClient } from '../../cluster/create-client.js';
import type { ClusterClient } from '../../cluster/client.js';
import { createHttpTransport, type HttpTransport } from '../../cluster/http-transport.js';
import { resources } from '../../kubernetes/resources.js';
import { createApi } from '../../local/api/api.js';
import { listen } from '../../local/api/listener.js';
import { memoryStore } from '../../local/api/memory-store.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { clusterClients } from '../access/cluster-clients.js';
import type { AuditEntry } from '../audit.js';
import { createServer, type RunningServer, type ServerOptions } from '../create-server.js';
import { configDeeds, configRoutes } from './config-routes.js';
import { giveRights, TOKENS, USERS } from './cluster-people.js';

/** A cluster over sockets, with people and their rights. */
export interface TestCluster {
  /** An administrator. */
  readonly admin: ClusterClient;
  /** As the server, with its own rights. */
  readonly own: HttpTransport;
  /** Without credentials. */
  readonly bare: HttpTransport;
  stop(): Promise<void>;
}

/** @param users more people than `USERS`, by their tokens */
export async function startTestCluster(users: Pick<typeof USERS, 'get'> = new Map()): Promise<TestCluster> {
  const store = memoryStore();
  const api = createApi({ store, clock: systemClock, random: seededRandom(1), users: { get: (token) => users.get(token) ?? USERS.get(token) } });
  const listener = await listen(api, { port: 0 });
  const own = createHttpTransport({ server: listener.url, token: TOKENS.server });
  const bare = createHttpTransport({ server: listener.url });
  const admin = createClient(api.transport(), { fieldManager: 'test' });
  await admin.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, spec: {} });
  await admin.create(resources.configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'shop', name: 'web' }, data: { value: 'old' } });
  await giveRights(admin);
  return {
    admin,
    own,
    bare,
    async stop() {
      await Promise.all([own.stop(), bare.stop()]);
      await listener.close();
      await api.close();
      await store.close();
    },
  };
}

/** A server beside a cluster, and what it wrote to logs. */
export interface TestServer extends RunningServer {
  readonly audit: AuditEntry[];
  /** Everything that was logged, audit and all, as text. */
  readonly logged: () => string;
}

export async function startTestServer({ own, bare }: Pick<TestCluster, 'own' | 'bare'>, options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const audit: AuditEntry[] = [];
  const lines: string[] = [];
  const clients = { fieldManager: 'serin-server', retries: { tries: 1 } };
  const running = await createServer({
    client: createClient(own, clients),
    clientOf: clusterClients({ own, bare, impersonate: true, moreDeeds: configDeeds, client: clients }),
    signIn: { token: true },
    listen: { host: '127.0.0.1', port: 0 },
    clock: systemClock,
    random: seededRandom(2),
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    audit: (entry) => void audit.push(entry),
    modules: [configRoutes],
    version: '1.2.3',
    limits: { guesses: { perSecond: 0.001, burst: 1_000 } },
    ...options,
  });
  return { ...running, audit, logged: () => lines.join('') + JSON.stringify(audit) };
}
