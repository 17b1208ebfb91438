import { resources } from '../../kubernetes/resources.js';
import type { Found, RoutingProblem } from '../router.js';
import { OLD_CLASS, type Ingress } from './objects.js';

/** `spec.controller` of the class that ingress-nginx's own manifests make; other names contain it by custom. */
const CONTROLLER = 'k8s.io/ingress-nginx';
const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';

/** What speaks against the class of an Ingress. Nothing where classes cannot be known: in files, that is. */
export function classProblems(found: Found, { metadata, spec }: Ingress): RoutingProblem[] {
  const classes = found.list(resources.ingressClasses);
  const onCluster = metadata.uid !== undefined;
  const place = `Ingress ${metadata.name}, spec.ingressClassName`;
  const name = spec.ingressClassName;
  if (name === undefined) {
    const isDefault = classes.find((each) => each.metadata.annotations?.[DEFAULT_CLASS] === 'true');
    if (metadata.annotations?.[OLD_CLASS] !== undefined || isDefault || !onCluster) return isDefault ? controllerProblems(place, isDefault.metadata.name, isDefault.spec.controller) : [];
    return [{ place, problem: 'names no class, and there is no default one, so that no controller serves it', remedy: `write ingressClassName: ${classes.find(({ spec: { controller } }) => controller === CONTROLLER)?.metadata.name ?? 'nginx'}` }];
  }
  const named = classes.find((each) => each.metadata.name === name);
  if (named) return controllerProblems(place, name, named.spec.controller);
  if (!onCluster) return [];
  const known = classes.filter(({ spec: { controller } }) => isIngressNginx(controller)).map((each) => each.metadata.name);
  return [{ place, problem: `there is no IngressClass ${name}, so that no controller serves it`, remedy: known.length > 0 ? `choose of ${known.join(', ')}` : 'install ingress-nginx, or correct the name' }];
}

const isIngressNginx = (controller: string | undefined): boolean => controller === CONTROLLER || /(^|\/)([a-z0-9-]+-)?ingress-nginx$/.test(controller ?? '');

function controllerProblems(place: string, name: string, controller: string | undefined): RoutingProblem[] {
  if (isIngressNginx(controller)) return [];
  const other = controller?.startsWith('nginx.org/') ? "is F5's NGINX Ingress Controller, another product, which knows none of the canary annotations" : `is of the controller ${controller ?? '(none)'}, which is not ingress-nginx`;
  return [{ place, problem: `the class ${name} ${other}`, remedy: `use a class whose controller is ${CONTROLLER}, or choose another router` }];
}
