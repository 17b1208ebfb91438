import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterClient } from '../../../cluster/client.js';
import { createClient } from '../../../cluster/create-client.js';
import { createInformer } from '../../../cluster/create-informer.js';
import type { RunningInformer } from '../../../cluster/informer.js';
import type { CustomResourceDefinition } from '../../../kubernetes/generated/apiextensions-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import { systemClock } from '../../../ports/clock.js';
import { seededRandom } from '../../../ports/random.js';
import { portAddresses } from '../../addresses/port-addresses.js';
import { createApi } from '../../api/api.js';
import { memoryStore } from '../../api/memory-store.js';
import { createGateway, type Gateway, type GatewayInformers } from '../gateway.js';
import { endpointSlice, pod, service, type PodState } from './objects.js';

const WEB: PodState = { name: 'web-1', app: 'web', version: 'v1', address: '10.244.0.9' };
export const WEB_PORT = 9080;

/** A gateway as a client of a real API server, and one program behind Service `web`. */
export interface RealApi {
  readonly client: ClusterClient;
  readonly gateway: Gateway;
  /** What the gateway complained of. */
  readonly problems: readonly string[];
  /** Creates an object of namespace `default`, without what an API server fills in. */
  create<T extends KubernetesObject>(resource: Resource<T>, object: T): Promise<T>;
  /** Makes the kinds known that a file of generated CRDs defines. */
  define(file: 'istio-crds.json' | 'gateway-api-crds.json'): Promise<void>;
  /** Tells of Service `web`, its Pod and its EndpointSlice. */
  addWeb(): Promise<void>;
  stop(): Promise<void>;
}

type Watch = <T extends KubernetesObject>(resource: Resource<T>) => RunningInformer<T>;

/** @param products what the gateway reads besides Istio's objects and Services */
export async function startRealApi(products: (watch: Watch) => Pick<GatewayInformers, 'gatewayApi' | 'ingressNginx'> = () => ({})): Promise<RealApi> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-real-'));
  const addresses = portAddresses(join(directory, 'ports'));
  const random = seededRandom(1);
  const store = memoryStore();
  const api = createApi({ store, clock: systemClock, random });
  const client = createClient(api.transport(), { fieldManager: 'test' });
  const running: RunningInformer<KubernetesObject>[] = [];
  const watch: Watch = (resource) => {
    const informer = createInformer(client, resource, { random, backoff: { first: 20, longest: 50 } });
    running.push(informer as unknown as RunningInformer<KubernetesObject>);
    return informer;
  };
  const problems: string[] = [];
  const gateway = await createGateway({
    client,
    informers: {
      virtualServices: watch(resources.virtualServices),
      destinationRules: watch(resources.destinationRules),
      gateways: watch(resources.gateways),
      services: watch(resources.services),
      endpointSlices: watch(resources.endpointSlices),
      pods: watch(resources.pods),
      ...products(watch),
    },
    clock: systemClock,
    random,
    addresses,
    stateDirectory: directory,
    onProblem: (problem) => problems.push(problem),
  });
  const program = await startProgram(addresses.toSocketAddress(WEB.address, WEB_PORT));
  const create: RealApi['create'] = (resource, object) => client.create(resource, unborn(object));
  return {
    client,
    gateway,
    problems,
    create,
    async define(file) {
      const definitions = JSON.parse(readFileSync(new URL(`../../../kubernetes/generated/${file}`, import.meta.url), 'utf8')) as CustomResourceDefinition[];
      for (const definition of definitions) await client.create(resources.customResourceDefinitions, definition);
    },
    async addWeb() {
      await create(resources.services, service('web', { http: WEB_PORT }, '10.96.0.30'));
      const { status, ...rest } = pod(WEB);
      await create(resources.pods, { ...rest, spec: { containers: [{ name: 'main', image: 'web' }] } });
      await client.patch(resources.pods, { name: WEB.name, namespace: 'default' }, { kind: 'merge', body: { status } }, { subresource: 'status' });
      await create(resources.endpointSlices, endpointSlice('web', 'http', WEB_PORT, [WEB]));
    },
    async stop() {
      await gateway.stop(500);
      await Promise.all(running.map((informer) => informer.stop()));
      program.closeAllConnections();
      program.close();
      await api.close();
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startProgram({ host, port }: { readonly host: string; readonly port: number }): Promise<Server> {
  const program = createServer((request, response) => response.end(`from v1 ${request.url ?? ''}`));
  await new Promise<void>((resolve, reject) => program.once('error', reject).listen(port, host, resolve));
  return program;
}

function unborn<T extends KubernetesObject>(object: T): T {
  const { name, namespace, labels, annotations } = object.metadata;
  return { ...object, metadata: { name, namespace: namespace ?? 'default', ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
}
