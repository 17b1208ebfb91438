import { roles, type Role, type VersionTarget } from '../../model/version.js';
import type { CheckContext } from '../router.js';
import { meansService, type ServiceName } from './host.js';

/** Whose traffic is steered, in this router's words. */
export interface Scope {
  readonly policy: string;
  /** The Service that clients use; its name is empty where each version has a Service of its own and no other is named. */
  readonly service: ServiceName;
  readonly versions: Readonly<Record<Role, VersionTarget>> | undefined;
  /** The Service of each version, where each has one: then routes are split between hosts and not between subsets. */
  readonly services: Readonly<Record<Role, string>> | undefined;
}

export function scopeOf({ namespace, policy, service, versions }: CheckContext): Scope {
  const stable = versions?.stable.service;
  const canary = versions?.canary.service;
  return {
    policy,
    service: { name: service, namespace },
    versions,
    services: stable === undefined || canary === undefined ? undefined : { stable, canary },
  };
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
