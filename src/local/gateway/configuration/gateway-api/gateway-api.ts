import type { SecureContext } from 'node:tls';
import type { Service } from '../../../../kubernetes/generated/core-v1.js';
import type { Gateway, GatewayClass } from '../../../../kubernetes/generated/gateway-api-v1.js';
import { mergedPath } from '../envoy-paths.js';
import { serviceHost } from '../hosts.js';
import type { CompiledRoute } from '../http-routes.js';
import type { OutsideRoutes, RouteTable } from '../route-tables.js';
import { attach, type Attachment } from './attachment.js';
import { Backends } from './backends.js';
import type { Certificates } from './certificates.js';
import type { Problem } from './conditions.js';
import { commonHost } from './hostnames.js';
import { ListenerTables, type LazyRules } from './listener-tables.js';
import { readListeners, type Listener } from './listeners.js';
import { CONTROLLER_NAME, kindOf, nameOf, type GatewayApiObjects, type Route, type RouteKind } from './objects.js';
import { compareAge, comparePrecedence, type RankedRoute } from './precedence.js';
import { ReferenceGrants } from './reference-grants.js';
import { compileRules, unresolvedReference } from './rules.js';
import { classStatus, gatewayStatus, routeStatus, type WantedClassStatus, type WantedGatewayStatus, type WantedRouteStatus } from './statuses.js';
import type { RouteProblems } from './supported.js';

/** What the statuses of all objects should say. */
export interface GatewayApiStatuses {
  readonly classes: readonly WantedClassStatus[];
  readonly gateways: readonly WantedGatewayStatus[];
  readonly routes: readonly WantedRouteStatus[];
}

/** Gateway API's objects compiled: the routes of its listeners and of Services, and what the objects' statuses should say. */
export class GatewayApiRoutes implements OutsideRoutes {
  readonly #tables = new ListenerTables();
  readonly normalizePath = mergedPath;
  readonly #classes: WantedClassStatus[] = [];
  readonly #gateways: { readonly gateway: Gateway; readonly problem: Problem | undefined; readonly listeners: readonly Listener[] }[] = [];
  readonly #routes: WantedRouteStatus[] = [];
  /** Attachments to Services, by the Service's host. */
  readonly #ofServices = new Map<string, Attachment[]>();
  readonly #backends: Backends;

