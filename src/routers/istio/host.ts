/** A Service as it is named from objects of any namespace. */
export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/**
 * Whether `host`, written in an object of `namespace`, means the Service: `reviews` (within that namespace),
 * `reviews.shop`, `reviews.shop.svc` or `reviews.shop.svc.<cluster domain>`.
 */
export function meansService(host: string, namespace: string, service: ServiceName): boolean {
  // Nearly all hosts of a large namespace are other Services'.
  if (host.slice(0, service.name.length).toLowerCase() !== service.name) return false;
  const [name, ofNamespace, svc] = host.toLowerCase().replace(/\.$/, '').split('.');
  return name === service.name && (ofNamespace ?? namespace) === service.namespace && (svc ?? 'svc') === 'svc';
}

/** Istio completes names without a dot, and no others: `reviews.shop` is a name it does not know. */
export function isHalfQualified(host: string): boolean {
  const parts = host.replace(/\.$/, '').split('.');
  return parts.length === 2 || parts.length === 3;
}

/** Whether a host with a leading wildcard, such as `*.shop.svc.cluster.local`, takes in the Service. */
export function coversService(host: string, service: ServiceName): boolean {
  if (host === '*') return true;
  return host.startsWith('*.') && `${service.name}.${service.namespace}.svc.cluster.local`.endsWith(host.slice(1));
}

/** The host of another Service of the same namespace, as qualified as `host` is. */
export function hostLike(host: string, service: string): string {
  return [service, ...host.split('.').slice(1)].join('.');
}
