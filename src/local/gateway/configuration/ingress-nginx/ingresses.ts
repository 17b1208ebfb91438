import type { HTTPIngressPath, Ingress, IngressClass } from '../../../../kubernetes/generated/networking-v1.js';
import { readAnnotations, type IngressSettings } from './annotations.js';
import { isServed } from './ingress-class.js';

/** An Ingress of the class, with what its annotations say. */
export interface ReadIngress {
  readonly ingress: Ingress;
  readonly settings: IngressSettings;
}

/** Reads each Ingress once: a changed one is another object. */
export class IngressReader {
  readonly #known = new WeakMap<Ingress, ReadIngress>();

  /** Those of the class, oldest first; of two of one age the one whose `namespace/name` comes later in the alphabet. */
  read(ingresses: readonly Ingress[], classes: readonly IngressClass[]): ReadIngress[] {
    const age = ({ metadata }: Ingress): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
    return ingresses
      .filter((ingress) => isServed(ingress, classes))
      .sort((a, b) => age(a) - age(b) || (ingressName(a) > ingressName(b) ? -1 : 1))
      .map((ingress) => this.#readOne(ingress));
  }

  #readOne(ingress: Ingress): ReadIngress {
    let known = this.#known.get(ingress);
    if (known === undefined) {
      const settings = readAnnotations(ingress);
      known = { ingress, settings: { ...settings, problem: settings.problem ?? strictPathProblem(ingress) } };
      this.#known.set(ingress, known);
    }
    return known;
  }
}

/** Since 1.12 ingress-nginx takes only plain paths as `Exact` or `Prefix`, and refuses the whole Ingress. */
function strictPathProblem({ spec }: Ingress): string | undefined {
  for (const [index, { http }] of (spec.rules ?? []).entries()) {
    for (const [position, { path = '', pathType }] of (http?.paths ?? []).entries()) {
      if (pathType === 'ImplementationSpecific' || path === '' || /^\/[a-z0-9._\-/]*$/i.test(path)) continue;
      return `spec.rules[${index}].http.paths[${position}]: path ${path} cannot be used with pathType ${pathType}, only with ImplementationSpecific`;
    }
  }
  return undefined;
}

/** `namespace/name` */
export const ingressName = ({ metadata }: Ingress): string => `${metadata.namespace ?? 'default'}/${metadata.name ?? ''}`;

/** An empty path means `/`. */
export const pathOf = ({ path }: HTTPIngressPath): string => (path === undefined || path === '' ? '/' : path);

/** ingress-nginx takes what is implementation specific for a prefix. */
export const pathTypeOf = ({ pathType }: HTTPIngressPath): 'Exact' | 'Prefix' => (pathType === 'Exact' ? 'Exact' : 'Prefix');
