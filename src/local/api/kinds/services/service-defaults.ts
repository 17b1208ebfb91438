import type { Service } from '../../../../kubernetes/generated/core-v1.js';
import { isExternallyAccessible, needsClusterIp } from './service-types.js';

const THREE_HOURS = 10800;

/** Fills in what the server fills in for a Service before addresses are allocated. */
export function defaultService(service: Service): void {
  const { spec, status } = service;
  if (spec === undefined) return;
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  else if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: THREE_HOURS } };
  }
  spec.type ??= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ??= 'Cluster';
  if (needsClusterIp(service)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true;
    for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip !== undefined) ingress.ipMode ??= 'VIP';
  }
}
