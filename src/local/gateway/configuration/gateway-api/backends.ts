import type { Service } from '../../../../kubernetes/generated/core-v1.js';
import { serviceHost } from '../hosts.js';
import type { DestinationName } from '../http-routes.js';
import type { Problem } from './conditions.js';
import { kindOf, nameOf, namespaceOf, type Route } from './objects.js';
import type { ReferenceGrants } from './reference-grants.js';

export interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
}

export type Backend = { readonly destination: DestinationName; readonly problem?: never } | { readonly problem: Problem };

/** Finds what the backendRefs of routes mean. */
export class Backends {
  readonly #services: ReadonlyMap<string, Service>;
  readonly #grants: ReferenceGrants;

  constructor(services: ReadonlyMap<string, Service>, grants: ReferenceGrants) {
    this.#services = services;
    this.#grants = grants;
  }

  /** @param path of the reference in the route, for messages */
  resolve(ref: BackendRef, route: Route, path: string): Backend {
    const { group = '', kind = 'Service', name, port } = ref;
    if (group !== '' || kind !== 'Service') {
      return { problem: { reason: 'InvalidKind', message: `${path}: the local gateway sends to Services only, not to ${kind}${group === '' ? '' : `.${group}`}` } };
    }
    const namespace = ref.namespace ?? namespaceOf(route);
    if (!this.#grants.allow({ kind: kindOf(route), namespace: namespaceOf(route) }, { group, kind, namespace, name })) {
      const message = `${path}: no ReferenceGrant in namespace ${namespace} lets a ${route.kind} of namespace ${namespaceOf(route)} send to Service ${name}`;
      return { problem: { reason: 'RefNotPermitted', message } };
    }
    const service = this.#services.get(nameOf({ metadata: { name, namespace } }));
    if (service === undefined) return { problem: { reason: 'BackendNotFound', message: `${path}: there is no Service ${namespace}/${name}` } };
    const ports = (service.spec?.ports ?? []).map((each) => each.port);
    if (port === undefined || !ports.includes(port)) {
      return { problem: { reason: 'BackendNotFound', message: `${path}: Service ${namespace}/${name} has no port ${port ?? '(none is named)'}, but ${ports.join(', ')}` } };
    }
    return { destination: { host: serviceHost(name, namespace), port, subset: undefined } };
  }
}
