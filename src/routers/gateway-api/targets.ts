import type { Role, VersionTarget } from '../../model/version.js';
import { backendsOf } from '../canary-service/backends.js';
import type { RouterContext } from '../router.js';
import type { BackendRef } from './objects.js';

/** The Services that requests are split between, and those that stand for the program in a route as users write it. */
export interface Targets {
  readonly namespace: string;
  readonly services: Readonly<Record<Role, string>>;
  /** Whether each version has a Service of its own, so that none is pinned and none is made. */
  readonly own: boolean;
  readonly known: ReadonlySet<string>;
}

type Context = Pick<RouterContext, 'namespace' | 'service' | 'canaryService'> & { readonly versions?: Partial<Record<Role, VersionTarget>> };

/** Which Services a release splits between. */
export function targetsOf(context: Context): Targets {
  const { own, service: services } = backendsOf(context);
  return { namespace: context.namespace, services, own, known: new Set([context.service, services.stable, services.canary].filter((name) => name !== '')) };
}

/** Whether a backendRef of a route in a namespace leads to one of the Services. */
export function isOurs({ group = '', kind = 'Service', name, namespace }: Omit<BackendRef, 'filters'>, routeNamespace: string, targets: Targets): boolean {
  return group === '' && kind === 'Service' && (namespace ?? routeNamespace) === targets.namespace && targets.known.has(name);
}

/** The role that a backendRef of ours leads to. */
export function roleOf({ name }: BackendRef, { services }: Targets): Role {
  return name === services.canary ? 'canary' : 'stable';
}

/** Whether a backendRef leads to the Service for the canary alone. */
export function leadsToCanary(ref: Omit<BackendRef, 'filters'>, routeNamespace: string, targets: Targets): boolean {
  return ref.name === targets.services.canary && isOurs(ref, routeNamespace, targets);
}
