import type { ReferenceGrant } from '../../../../kubernetes/generated/gateway-api-v1beta1.js';
import { GATEWAY_API_GROUP, namespaceOf } from './objects.js';

/** Who refers to something. */
export interface Referrer {
  readonly kind: 'Gateway' | 'HTTPRoute' | 'GRPCRoute';
  readonly namespace: string;
}

/** What is referred to. */
export interface Referent {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Whether a reference may be followed: always within one namespace, else where the other namespace grants it. */
export class ReferenceGrants {
  readonly #byNamespace = new Map<string, ReferenceGrant[]>();

  constructor(grants: readonly ReferenceGrant[]) {
    for (const grant of grants) {
      const known = this.#byNamespace.get(namespaceOf(grant));
      if (known) known.push(grant);
      else this.#byNamespace.set(namespaceOf(grant), [grant]);
    }
  }

  allow(from: Referrer, to: Referent): boolean {
    if (from.namespace === to.namespace) return true;
    return (this.#byNamespace.get(to.namespace) ?? []).some(
      ({ spec }) =>
        spec.from.some(({ group, kind, namespace }) => group === GATEWAY_API_GROUP && kind === from.kind && namespace === from.namespace) &&
        spec.to.some(({ group, kind, name }) => group === to.group && kind === to.kind && (name === undefined || name === '' || name === to.name)),
    );
  }
}
