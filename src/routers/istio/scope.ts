import { resources } from '../../kubernetes/resources.js';
import { roles, type Role, type VersionTarget } from '../../model/version.js';
import type { CheckContext, Found } from '../router.js';
import { meansService, type ServiceName } from './host.js';

/** The subset of each version, where users keep one for each. */
export interface OwnSubsets extends Readonly<Record<Role, string>> {
  /** The only port of the Service, which destinations need not name. */
  readonly port?: number | undefined;
}

/** Whose traffic is steered, in this router's words. */
export interface Scope {
  readonly policy: string;
  /** The Service that clients use; its name is empty where each version has a Service of its own and no other is named. */
  readonly service: ServiceName;
  readonly versions: Readonly<Record<Role, VersionTarget>> | undefined;
  /** The Service of each version, where each has one: then routes are split between hosts and not between subsets. */
  readonly services: Readonly<Record<Role, string>> | undefined;
  /** The subset of each version, where users keep one for each: then routes are split between these, and there are none of ours. */
  readonly subsets: OwnSubsets | undefined;
}

/** @param found where known: by it the only port of the Service is told */
export function scopeOf({ namespace, policy, service, versions }: CheckContext, found?: Found): Scope {
  const { stable, canary } = versions ?? {};
  const services = stable?.service === undefined || canary?.service === undefined ? undefined : { stable: stable.service, canary: canary.service };
  const subsets = services !== undefined || stable?.subset === undefined || canary?.subset === undefined ? undefined : { stable: stable.subset, canary: canary.subset, port: found && onlyPort(found, service) };
  return { policy, service: { name: service, namespace }, versions, services, subsets };
}

function onlyPort(found: Found, name: string): number | undefined {
  const ports = found.get(resources.services, name)?.object.spec?.ports ?? [];
  return ports.length === 1 ? ports[0]?.port : undefined;
}

/** The Service that a host means, of those whose traffic is steered. @param namespace of the object that names the host */
export function serviceOf(host: string, namespace: string, { service, services }: Scope): string | undefined {
  const names = [...(service.name === '' ? [] : [service.name]), ...(services ? roles.map((role) => services[role]) : [])];
  return names.find((name) => meansService(host, namespace, { name, namespace: service.namespace }));
}

/** The Services whose traffic is steered, for people. */
export function describeServices({ service, services }: Scope): string {
  return services ? `Service ${services.stable} or ${service.name === '' ? services.canary : service.name}` : `Service ${service.name}`;
}
