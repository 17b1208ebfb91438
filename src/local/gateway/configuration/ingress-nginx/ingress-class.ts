import type { Ingress, IngressClass } from '../../../../kubernetes/generated/networking-v1.js';
import type { Resource } from '../../../../kubernetes/objects.js';

/** Name of the class, in `spec.ingressClassName` and in the annotation that came before it. */
export const CLASS_NAME = 'nginx';
/** `spec.controller` of the IngressClasses that are served. */
export const CONTROLLER = 'k8s.io/ingress-nginx';
const OLD_ANNOTATION = 'kubernetes.io/ingress.class';
const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';

export const ingressClasses: Resource<IngressClass> = { group: 'networking.k8s.io', version: 'v1', kind: 'IngressClass', plural: 'ingressclasses', namespaced: false };

/** The class that ingress-nginx's own manifests make. */
export const nginxClass: IngressClass = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: CLASS_NAME },
  spec: { controller: CONTROLLER },
};

/**
 * Whether an Ingress is one for ingress-nginx: `spec.ingressClassName` must name a class of this controller; where it is
 * absent the old annotation must name the class. Of those with neither, the API server gives new ones the default class, so
 * they are served when that is a class of this controller.
 */
export function isServed({ metadata, spec }: Ingress, classes: readonly IngressClass[]): boolean {
  const own = classes.filter((each) => each.spec.controller === CONTROLLER);
  const name = spec.ingressClassName;
  if (name !== undefined) return own.some((each) => each.metadata.name === name);
  const old = metadata.annotations?.[OLD_ANNOTATION];
  if (old !== undefined) return old === CLASS_NAME;
  return own.some((each) => each.metadata.annotations?.[DEFAULT_CLASS] === 'true');
}
