import type { Ingress } from '../../kubernetes/generated/networking-v1.js';
import { resources } from '../../kubernetes/resources.js';
import type { Found } from '../router.js';

/** The Services that an Ingress names, with its default backend. */
export function servicesOf({ spec = {} }: Ingress): string[] {
  const backends = [spec.defaultBackend, ...(spec.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend))];
  return backends.flatMap((backend) => backend?.service?.name ?? []);
}

/** Every known route that still leads to a Service of this namespace, such as `Ingress shop`. */
export function referrersOf(found: Found, service: string): string[] {
  const isService = (ref: { readonly kind?: string; readonly name: string }): boolean => (ref.kind ?? 'Service') === 'Service' && ref.name === service;
  const ingresses = found.list(resources.ingresses).filter((ingress) => servicesOf(ingress).includes(service));
  const routes = [...found.list(resources.httpRoutes), ...found.list(resources.grpcRoutes)].filter(({ spec }) =>
    (spec.rules ?? []).some(({ backendRefs = [], filters = [] }) => backendRefs.some(isService) || filters.some(({ requestMirror }) => requestMirror !== undefined && isService(requestMirror.backendRef))),
  );
  return [...ingresses, ...routes].map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}
