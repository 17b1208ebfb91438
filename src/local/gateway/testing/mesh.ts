import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterClient } from '../../../cluster/client.js';
import type { DestinationRule, Gateway as GatewayObject, VirtualService } from '../../../kubernetes/generated/istio-v1.js';
import type { Event } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import { systemClock } from '../../../ports/clock.js';
import { seededRandom } from '../../../ports/random.js';
import { portAddresses } from '../../addresses/port-addresses.js';
import { ingressClasses } from '../configuration/ingress-nginx/ingress-class.js';
import { createGateway, type Gateway } from '../gateway.js';
import { MemoryInformer } from './memory-informer.js';
import { endpointSlice, gatewayObject, pod, service, type PodState } from './objects.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export const PORT = 9080;

/** A gateway over objects in memory, with real servers behind them. */
export async function startMesh(seed = 1) {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  const addresses = portAddresses(join(directory, 'ports'));
  const informers = {
    virtualServices: new MemoryInformer<VirtualService>(resources.virtualServices),
    destinationRules: new MemoryInformer<DestinationRule>(resources.destinationRules),
    gateways: new MemoryInformer<GatewayObject>(resources.gateways),
    services: new MemoryInformer(resources.services),
    endpointSlices: new MemoryInformer(resources.endpointSlices),
    pods: new MemoryInformer(resources.pods),
  };
  const ingressNginx = {
    ingresses: new MemoryInformer(resources.ingresses),
    ingressClasses: new MemoryInformer(ingressClasses),
    secrets: new MemoryInformer(resources.secrets),
  };
  const gatewayApi = {
    gatewayClasses: new MemoryInformer(resources.gatewayClasses),
    gateways: new MemoryInformer(resources.gatewayApiGateways),
    httpRoutes: new MemoryInformer(resources.httpRoutes),
    grpcRoutes: new MemoryInformer(resources.grpcRoutes),
    referenceGrants: new MemoryInformer(resources.referenceGrants),
    secrets: ingressNginx.secrets,
    namespaces: new MemoryInformer(resources.namespaces),
  };
  /** Written by the gateway. */
  const events: Event[] = [];
  const problems: string[] = [];
  const gateway: Gateway = await createGateway({
    client: statusClient([...Object.values(informers), ...Object.values(ingressNginx), ...Object.values(gatewayApi)], events),
    informers: { ...informers, ingressNginx, gatewayApi },
    clock: systemClock,
    random: seededRandom(seed),
    addresses,
    stateDirectory: directory,
    onProblem: (message) => problems.push(message),
  });
  const servers = new Map<string, Server>();
  const pods = new Map<string, PodState>();
  let nextAddress = 2;

  const publishSlices = (app: string): void => {
    informers.endpointSlices.remember(endpointSlice(app, 'http', PORT, [...pods.values()].filter((each) => each.app === app)));
  };
  const mesh = {
    directory,
    addresses,
    informers,
    ingressNginx,
    gatewayApi,
    events,
    gateway,
    problems,
    /** Says that a Service with one port is there. */
    addService(name: string, clusterIP: string): void {
      informers.services.remember(service(name, { http: PORT }, clusterIP));
      publishSlices(name);
    },
    /** Starts a Pod's program and tells of the Pod. */
    async addPod(app: string, version: string, handler?: RequestListener, name = `${app}-${version}-${pods.size}`): Promise<string> {
      const address = `10.244.0.${nextAddress++}`;
      const answer: RequestListener = handler ?? ((request, response) => void response.setHeader('x-version', version).end(`${version} ${request.url ?? ''}`));
      const server = createServer({ keepAliveTimeout: 60_000 }, answer);
      const at = addresses.toSocketAddress(address, PORT);
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at.port, at.host, resolve));
      servers.set(name, server);
      mesh.setPod({ name, app, version, address });
      return name;
    },
    setPod(state: PodState): void {
      pods.set(state.name, state);
      informers.pods.remember(pod(state));
      publishSlices(state.app);
    },
    /** As Kubernetes does: first the news, then the end of the program, which finishes what it began. */
    async deletePod(name: string): Promise<void> {
      const state = mesh.pod(name);
      mesh.setPod({ ...state, deleting: true });
      await mesh.stopServer(name);
      pods.delete(name);
      informers.pods.forget(pod(state));
      publishSlices(state.app);
    },
    pod(name: string): PodState {
      const state = pods.get(name);
      if (!state) throw new Error(`no Pod ${name}`);
      return state;
    },
    server(name: string): Server {
      const server = servers.get(name);
      if (!server) throw new Error(`no server ${name}`);
      return server;
    },
    async stopServer(name: string): Promise<void> {
      const server = servers.get(name);
      servers.delete(name);
      await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    },
    openIngress(hosts = ['*'], name = 'gw'): void {
      informers.gateways.remember(
        gatewayObject({ name }, { selector: { istio: 'ingressgateway' }, servers: [{ hosts, port: { number: 80, name: 'http', protocol: 'HTTP' } }] }),
      );
    },
    ingressPort(port = 80): number {
      return gateway.addresses.ingress[String(port)]?.port ?? 0;
    },
    /** Sends a request to the ingress gateway. */
    outside(path: string, options: { host?: string; method?: string; headers?: Record<string, string>; body?: string; port?: number } = {}): Promise<Answer> {
      return send({ port: mesh.ingressPort(options.port), path, method: options.method ?? 'GET', headers: { host: options.host ?? 'shop.test', ...options.headers }, body: options.body });
    },
    /** Sends a request as a Pod does, through its sidecar. */
    inside(from: string, url: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Answer> {
      const at = addresses.toSocketAddress(mesh.pod(from).address, 15_001);
      return send({ port: at.port, path: url, method: options.method ?? 'GET', headers: { host: new URL(url).host, ...options.headers }, body: options.body });
    },
    async metrics(name: string): Promise<string> {
      const at = addresses.toSocketAddress(mesh.pod(name).address, 15_020);
      return (await send({ port: at.port, path: '/stats/prometheus', method: 'GET', headers: {}, body: undefined })).body;
    },
    async stop(): Promise<void> {
      await gateway.stop(1_000);
      for (const server of servers.values()) {
        server.closeAllConnections();
        server.close();
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
  return mesh;
}

export type Mesh = Awaited<ReturnType<typeof startMesh>>;

function send(options: { port: number; path: string; method: string; headers: Record<string, string>; body: string | undefined }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: options.port, path: options.path, method: options.method, headers: options.headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

/** Takes in what the gateway writes as an API server does; nothing else is asked of it. */
function statusClient(informers: readonly unknown[], events: Event[]): ClusterClient {
  const unused = (): never => {
    throw new Error('not used by the gateway');
  };
  const keyOf = ({ group, plural }: { readonly group: string; readonly plural: string }): string => `${plural}.${group}`;
  const byName = new Map((informers as MemoryInformer<WithStatus>[]).map((informer) => [keyOf(informer.resource), informer]));
  const client: Record<keyof ClusterClient, unknown> = {
    ...{ get: unused, find: unused, list: unused, watch: unused, replace: unused, apply: unused, delete: unused, evict: unused, raw: unused },
    create: (resource: { group: string; plural: string }, object: WithStatus) => {
      if (resource.plural === 'events') events.push(object as unknown as Event);
      byName.get(keyOf(resource))?.remember(object);
      return Promise.resolve(object);
    },
    patch: (resource: { group: string; plural: string }, name: { name: string; namespace?: string }, { body }: { body: { status: object } }) => {
      const informer = byName.get(keyOf(resource));
      const object = informer?.get(name);
      if (object) informer?.remember({ ...object, status: { ...object.status, ...body.status } });
      return Promise.resolve(object);
    },
  };
  return client as unknown as ClusterClient;
}

interface WithStatus extends KubernetesObject {
  readonly status?: object;
}
