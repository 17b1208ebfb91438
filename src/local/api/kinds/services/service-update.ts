import { deepEqual } from '../../../../kubernetes/json.js';
import type { Service, ServiceSpec } from '../../../../kubernetes/generated/core-v1.js';
import { isExternallyAccessible, needsClusterIp, needsHealthCheckPort, needsNodePort } from './service-types.js';

/**
 * What an update leaves out of the server's own fields stays as it was, and what the new type cannot have goes, unless
 * the client changed it.
 */
export function carryOver(service: Service, before: Service): void {
  const { spec } = service;
  const old = before.spec;
  if (spec === undefined || old === undefined) return;
  if (needsClusterIp(before) && needsClusterIp(service)) carryAddresses(spec, old);
  if (needsNodePort(before) && needsNodePort(service)) carryNodePorts(spec, old);
  if (needsHealthCheckPort(before) && needsHealthCheckPort(service)) copyMissing(spec, old, 'healthCheckNodePort');
  dropForType(service, before, spec, old);
}

function carryAddresses(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.clusterIP === undefined && spec.clusterIPs === undefined) copyMissing(spec, old, 'clusterIP', 'clusterIPs');
  else if (spec.clusterIP === undefined) copyMissing(spec, old, 'clusterIP');
  else if (spec.clusterIPs === undefined) spec.clusterIPs = spec.clusterIP === old.clusterIP ? [...(old.clusterIPs ?? [])] : [spec.clusterIP];
  else if (spec.clusterIP !== old.clusterIP && deepEqual(spec.clusterIPs, old.clusterIPs)) spec.clusterIPs = [spec.clusterIP];
  copyMissing(spec, old, 'ipFamilies', 'ipFamilyPolicy');
}

function carryNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const kept = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort));
  for (const port of spec.ports ?? []) {
    if (port.nodePort !== undefined) continue;
    const known = old.ports?.find(({ name }) => name === port.name)?.nodePort;
    if (known !== undefined && !kept.has(known)) {
      port.nodePort = known;
      kept.add(known);
    }
  }
}

function dropForType(service: Service, before: Service, spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(before) && !needsClusterIp(service)) {
    dropUnchanged(spec, old, 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy');
  }
  if (needsNodePort(before) && !needsNodePort(service)) {
    const ports = (each: ServiceSpec): (number | undefined)[] => (each.ports ?? []).map(({ nodePort }) => nodePort);
    if (deepEqual(ports(spec), ports(old))) for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheckPort(before) && !needsHealthCheckPort(service)) dropUnchanged(spec, old, 'healthCheckNodePort');
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') dropUnchanged(spec, old, 'allocateLoadBalancerNodePorts', 'loadBalancerClass');
  if (isExternallyAccessible(before) && !isExternallyAccessible(service)) dropUnchanged(spec, old, 'externalTrafficPolicy');
  if (spec.type !== 'LoadBalancer') service.status = { ...service.status, loadBalancer: {} };
}

function copyMissing<K extends keyof ServiceSpec>(spec: ServiceSpec, old: ServiceSpec, ...fields: K[]): void {
  for (const field of fields) {
    const value = old[field];
    if (spec[field] === undefined && value !== undefined) spec[field] = structuredClone(value);
  }
}

function dropUnchanged<K extends keyof ServiceSpec>(spec: ServiceSpec, old: ServiceSpec, ...fields: K[]): void {
  for (const field of fields) if (deepEqual(spec[field], old[field])) delete spec[field];
}
