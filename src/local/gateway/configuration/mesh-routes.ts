import type { VirtualService } from '../../../kubernetes/generated/istio-v1.js';
import type { ServiceEntry } from './endpoints.js';
import { HostIndex, resolveHost, searchNames } from './hosts.js';
import { compileHttpRoutes, type CompiledRoute } from './http-routes.js';
import { defaultRoute, type RouteTable } from './route-tables.js';
import { isVisible, objectTitle, type Refusals } from './refusals.js';

/** Routes that another product has for requests to a Service; undefined when it has none. */
export interface ServiceRoutes {
  serviceRoutes(host: string, port: number, callerNamespace: string): CompiledRoute[] | undefined;
}

/** Routes of requests between Pods. */
export class MeshRoutes {
  readonly #hosts = new HostIndex<VirtualService[]>();
  readonly #services: ReadonlyMap<string, ServiceEntry>;
  readonly #refusals: Refusals;
  readonly #others: ServiceRoutes | undefined;
  readonly #tables = new Map<string, RouteTable | undefined>();

  /**
   * @param virtualServices oldest first; those that do not name the gateway `mesh` are left out
   * @param others asked for Services that no VirtualService is for
   */
  constructor(virtualServices: readonly VirtualService[], services: ReadonlyMap<string, ServiceEntry>, refusals: Refusals, others?: ServiceRoutes) {
    this.#services = services;
    this.#refusals = refusals;
    this.#others = others;
    for (const virtualService of virtualServices) {
      const { gateways = [], hosts = [] } = virtualService.spec;
      if (gateways.length > 0 && !gateways.includes('mesh')) continue;
      for (const host of hosts) {
        const full = resolveHost(host, virtualService.metadata.namespace ?? 'default');
        const known = this.#hosts.at(full);
        if (known) known.push(virtualService);
        else this.#hosts.set(full, [virtualService]);
      }
    }
  }

  /** The host that a Pod in `callerNamespace` means by `name`; undefined when nothing here is called so. */
  resolve(name: string, callerNamespace: string): string | undefined {
    const names = searchNames(name, callerNamespace);
    return names.find((full) => this.#services.has(full)) ?? names.find((full) => this.#virtualServiceOf(full, callerNamespace) !== undefined);
  }

  /** @param host as `resolve` answered it. @returns undefined when it is neither a Service with that port nor routed */
  table(host: string, port: number, callerNamespace: string): RouteTable | undefined {
    const key = `${host}|${port}|${callerNamespace}`;
    if (!this.#tables.has(key)) this.#tables.set(key, this.#build(host, port, callerNamespace));
    return this.#tables.get(key);
  }

  #virtualServiceOf(host: string, callerNamespace: string): VirtualService | undefined {
    // Of several on one host only the oldest counts: the mesh does not merge them.
    return this.#hosts.find(host)?.find(({ spec, metadata }) => isVisible(spec.exportTo ?? [], metadata.namespace ?? 'default', callerNamespace));
  }

  #build(host: string, port: number, callerNamespace: string): RouteTable | undefined {
    const service = this.#services.get(host);
    if (service && !service.ports.has(port)) return undefined;
    const virtualService = this.#virtualServiceOf(host, callerNamespace);
    const fallback = service ? [defaultRoute(host, port)] : [];
    if (virtualService === undefined) return service ? { routes: this.#others?.serviceRoutes(host, port, callerNamespace) ?? fallback, refusal: undefined } : undefined;
    const problem = this.#refusals.of(virtualService);
    if (problem !== undefined) return { routes: [], refusal: `${objectTitle(virtualService)}: ${problem}` };
    const routes: CompiledRoute[] = compileHttpRoutes(virtualService.spec.http ?? [], { gateway: 'mesh', port }, virtualService.metadata.namespace ?? 'default');
    // A VirtualService that has no rule for this port leaves the Service's own route.
    return { routes: routes.length > 0 ? routes : fallback, refusal: undefined };
  }
}
