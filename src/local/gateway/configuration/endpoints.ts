import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../../kubernetes/generated/discovery-v1.js';
import { serviceHost } from './hosts.js';
import { unknownWorkload, workloadOf, type Workload } from './workload.js';

/** One address and port that serves. The same object for as long as the same Pod stands behind it. */
export interface Endpoint {
  /** Unique among all Pods that ever had this address. */
  readonly key: string;
  /** As API objects write it. */
  readonly address: string;
  readonly port: number;
  readonly workload: Workload;
  /** `namespace/name` of the Pod; undefined for an address that is none. */
  readonly pod: string | undefined;
  /** Requests under way; kept by the data path. */
  active: number;
}

/** One port of a Service and who serves it. */
export interface ServicePort {
  readonly number: number;
  readonly protocol: 'http' | 'tcp' | 'detect';
  /** Ready endpoints; those that serve while they end, where none is ready. */
  readonly endpoints: readonly { readonly endpoint: Endpoint; readonly labels: Readonly<Record<string, string>> }[];
}

export interface ServiceEntry {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
  /** Empty for a headless one. */
  readonly address: string;
  readonly ports: ReadonlyMap<number, ServicePort>;
}

/** Pods by `namespace/name`. */
export type PodIndex = ReadonlyMap<string, Pod>;

export const podKey = (namespace: string | undefined, name: string | undefined): string => `${namespace ?? ''}/${name ?? ''}`;

/** The endpoints known so far, kept so that an unchanged one stays the same object. */
export class EndpointPool {
  #known = new Map<string, Endpoint>();
  #used = new Map<string, Endpoint>();

  get(address: string, port: number, pod: Pod | undefined): Endpoint {
    const key = `${address}:${port}/${pod?.metadata.uid ?? ''}`;
    const endpoint = this.#used.get(key) ??
      this.#known.get(key) ?? {
        key,
        address,
        port,
        workload: pod ? workloadOf(pod) : unknownWorkload,
        pod: pod ? podKey(pod.metadata.namespace, pod.metadata.name) : undefined,
        active: 0,
      };
    this.#used.set(key, endpoint);
    return endpoint;
  }

  /** Ends one round of `get`: forgets the endpoints that were not asked for in it. */
  sweep(): void {
    this.#known = this.#used;
    this.#used = new Map();
  }
}

/** What a Service's ports are called decides how they are spoken to, as in Istio; HTTP/2 is passed on as it is. */
function protocolOf(port: { name?: string; appProtocol?: string; protocol?: string }): ServicePort['protocol'] {
  const declared = (port.appProtocol ?? port.name ?? '').toLowerCase().split('-')[0] ?? '';
  if (declared === 'http') return 'http';
  return ['tcp', 'tls', 'https', 'grpc', 'http2', 'mongo', 'mysql', 'redis', 'udp'].includes(declared) || port.protocol === 'UDP' ? 'tcp' : 'detect';
}

/** Reads Services with what stands behind them. @returns Services by host */
export function readServices(services: readonly Service[], slices: readonly EndpointSlice[], pods: PodIndex, pool: EndpointPool): Map<string, ServiceEntry> {
  const slicesOf = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = podKey(slice.metadata.namespace, slice.metadata.labels?.['kubernetes.io/service-name']);
    const known = slicesOf.get(key);
    if (known) known.push(slice);
    else slicesOf.set(key, [slice]);
  }
  const entries = new Map<string, ServiceEntry>();
  for (const { metadata, spec } of services) {
    const name = metadata.name ?? '';
    const namespace = metadata.namespace ?? 'default';
    const ports = new Map<number, ServicePort>();
    for (const port of spec?.ports ?? []) {
      if (port.protocol === 'UDP' || port.protocol === 'SCTP') continue;
      const endpoints = readEndpoints(slicesOf.get(podKey(namespace, name)) ?? [], port.name ?? '', pods, pool);
      ports.set(port.port, { number: port.port, protocol: protocolOf(port), endpoints });
    }
    const address = spec?.clusterIP === undefined || spec.clusterIP === 'None' ? '' : spec.clusterIP;
    entries.set(serviceHost(name, namespace), { host: serviceHost(name, namespace), name, namespace, address, ports });
  }
  return entries;
}

function readEndpoints(slices: readonly EndpointSlice[], portName: string, pods: PodIndex, pool: EndpointPool): ServicePort['endpoints'] {
  const ready: { endpoint: Endpoint; labels: Record<string, string> }[] = [];
  const ending: typeof ready = [];
  const seen = new Set<string>();
  for (const slice of slices) {
    const number = slice.ports?.find((port) => (port.name ?? '') === portName)?.port;
    if (number === undefined) continue;
    for (const { addresses, conditions, targetRef } of slice.endpoints ?? []) {
      const [address] = addresses;
      if (address === undefined) continue;
      const pod = targetRef?.kind === 'Pod' ? pods.get(podKey(targetRef.namespace ?? slice.metadata.namespace, targetRef.name)) : undefined;
      // The Pod itself says sooner than its slice that it goes.
      const terminating = conditions?.terminating === true || pod?.metadata.deletionTimestamp !== undefined;
      const serving = conditions?.serving ?? conditions?.ready ?? true;
      if (!serving) continue;
      if (!terminating && conditions?.ready === false) continue;
      const endpoint = pool.get(address, number, pod);
      if (seen.has(endpoint.key)) continue;
      seen.add(endpoint.key);
      (terminating ? ending : ready).push({ endpoint, labels: pod?.metadata.labels ?? {} });
    }
  }
  return ready.length > 0 ? ready : ending;
}