  /** @param certificates and problems keep what was read of objects that have not changed */
  constructor(objects: GatewayApiObjects, certificates: Certificates, problems: RouteProblems) {
    const grants = new ReferenceGrants(objects.referenceGrants);
    const byName = <T extends { metadata: { name?: string; namespace?: string } }>(items: readonly T[]): Map<string, T> => new Map(items.map((item) => [nameOf(item), item]));
    const services: ReadonlyMap<string, Service> = byName(objects.services);
    this.#backends = new Backends(services, grants);
    const classes = this.#readClasses(objects.gatewayClasses);
    const gateways = new Map<string, Listener[]>();
    const sources = { secrets: byName(objects.secrets), grants, certificates, protocols: new Map<number, string>() };
    for (const gateway of [...objects.gateways].sort(compareAge)) {
      if (!classes.has(gateway.spec.gatewayClassName)) continue;
      const problem = classes.get(gateway.spec.gatewayClassName) ?? gatewayProblem(gateway);
      const listeners = readListeners(gateway, sources);
      this.#gateways.push({ gateway, problem, listeners });
      gateways.set(nameOf(gateway), listeners);
      if (problem === undefined) for (const listener of listeners) if (listener.usable) this.#tables.open(listener);
    }
    const broken = new Set(this.#gateways.flatMap(({ problem, listeners }) => (problem ? listeners : [])));
    const namespaces = new Map(objects.namespaces.map((namespace) => [namespace.metadata.name ?? '', namespace]));
    const taken: Readonly<Record<RouteKind, Attachment[]>> = { HTTPRoute: [], GRPCRoute: [] };
    for (const route of [...objects.httpRoutes, ...objects.grpcRoutes].sort(compareAge)) {
      const attachments = attach(route, problems.of(route), { gateways, services, namespaces }).map((attachment) => exclusive(attachment, taken[kindOf(route) === 'HTTPRoute' ? 'GRPCRoute' : 'HTTPRoute']));
      if (attachments.length === 0) {
        // A route that was ours before says so until its status is cleared.
        if (route.status?.parents.some(({ controllerName }) => controllerName === CONTROLLER_NAME) === true) this.#routes.push({ object: route, parents: [] });
        continue;
      }
      taken[kindOf(route)].push(...attachments);
      this.#routes.push(routeStatus(route, attachments, unresolvedReference(route, this.#backends)));
      this.#program(route, attachments, broken);
    }
  }

  get ports(): number[] {
    return this.#tables.ports;
  }

  get securePorts(): number[] {
    return this.#tables.securePorts;
  }

  table(port: number, host: string): RouteTable | undefined {
    return this.#tables.find(port, host);
  }

  certificate(port: number, serverName: string): SecureContext | undefined {
    return this.#tables.certificate(port, serverName.toLowerCase());
  }

  /**
   * The routes whose parent is this Service, for callers in that namespace: routes of the Service's own namespace are for all
   * callers, others only for those of the route's namespace. @returns undefined when there are none
   */
  serviceRoutes(host: string, port: number, callerNamespace: string): CompiledRoute[] | undefined {
    const bound = (this.#ofServices.get(host) ?? []).filter(({ route, service }) => {
      const namespace = route.metadata.namespace ?? 'default';
      return service?.ports.includes(port) === true && (namespace === service.namespace || namespace === callerNamespace);
    });
    // What callers say for themselves counts for more than what the Service's owner says for everyone.
    const consumers = bound.filter(({ route, service }) => (route.metadata.namespace ?? 'default') !== service?.namespace);
    const chosen = new Set((consumers.length > 0 ? consumers : bound).map(({ route }) => route));
    if (chosen.size === 0) return undefined;
    const ranked: RankedRoute[] = [...chosen].flatMap((route) => compileRules(route, port, this.#backends));
    return ranked.sort(comparePrecedence).map(({ compiled }) => compiled);
  }

  /** @param portProblem says why a port is not listened at; undefined when it is */
  statuses(portProblem: (port: number) => string | undefined): GatewayApiStatuses {
    const gateways = this.#gateways.map(({ gateway, problem, listeners }) => gatewayStatus(gateway, problem, listeners, portProblem));
    return { classes: this.#classes, gateways, routes: this.#routes };
  }

  #readClasses(all: readonly GatewayClass[]): Map<string, Problem | undefined> {
    const classes = new Map<string, Problem | undefined>();
    for (const each of all) {
      if (each.spec.controllerName !== CONTROLLER_NAME) continue;
      const problem = each.spec.parametersRef && { reason: 'InvalidParameters', message: 'spec.parametersRef is not implemented by the local gateway' };
      classes.set(each.metadata.name ?? '', problem);
      this.#classes.push(classStatus(each, problem));
    }
    return classes;
  }

  #program(route: Route, attachments: readonly Attachment[], broken: ReadonlySet<Listener>): void {
    const byPort = new Map<number, LazyRules>();
    for (const attachment of attachments) {
      const { service } = attachment;
      if (service) {
        const host = serviceHost(service.name, service.namespace);
        this.#ofServices.set(host, [...(this.#ofServices.get(host) ?? []), attachment]);
      }
      for (const { listener, hosts } of attachment.listeners) {
        if (!listener.usable || broken.has(listener)) continue;
        const { port } = listener.spec;
        let compiled: readonly RankedRoute[] | undefined;
        const rules = byPort.get(port) ?? (() => (compiled ??= compileRules(route, port, this.#backends)));
        byPort.set(port, rules);
        for (const host of hosts) this.#tables.add(listener, host, rules);
      }
    }
  }
}

function gatewayProblem({ spec }: Gateway): Problem | undefined {
  if ((spec.addresses ?? []).length > 0) return { reason: 'UnsupportedAddress', message: 'spec.addresses is not implemented: the local gateway has one address of its own' };
  if (spec.infrastructure?.parametersRef) return { reason: 'InvalidParameters', message: 'spec.infrastructure.parametersRef is not implemented by the local gateway' };
  const known = ['gatewayClassName', 'listeners', 'addresses', 'infrastructure'];
  const unknown = Object.entries(spec).filter(([field, value]) => !known.includes(field) && Object.keys(Object(value)).length > 0);
  return unknown.length === 0 ? undefined : { reason: 'Invalid', message: `not implemented by the local gateway: ${unknown.map(([field]) => `spec.${field}`).join(', ')}` };
}

/** HTTPRoutes and GRPCRoutes never share a host of a listener: the older route has it. @param taken by older routes of the other kind */
function exclusive(attachment: Attachment, taken: readonly Attachment[]): Attachment {
  const listeners = attachment.listeners.filter(({ listener, hosts }) => {
    const others = taken.flatMap((each) => each.listeners.filter((at) => at.listener === listener));
    return !others.some((other) => other.hosts.some((theirs) => hosts.some((host) => commonHost(theirs, host) !== undefined)));
  });
  if (listeners.length === attachment.listeners.length) return attachment;
  if (listeners.length > 0) return { ...attachment, listeners };
  const other = attachment.route.kind === 'GRPCRoute' ? 'HTTPRoute' : 'GRPCRoute';
  return { ...attachment, listeners, problem: { reason: 'HostnameConflict', message: `an older ${other} has the same hosts on the same listener` } };
}
