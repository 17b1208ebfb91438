import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../../kubernetes/generated/discovery-v1.js';
import type { DestinationRule, Gateway, VirtualService } from '../../../kubernetes/generated/istio-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { Clusters } from './clusters.js';
import { mergeRules } from './destination-rules.js';
import { podKey, readServices, type EndpointPool, type PodIndex, type ServiceEntry } from './endpoints.js';
import { GatewayApiCompiler } from './gateway-api/compiler.js';
import type { GatewayApiRoutes } from './gateway-api/gateway-api.js';
import { noGatewayApiObjects, type GatewayApiObjects } from './gateway-api/objects.js';
import { GatewayRoutes } from './gateway-routes.js';
import { IngressNginxCompiler, type IngressNginxObjects, type IngressNginxRoutes } from './ingress-nginx/ingress-nginx.js';
import { MeshRoutes } from './mesh-routes.js';
import type { Refusals } from './refusals.js';
import type { OutsideRoutes } from './route-tables.js';

/** All objects that the data path is made from, as they stand at one moment. */
export interface Snapshot {
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  readonly gateways: readonly Gateway[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly pods: readonly Pod[];
  /** None when absent. */
  readonly gatewayApi?: Omit<GatewayApiObjects, 'services'>;
  /** None when absent. */
  readonly ingressNginx?: IngressNginxObjects;
}

/** A snapshot compiled: what the data path reads. It never changes; a new one takes its place as a whole. */
export interface Configuration {
  readonly services: ReadonlyMap<string, ServiceEntry>;
  /** Services by clusterIP. */
  readonly servicesByAddress: ReadonlyMap<string, ServiceEntry>;
  readonly pods: PodIndex;
  /** Pods that have an address and have not ended, by that address. */
  readonly podsByAddress: ReadonlyMap<string, Pod>;
  readonly clusters: Clusters;
  readonly mesh: MeshRoutes;
  readonly ingress: GatewayRoutes;
  readonly gatewayApi: GatewayApiRoutes;
  readonly ingressNginx: IngressNginxRoutes;
  /** All products' routes of requests from outside: the first one that claims a host has it. */
  readonly outside: readonly OutsideRoutes[];
}

/** Oldest first; ties by name, then namespace: the order in which Istio lets objects take precedence. */
export function byAge(a: KubernetesObject, b: KubernetesObject): number {
  return (
    Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '') ||
    compare(a.metadata.name ?? '', b.metadata.name ?? '') ||
    compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '')
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** @param pool carries the identity of endpoints from one configuration to the next. @param gatewayApi and the last one carry what has not changed */
export function compileConfiguration(snapshot: Snapshot, pool: EndpointPool, refusals: Refusals, gatewayApi = new GatewayApiCompiler(), ingressNginx = new IngressNginxCompiler()): Configuration {
  const pods = new Map(snapshot.pods.map((pod) => [podKey(pod.metadata.namespace, pod.metadata.name), pod]));
  const podsByAddress = new Map<string, Pod>();
  for (const pod of snapshot.pods) {
    const phase = pod.status?.phase;
    if (pod.status?.podIP !== undefined && phase !== 'Succeeded' && phase !== 'Failed') podsByAddress.set(pod.status.podIP, pod);
  }
  const services = readServices(snapshot.services, snapshot.endpointSlices, pods, pool);
  const rules = mergeRules([...snapshot.destinationRules].sort(byAge), refusals);
  const virtualServices = [...snapshot.virtualServices].sort(byAge);
  const gatewayApiRoutes = gatewayApi.compile({ ...noGatewayApiObjects, ...snapshot.gatewayApi, services: snapshot.services });
  const ingressNginxRoutes = ingressNginx.compile(snapshot.ingressNginx, snapshot.services, services);
  const ingress = new GatewayRoutes([...snapshot.gateways].sort(byAge), virtualServices, refusals);
  return {
    services,
    servicesByAddress: new Map([...services.values()].filter(({ address }) => address !== '').map((service) => [service.address, service])),
    pods,
    podsByAddress,
    clusters: new Clusters(services, rules),
    mesh: new MeshRoutes(virtualServices, services, refusals, gatewayApiRoutes),
    ingress,
    gatewayApi: gatewayApiRoutes,
    ingressNginx: ingressNginxRoutes,
    // ingress-nginx comes last: its default server has an answer for every host.
    outside: [ingress, gatewayApiRoutes, ingressNginxRoutes],
  };
}
