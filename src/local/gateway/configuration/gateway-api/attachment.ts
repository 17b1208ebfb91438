import type { Namespace, Service } from '../../../../kubernetes/generated/core-v1.js';
import type { Problem } from './conditions.js';
import { commonHosts } from './hostnames.js';
import { allowsRoute, type Listener } from './listeners.js';
import { GATEWAY_API_GROUP, kindOf, nameOf, namespaceOf, type ParentRef, type Route } from './objects.js';

/** What one parentRef of a route comes to. */
export interface Attachment {
  readonly route: Route;
  readonly parentRef: ParentRef;
  /** Why this parent does not take the route. */
  readonly problem: Problem | undefined;
  /** Where the route's requests come in, and for which hosts. Empty for a Service, and where there is a problem. */
  readonly listeners: readonly { readonly listener: Listener; readonly hosts: readonly string[] }[];
  /** For a Service as parent: which one, and its ports. */
  readonly service: { readonly name: string; readonly namespace: string; readonly ports: readonly number[] } | undefined;
}

export interface Parents {
  /** Listeners of the Gateways that the local gateway serves, by `namespace/name` of the Gateway. */
  readonly gateways: ReadonlyMap<string, readonly Listener[]>;
  readonly services: ReadonlyMap<string, Service>;
  readonly namespaces: ReadonlyMap<string, Namespace>;
}

/** Attaches a route to those of its parents that are the local gateway's. @param problem of the route itself */
export function attach(route: Route, problem: Problem | undefined, parents: Parents): Attachment[] {
  return (route.spec.parentRefs ?? []).flatMap((parentRef) => {
    const { group = GATEWAY_API_GROUP, kind = 'Gateway', name } = parentRef;
    const parent = nameOf({ metadata: { name, namespace: parentRef.namespace ?? namespaceOf(route) } });
    if (group === GATEWAY_API_GROUP && kind === 'Gateway') {
      const listeners = parents.gateways.get(parent);
      return listeners ? [attachToGateway(route, problem, parentRef, listeners, parents)] : [];
    }
    return group === '' && kind === 'Service' ? [attachToService(route, problem, parentRef, parents.services.get(parent))] : [];
  });
}

function attachToGateway(route: Route, problem: Problem | undefined, parentRef: ParentRef, all: readonly Listener[], { namespaces }: Parents): Attachment {
  const { sectionName, port } = parentRef;
  const refused = (reason: string, message: string): Attachment => ({ route, parentRef, problem: { reason, message }, listeners: [], service: undefined });
  const meant = all.filter(({ spec }) => (sectionName === undefined || spec.name === sectionName) && (port === undefined || spec.port === port));
  if (meant.length === 0) return refused('NoMatchingParent', `the Gateway has no listener ${[sectionName, port === undefined ? undefined : `on port ${port}`].filter((part) => part !== undefined).join(' ')}`);
  const allowed = meant.filter((listener) => allowsRoute(listener, kindOf(route), namespaceOf(route), namespaces));
  if (allowed.length === 0) return refused('NotAllowedByListeners', `allowedRoutes of ${meant.map(({ spec }) => spec.name).join(', ')} leave out a ${route.kind} of namespace ${namespaceOf(route)}`);
  for (const listener of allowed) listener.attached.add(route);
  const listeners = allowed.flatMap((listener) => {
    const hosts = commonHosts(listener.spec.hostname, route.spec.hostnames ?? []);
    return hosts.length === 0 ? [] : [{ listener, hosts }];
  });
  if (listeners.length === 0) {
    return refused('NoMatchingListenerHostname', `none of ${(route.spec.hostnames ?? []).join(', ')} is a host of ${allowed.map(({ spec }) => `${spec.name} (${spec.hostname ?? 'any'})`).join(', ')}`);
  }
  return { route, parentRef, problem, listeners: problem ? [] : listeners, service: undefined };
}

function attachToService(route: Route, problem: Problem | undefined, parentRef: ParentRef, service: Service | undefined): Attachment {
  const { sectionName, port } = parentRef;
  const ports = (service?.spec?.ports ?? []).filter((each) => (port === undefined || each.port === port) && (sectionName === undefined || each.name === sectionName)).map((each) => each.port);
  if (service === undefined || ports.length === 0) {
    const message = service === undefined ? `there is no Service ${parentRef.namespace ?? namespaceOf(route)}/${parentRef.name}` : 'the Service has no such port';
    return { route, parentRef, problem: { reason: 'NoMatchingParent', message }, listeners: [], service: undefined };
  }
  const at = { name: service.metadata.name ?? '', namespace: namespaceOf(service), ports };
  return { route, parentRef, problem, listeners: [], service: problem ? undefined : at };
}
