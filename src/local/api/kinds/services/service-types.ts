import type { Service } from '../../../../kubernetes/generated/core-v1.js';

/** Every type but ExternalName has a cluster IP, be it `None`. */
export function needsClusterIp({ spec }: Service): boolean {
  return spec?.type !== 'ExternalName';
}

/** Types that open a port on every node. */
export function needsNodePort({ spec }: Service): boolean {
  return spec?.type === 'NodePort' || spec?.type === 'LoadBalancer';
}

/** Load balancers that keep the client's address check each node's health on a port of its own. */
export function needsHealthCheckPort({ spec }: Service): boolean {
  return spec?.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** Reachable from outside by itself. */
export function isExternallyAccessible(service: Service): boolean {
  const { spec } = service;
  return needsNodePort(service) || (spec?.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
}

/** Selects no address of its own. */
export function isHeadless({ spec }: Service): boolean {
  return spec?.clusterIPs?.length === 1 ? spec.clusterIPs[0] === 'None' : spec?.clusterIP === 'None';
}
