import istio from '../../../kubernetes/generated/istio-crds.json' with { type: 'json' };
import { resources } from '../../../kubernetes/resources.js';
import { unsupportedFields } from '../../../local/gateway/configuration/supported-fields.js';
import { destinationRuleFields, virtualServiceFields } from '../../../local/gateway/configuration/istio-fields.js';
import { compileHttpRoutes, type CompiledRoute } from '../../../local/gateway/configuration/http-routes.js';
import type { RoutedRequest } from '../../../local/gateway/configuration/request.js';
import type { Split } from '../../../model/split.js';
import type { Claim, ReleaseContext, RouterContext, RoutingPlan, RoutingState } from '../../router.js';
import { validateObject } from '../../../schema/validation.js';
import type { StructuralSchema } from '../../../schema/structural.js';
import { TestCluster, follow } from '../../testing/cluster.js';
import { reviewsContext, reviewsService } from '../../testing/manifests.js';
import type { HttpRoute, IstioConfig, VirtualService } from '../objects.js';
import { istioRouter } from '../router.js';

/** One release steered by Istio on a cluster in miniature, whose routes are read as the local gateway reads them. */
export class Steering {
  readonly cluster = new TestCluster();
  claims: readonly Claim[] = [];
  config: IstioConfig = {};
  context: RouterContext = reviewsContext();

  constructor() {
    this.cluster.put(reviewsService());
  }

  plan(split: Split): RoutingPlan {
    const next = istioRouter.write(this.config, split, this.cluster, this.claims, this.context);
    this.claims = structuredClone(next.claims);
    return next;
  }

  /** @returns what is waited for at the end */
  go(split: Split): string | undefined {
    return follow(this.cluster, () => this.plan(split));
  }

  read(lastWritten?: Split): RoutingState {
    return istioRouter.read(this.config, this.cluster, this.claims, { ...this.context, lastWritten });
  }

  release(after?: ReleaseContext['after']): string | undefined {
    return follow(this.cluster, () => istioRouter.release(this.config, this.cluster, this.claims, after ? { ...this.context, after } : this.context));
  }

  refusals(): string[] {
    return istioRouter.check(this.config, this.cluster, this.context).filter(({ severity }) => severity !== 'warning').map(({ place, problem }) => `${place}: ${problem}`);
  }

  virtualService(name = 'reviews', namespace?: string): VirtualService | undefined {
    return this.cluster.get(resources.virtualServices, name, namespace)?.object;
  }

  http(name = 'reviews', namespace?: string): HttpRoute[] {
    return this.virtualService(name, namespace)?.spec.http ?? [];
  }

  subsets(): string[] | undefined {
    return this.cluster.get(resources.destinationRules, 'reviews-serin')?.object.spec.subsets?.map(({ name }) => name);
  }

  /** The route that a request takes, as Istio's documentation has it. */
  route(path: string, headers: Readonly<Record<string, string>> = {}, name = 'reviews'): CompiledRoute | undefined {
    const request: RoutedRequest = { method: 'GET', path, query: undefined, authority: 'reviews', scheme: 'http', remoteAddress: '10.0.0.1', header: (header) => headers[header] };
    const routes = compileHttpRoutes(this.http(name), { gateway: 'mesh', port: 9080 }, 'shop');
    return routes.find(({ match }) => match.matches(request, { namespace: 'shop', labels: {} }));
  }

  /** The subsets (or hosts, where there are none) that a request may reach, and its path there. */
  reach(path: string, headers?: Readonly<Record<string, string>>, name?: string): readonly [string, string] | undefined {
    const route = this.route(path, headers, name);
    if (!route) return undefined;
    const reached = route.action.kind === 'forward' ? route.action.destinations.map(({ destination }) => destination.subset ?? destination.host) : [];
    return [reached.join(' '), route.rewritePath?.(path) ?? path];
  }

  /** What the published CRDs have against the objects. */
  invalid(): string[] {
    return [...this.cluster.list(resources.virtualServices), ...this.cluster.list(resources.destinationRules)].flatMap((object) => {
      const definition = istio.find(({ spec }) => spec.names.kind === object.kind);
      const schema = definition?.spec.versions.find(({ name }) => name === 'v1')?.schema.openAPIV3Schema as StructuralSchema | undefined;
      if (!schema) throw new Error(`no schema of ${object.kind}`);
      return validateObject(object, schema).map((problem) => JSON.stringify(problem));
    });
  }

  /** Fields that were written and that the local gateway does not implement. */
  unsupported(): string[] {
    return [
      ...this.cluster.list(resources.virtualServices).flatMap(({ spec }) => unsupportedFields(spec, virtualServiceFields, 'spec')),
      ...this.cluster.list(resources.destinationRules).flatMap(({ spec }) => unsupportedFields(spec, destinationRuleFields, 'spec')),
    ].map(({ path }) => path);
  }
}
