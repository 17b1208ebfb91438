import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SecureContext } from 'node:tls';
import type { Clock } from '../../../ports/clock.js';
import type { Random } from '../../../ports/random.js';
import type { AddressMap } from '../../addresses/address-map.js';
import { compileConfiguration, type Configuration, type Snapshot } from '../configuration/configuration.js';
import { GatewayApiCompiler } from '../configuration/gateway-api/compiler.js';
import { IngressNginxCompiler } from '../configuration/ingress-nginx/ingress-nginx.js';
import { EndpointPool, podKey, type Endpoint } from '../configuration/endpoints.js';
import { destinationRuleFields, gatewayFields, virtualServiceFields } from '../configuration/istio-fields.js';
import { Refusals } from '../configuration/refusals.js';
import { unknownWorkload, workloadOf } from '../configuration/workload.js';
import { Sidecars } from '../telemetry/proxies.js';
import type { Cluster } from '../configuration/clusters.js';
import { Connections } from './connections.js';
import type { Entry } from './entry.js';
import { Exchange } from './exchange.js';
import { makeFakeCertificate, type FakeCertificate } from './fake-certificate.js';
import { GrpcConnections } from './grpc-connections.js';
import { IncomingRequest } from './incoming-request.js';

export interface DataPlaneOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly addresses: AddressMap;
  /** Makes an id for a request that comes without one. */
  readonly requestId: () => string;
}

const EMPTY: Snapshot = { virtualServices: [], destinationRules: [], gateways: [], services: [], endpointSlices: [], pods: [] };

/** What requests pass through: one configuration at a time, the connections to endpoints, and the counters. */
export class DataPlane {
  readonly clock: Clock;
  readonly random: Random;
  readonly addresses: AddressMap;
  readonly requestId: () => string;
  readonly connections: Connections;
  readonly grpcConnections: GrpcConnections;
  readonly sidecars = new Sidecars();
  readonly refusals = new Refusals({ VirtualService: virtualServiceFields, DestinationRule: destinationRuleFields, Gateway: gatewayFields });
  readonly #endpoints = new EndpointPool();
  readonly #gatewayApi = new GatewayApiCompiler();
  readonly #ingressNginx = new IngressNginxCompiler();
  #fakeCertificate: Promise<FakeCertificate> | undefined;
  readonly #passThrough = new Map<string, { readonly cluster: Cluster; readonly endpoint: Endpoint }>();
  readonly #onApplied = new Set<() => void>();
  readonly #stopping = new AbortController();
  #configuration: Configuration;
  #serving = new Set<Endpoint>();
  /** True once the gateway goes: answers ask clients to close their connections. */
  draining = false;

  constructor({ clock, random, addresses, requestId }: DataPlaneOptions) {
    this.clock = clock;
    this.random = random;
    this.addresses = addresses;
    this.requestId = requestId;
    this.connections = new Connections(addresses);
    this.grpcConnections = new GrpcConnections(addresses);
    setMaxListeners(0, this.#stopping.signal);
    this.#configuration = compileConfiguration(EMPTY, this.#endpoints, this.refusals, this.#gatewayApi, this.#ingressNginx);
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  /** Puts a new configuration in the place of the present one, for every request from now on. */
  apply(snapshot: Snapshot): void {
    const next = compileConfiguration(snapshot, this.#endpoints, this.refusals, this.#gatewayApi, this.#ingressNginx);
    this.#endpoints.sweep();
    this.#configuration = next;
    this.#serving = new Set([...next.services.values()].flatMap(({ ports }) => [...ports.values()].flatMap((port) => port.endpoints.map(({ endpoint }) => endpoint))));
    this.sidecars.update(snapshot.pods);
    const direct = new Set<Endpoint>();
    for (const [key, { endpoint }] of this.#passThrough) {
      if (endpoint.pod !== undefined && next.pods.has(endpoint.pod)) direct.add(endpoint);
      else this.#passThrough.delete(key);
    }
    // Also those that still end requests: their programs wait for their connections to be closed.
    this.connections.keepOnly((endpoint) => this.#serving.has(endpoint) || direct.has(endpoint));
    this.grpcConnections.keepOnly((endpoint) => this.#serving.has(endpoint));
    for (const listener of [...this.#onApplied]) listener();
  }

  /** What answers a client that asks for a name in its TLS greeting; undefined when no product has a certificate for it. */
  certificate(port: number, serverName: string): SecureContext | undefined {
    for (const product of this.#configuration.outside) {
      const found = product.certificate?.(port, serverName);
      if (found) return found;
    }
    return undefined;
  }

  /** What answers all others; made once. */
  fakeCertificate(): Promise<FakeCertificate> {
    return (this.#fakeCertificate ??= makeFakeCertificate(this.clock.now()));
  }

  /** Sends one request on its way. */
  handle(entry: Entry, message: IncomingMessage, response: ServerResponse): void {
    new Exchange(this, entry, new IncomingRequest(message), response);
  }

  /** The way straight to an address of a Pod, past all routes. */
  passThrough(address: string, port: number): Cluster {
    const pod = this.#configuration.podsByAddress.get(address);
    const key = `${address}:${port}/${pod?.metadata.uid ?? ''}`;
    const known = this.#passThrough.get(key);
    if (known) return known.cluster;
    const name = pod && podKey(pod.metadata.namespace, pod.metadata.name);
    const endpoint: Endpoint = { key: `passthrough/${key}`, address, port, workload: pod ? workloadOf(pod) : unknownWorkload, pod: name, active: 0 };
    const host = `${address}:${port}`;
    const cluster: Cluster = {
      key,
      host,
      service: undefined,
      exists: true,
      refusal: undefined,
      endpoints: [endpoint],
      balancing: { kind: 'random' },
      turn: 0,
    };
    this.#passThrough.set(key, { cluster, endpoint });
    return cluster;
  }

  /** Whether an endpoint's Pod is being deleted, or is gone. A Pod that merely fails is not leaving. */
  isLeaving(endpoint: Endpoint): boolean {
    if (endpoint.pod === undefined) return !this.#serving.has(endpoint);
    const pod = this.#configuration.pods.get(endpoint.pod);
    return pod === undefined || pod.metadata.deletionTimestamp !== undefined || !endpoint.key.endsWith(`/${pod.metadata.uid ?? ''}`);
  }

  /** Resolves when the endpoint is leaving, and after `milliseconds` at the latest. */
  async untilLeaving(endpoint: Endpoint, milliseconds: number): Promise<void> {
    const done = new AbortController();
    const check = (): void => {
      if (this.isLeaving(endpoint)) done.abort();
    };
    this.#onApplied.add(check);
    await this.pause(milliseconds, done.signal);
    this.#onApplied.delete(check);
  }

  /** Waits; ends early, without an error, when the gateway stops or `signal` is aborted. */
  async pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const either = signal ? AbortSignal.any([signal, this.#stopping.signal]) : this.#stopping.signal;
    await this.clock.sleep(milliseconds, either).catch(() => undefined);
  }

  /** Calls back after `milliseconds`. @returns how to have it not do so */
  after(milliseconds: number, callback: () => void): () => void {
    const controller = new AbortController();
    this.clock.sleep(milliseconds, controller.signal).then(callback, () => undefined);
    return () => controller.abort();
  }

  /** Breaks off whatever is still under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.connections.destroy(), this.grpcConnections.destroy()]);
  }
}
