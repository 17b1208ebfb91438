import type { Gateway, VirtualService } from '../../../kubernetes/generated/istio-v1.js';
import { normalizedPath } from './envoy-paths.js';
import { HostIndex, hostsOverlap, resolveHost } from './hosts.js';
import { resolveGateway } from './http-match.js';
import { compileHttpRoutes, type CompiledRoute } from './http-routes.js';
import type { RouteTable } from './route-tables.js';
import { isVisible, objectTitle, type Refusals } from './refusals.js';

/** The label of the ingress gateway's Pods, which a Gateway's selector must name to be served here. */
const INGRESS_LABELS: Readonly<Record<string, string>> = { istio: 'ingressgateway', app: 'istio-ingressgateway' };

interface HostRoutes {
  readonly routes: CompiledRoute[];
  refusal: string | undefined;
}

/** Whether this Gateway is one for the ingress gateway. */
function isIngressGateway({ spec }: Gateway): boolean {
  return Object.entries(spec.selector ?? {}).every(([name, value]) => INGRESS_LABELS[name] === value);
}

/** Routes of requests from outside, by the port that the Gateway's server names. */
export class GatewayRoutes {
  readonly #ports = new Map<number, HostIndex<HostRoutes>>();
  readonly normalizePath = normalizedPath;

  /** Both lists oldest first. */
  constructor(gateways: readonly Gateway[], virtualServices: readonly VirtualService[], refusals: Refusals) {
    for (const gateway of gateways.filter(isIngressGateway)) this.#addGateway(gateway, virtualServices, refusals);
    for (const hosts of this.#ports.values()) for (const { routes } of hosts.values()) catchAllsLast(routes);
  }

  /** The ports that some Gateway asks for. */
  get ports(): number[] {
    return [...this.#ports.keys()];
  }

  /** @param host of the request, without port. @returns undefined when no server is for that host */
  table(port: number, host: string): RouteTable | undefined {
    return this.#ports.get(port)?.find(host);
  }

  #addGateway(gateway: Gateway, virtualServices: readonly VirtualService[], refusals: Refusals): void {
    const namespace = gateway.metadata.namespace ?? 'default';
    const name = `${namespace}/${gateway.metadata.name ?? ''}`;
    const problem = refusals.of(gateway);
    const bound = virtualServices.filter(({ spec, metadata }) => {
      const own = metadata.namespace ?? 'default';
      return spec.gateways?.some((each) => resolveGateway(each, own) === name) === true && isVisible(spec.exportTo ?? [], own, namespace);
    });
    for (const server of gateway.spec.servers ?? []) {
      const port = server.port.number;
      const hosts = this.#ports.get(port) ?? new HostIndex<HostRoutes>();
      this.#ports.set(port, hosts);
      if (problem !== undefined) for (const host of server.hosts) addTo(hosts, hostPart(host)).refusal ??= `${objectTitle(gateway)}: ${problem}`;
      for (const virtualService of bound) this.#addVirtualService(virtualService, server.hosts, name, port, hosts, refusals);
    }
  }

  #addVirtualService(virtualService: VirtualService, serverHosts: readonly string[], gateway: string, port: number, hosts: HostIndex<HostRoutes>, refusals: Refusals): void {
    const namespace = virtualService.metadata.namespace ?? 'default';
    const gatewayNamespace = gateway.split('/')[0] ?? '';
    const problem = refusals.of(virtualService);
    const routes = problem === undefined ? compileHttpRoutes(virtualService.spec.http ?? [], { gateway, port }, namespace) : [];
    for (const host of virtualService.spec.hosts ?? []) {
      const full = resolveHost(host, namespace);
      const allowed = serverHosts.filter((each) => isNamespaceAllowed(each, namespace, gatewayNamespace) && hostsOverlap(hostPart(each), full));
      for (const server of allowed) {
        // Where both are wildcards, or the server is the narrower one, only what both mean is routed.
        const narrower = full.startsWith('*') && hostPart(server).length > full.length ? hostPart(server) : full;
        const entry = addTo(hosts, narrower);
        if (problem !== undefined) entry.refusal ??= `${objectTitle(virtualService)}: ${problem}`;
        if (!routes.some((route) => entry.routes.includes(route))) entry.routes.push(...routes);
      }
    }
  }
}

function addTo(hosts: HostIndex<HostRoutes>, host: string): HostRoutes {
  const known = hosts.at(host);
  if (known) return known;
  const fresh: HostRoutes = { routes: [], refusal: undefined };
  hosts.set(host, fresh);
  return fresh;
}

/** `namespace/host` names the namespaces whose VirtualServices may use the server; `.` is the Gateway's own. */
function isNamespaceAllowed(serverHost: string, namespace: string, gatewayNamespace: string): boolean {
  const at = serverHost.indexOf('/');
  if (at < 0) return true;
  const wanted = serverHost.slice(0, at);
  return wanted === '*' || wanted === namespace || (wanted === '.' && namespace === gatewayNamespace);
}

function hostPart(serverHost: string): string {
  return serverHost.slice(serverHost.indexOf('/') + 1).toLowerCase();
}

/** Where several VirtualServices share a host, rules that take everything go behind all others. */
function catchAllsLast(routes: CompiledRoute[]): void {
  routes.sort((a, b) => Number(a.match.catchAll) - Number(b.match.catchAll));
}
