import type { FieldError } from '../../../../kubernetes/field-error.js';
import { internalField, invalidField } from '../../../../kubernetes/field-errors.js';
import type { Service, ServicePort } from '../../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../../../kubernetes/objects.js';
import { resources } from '../../../../kubernetes/resources.js';
import type { KindContext } from '../kind.js';
import type { ClusterIpRange } from './cluster-ip-range.js';
import { spread } from './cluster-ip-range.js';
import { needsClusterIp, needsHealthCheckPort, needsNodePort } from './service-types.js';

/** Where cluster IPs and node ports come from. */
export interface ServicePool {
  readonly range: ClusterIpRange;
  readonly nodePorts: { readonly from: number; readonly to: number };
}

/** Gives a Service the addresses and ports that it asks for or lacks; what is taken is read from the stored Services. */
export function allocate(service: Service, pool: ServicePool, context: KindContext): FieldError[] {
  const others = otherServices(service, context);
  return [...allocateClusterIp(service, pool, others), ...allocateNodePorts(service, pool, others)];
}

function otherServices({ metadata }: Service, context: KindContext): Service[] {
  const isOther = (each: KubernetesObject): boolean => each.metadata.name !== metadata.name || each.metadata.namespace !== metadata.namespace;
  return context.list(resources.services).filter(isOther).map(asService);
}

/** What is listed as a Service has been stored as one. */
function asService(object: KubernetesObject): Service {
  return object as Service;
}

function allocateClusterIp(service: Service, { range }: ServicePool, others: readonly Service[]): FieldError[] {
  const spec = service.spec;
  if (spec === undefined || !needsClusterIp(service)) return [];
  spec.ipFamilyPolicy ??= 'SingleStack';
  spec.ipFamilies ??= ['IPv4'];
  if (spec.clusterIP === 'None') {
    spec.clusterIPs = ['None'];
    return [];
  }
  const taken = new Set(others.flatMap((each) => each.spec?.clusterIPs ?? []));
  const asked = spec.clusterIP;
  if (asked === undefined || asked === '') {
    const chosen = range.choose(taken, `${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`);
    if (chosen === undefined) return [internalField('spec.clusterIPs', 'failed to allocate a serviceIP: range is full')];
    spec.clusterIP = chosen;
    spec.clusterIPs = [chosen];
    return [];
  }
  const refused = (why: string): FieldError[] => [invalidField('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: ${why}`)];
  if (!range.contains(asked)) return refused('the provided network does not match the current range');
  if (taken.has(asked)) return refused('provided IP is already allocated');
  return [];
}

function allocateNodePorts(service: Service, { nodePorts }: ServicePool, others: readonly Service[]): FieldError[] {
  const spec = service.spec;
  if (spec === undefined || !needsNodePort(service)) return [];
  const taken = new Set(others.flatMap(portsOf));
  const errors: FieldError[] = [];
  const wanted = spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === false ? [] : (spec.ports ?? []);
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (port.nodePort === undefined) continue;
    const why = refusal(port.nodePort, nodePorts, taken);
    if (why !== undefined) errors.push(invalidField(`spec.ports[${index}].nodePort`, port.nodePort, why));
  }
  const own = new Set([...taken, ...portsOf(service)]);
  for (const port of wanted) if (port.nodePort === undefined) givePort(service, port, own, nodePorts);
  if (needsHealthCheckPort(service) && spec.healthCheckNodePort === undefined) {
    const chosen = freePort(`${service.metadata.uid ?? ''}/health`, own, nodePorts);
    if (chosen !== undefined) spec.healthCheckNodePort = chosen;
  }
  return errors;
}

function refusal(port: number, { from, to }: ServicePool['nodePorts'], taken: ReadonlySet<number>): string | undefined {
  if (port < from || port > to) return `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
  return taken.has(port) ? 'provided port is already allocated' : undefined;
}

/** One number serves a TCP and a UDP port of the same Service alike. */
function givePort(service: Service, port: ServicePort, own: Set<number>, nodePorts: ServicePool['nodePorts']): void {
  const twin = service.spec?.ports?.find((each) => each !== port && each.port === port.port && each.protocol !== port.protocol && each.nodePort !== undefined);
  const chosen = twin?.nodePort ?? freePort(`${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}/${port.port}`, own, nodePorts);
  if (chosen === undefined) return;
  port.nodePort = chosen;
  own.add(chosen);
}

function freePort(seed: string, taken: ReadonlySet<number>, { from, to }: ServicePool['nodePorts']): number | undefined {
  const room = to - from + 1;
  const start = spread(seed) % room;
  for (let step = 0; step < room; step += 1) {
    const port = from + ((start + step) % room);
    if (!taken.has(port)) return port;
  }
  return undefined;
}

function portsOf({ spec }: Service): number[] {
  const ports = (spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort === undefined ? [] : [nodePort]));
  return spec?.healthCheckNodePort === undefined ? ports : [...ports, spec.healthCheckNodePort];
}
