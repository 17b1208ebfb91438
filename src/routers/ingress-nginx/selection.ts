import type { ServiceBackendPort } from '../../kubernetes/generated/networking-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { backendsOf, type Backends } from '../canary-service/backends.js';
import { isOurObject } from '../our-objects.js';
import type { CheckContext, Found, FoundObject } from '../router.js';
import { samePath, type IngressClaim, type PathKey } from './claims.js';
import { isOn, textOf, type Ingress, type IngressNginxConfig } from './objects.js';

/** A path of an Ingress that leads to a Service, and where it stands. */
export interface ServicePath extends PathKey {
  readonly rule: number;
  readonly index: number;
  readonly service: string;
  readonly port: ServiceBackendPort;
}

/** A main Ingress with the paths of it that lead to the Service. */
export interface MainIngress {
  readonly found: FoundObject & { readonly object: Ingress };
  readonly name: string;
  readonly paths: readonly ServicePath[];
}

/** All paths of an Ingress that lead to Services. */
export function servicePaths({ spec }: Ingress): ServicePath[] {
  return (spec?.rules ?? []).flatMap(({ host = '', http }, rule) =>
    (http?.paths ?? []).flatMap((each, index) => {
      const { backend, pathType } = each;
      return backend?.service ? [{ rule, index, host, path: textOf(each), pathType, service: backend.service.name, port: backend.service.port ?? {} }] : [];
    }),
  );
}

/** The main Ingresses that are steered: those named, or all whose paths lead to the Service. */
export function selectMains(config: IngressNginxConfig, found: Found, context: CheckContext, claims: readonly IngressClaim[] = []): MainIngress[] {
  const backends = backendsOf(context);
  return mains(config, found, context.policy)
    .filter(({ metadata }) => config.ingresses === undefined || config.ingresses.includes(metadata.name))
    .flatMap((object): MainIngress[] => {
      const name = object.metadata.name;
      const claim = claims.find((each) => each.name === name);
      const paths = servicePaths(object).filter((path) => isLive(path, backends, context.service, claim));
      const full = found.get(resources.ingresses, name);
      return full && (paths.length > 0 || (claim?.preview.length ?? 0) > 0) ? [{ found: full, name, paths }] : [];
    });
}

function isLive(path: ServicePath, backends: Backends, service: string, claim: IngressClaim | undefined): boolean {
  if (claim?.preview.includes(path.path) === true) return false;
  if (!backends.own) return service !== '' && path.service === service;
  return path.service === backends.service.stable || (service !== '' && path.service === service) || (claim?.backends.some((each) => samePath(each, path)) ?? false);
}

/** Ingresses that are neither canaries nor ours. */
export function mains(config: IngressNginxConfig, found: Found, policy: string): Ingress[] {
  return found.list(resources.ingresses).filter((ingress) => !isOurObject(ingress, policy) && !isOn(config, ingress, 'canary'));
}

/** Canary Ingresses of others that stand beside these paths, with the first such path: only one canary counts for a backend. */
export function foreignCanaries(config: IngressNginxConfig, found: Found, policy: string, paths: readonly PathKey[]): { readonly object: Ingress; readonly path: PathKey }[] {
  return found
    .list(resources.ingresses)
    .filter((ingress) => isOn(config, ingress, 'canary') && !isOurObject(ingress, policy))
    .flatMap((object) => {
      const path = servicePaths(object).find((each) => paths.some((other) => samePath(each, other)));
      return path ? [{ object, path }] : [];
    });
}
