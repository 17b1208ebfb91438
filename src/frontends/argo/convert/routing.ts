import type { Service } from '../../../kubernetes/generated/core-v1.js';
import { isRecord } from '../../../kubernetes/json.js';
import { matchesLabels } from '../../../kubernetes/selectors.js';
import type { RouterConfigs } from '../../../model/policy/routers.js';
import { virtualServiceName } from '../checks/routing.js';
import type { Rollout } from '../kinds/rollout.js';
import type { CanaryStrategy } from '../kinds/strategies.js';
import { GATEWAY_API_PLUGIN, type IstioVirtualService } from '../kinds/traffic-routing.js';
import type { Notes } from '../../conversion/notes.js';

const PATH = ['spec', 'strategy', 'canary', 'trafficRouting'];

/** How a policy steers the traffic of a canary. */
export interface ConvertedRouting {
  readonly service?: string;
  readonly canaryService?: string;
  readonly router?: RouterConfigs;
}

/** @param labels those of the Pods, by which a Service is found that nobody names */
export function convertRouting(rollout: Rollout, canary: CanaryStrategy, services: readonly Service[], labels: Readonly<Record<string, string>>, notes: Notes): ConvertedRouting {
  const { trafficRouting, stableService, canaryService } = canary;
  const namespace = rollout.metadata.namespace ?? 'default';
  const found = stableService ?? selecting(services, labels, namespace, notes);
  if (!trafficRouting) {
    if (found === undefined) {
      notes.add(['spec', 'strategy', 'canary'], 'No Service is known for these Pods, so the policy goes by Pod count without one. If clients use a Service, name it under service, and set router: {service: {approximate: true}}.');
      return {};
    }
    if (canaryService !== undefined) notes.add(['spec', 'strategy', 'canary', 'canaryService'], `Without a router that splits requests nothing leads to the canary alone; Service ${canaryService} is not used.`);
    return { service: found, router: { service: { approximate: true } } };
  }
  const { istio, nginx, plugins } = trafficRouting;
  const service = found ?? rollout.metadata.name ?? '';
  if (found === undefined) notes.add(PATH, `Nothing names the Service that clients use; ${service} stands there. Correct spec.service.`);
  const router: RouterConfigs = {};
  if (istio) {
    const named = istio.virtualServices ?? (istio.virtualService ? [istio.virtualService] : []);
    router.istio = { virtualServices: named.map((each) => virtualService(each, namespace)) };
    if (istio.destinationRule) notes.add([...PATH, 'istio', 'destinationRule'], `Serin keeps subsets in a DestinationRule of its own. Take ${istio.destinationRule.canarySubsetName} and ${istio.destinationRule.stableSubsetName} out of the routes: one destination, ${service}, is all that they need.`);
    else notes.add([...PATH, 'istio'], `Serin splits between subsets of the one Service ${service}. Take the destination ${canaryService ?? 'of the canary'} out of the routes.`);
  }
  if (nginx) {
    const { stableIngress, stableIngresses = [], annotationPrefix } = nginx;
    router.ingressNginx = { ingresses: stableIngress === undefined ? stableIngresses : [stableIngress], ...(annotationPrefix === undefined ? {} : { annotationPrefix }) };
    for (const field of ['additionalIngressAnnotations', 'canaryIngressAnnotations'] as const) notes.when(nginx[field], [...PATH, 'nginx', field], 'Serin writes the annotations of its canary Ingress itself; for a header or cookie add a route step.');
  }
  const plugin: unknown = plugins?.[GATEWAY_API_PLUGIN];
  if (isRecord(plugin)) router.gatewayApi = { routes: gatewayRoutes(plugin, namespace) };
  const splitsServices = router.istio === undefined;
  return { service, ...(splitsServices && canaryService !== undefined ? { canaryService } : {}), router };
}

/** The Service that selects these Pods, where there is just one. */
export function selecting(services: readonly Service[], labels: Readonly<Record<string, string>>, namespace: string, notes: Notes): string | undefined {
  const found = services.filter(({ metadata, spec }) => (metadata.namespace ?? namespace) === namespace && Object.keys(spec?.selector ?? {}).length > 0 && matchesLabels(withoutHash(spec?.selector ?? {}), labels));
  const [first] = found;
  if (found.length > 1) notes.add(['spec'], `${found.map(({ metadata }) => metadata.name).join(', ')} all select these Pods; ${first?.metadata.name ?? ''} is taken for the Service that clients use.`);
  return first?.metadata.name;
}

function withoutHash({ 'rollouts-pod-template-hash': _hash, ...selector }: Readonly<Record<string, string>>): Record<string, string> {
  return selector;
}

function virtualService({ name: text, routes, tlsRoutes, tcpRoutes }: IstioVirtualService, own: string): NonNullable<NonNullable<RouterConfigs['istio']>['virtualServices']>[number] {
  const { name, namespace } = virtualServiceName(text, own);
  return {
    name,
    ...(namespace === own ? {} : { namespace }),
    ...(routes && routes.length > 0 ? { routes } : {}),
    ...(tlsRoutes && tlsRoutes.length > 0 ? { tls: tlsRoutes.map(({ port, sniHosts }) => ({ ...(port === undefined ? {} : { port }), ...(sniHosts && sniHosts.length > 0 ? { sniHosts } : {}) })) } : {}),
    ...(tcpRoutes && tcpRoutes.length > 0 ? { tcp: tcpRoutes.map(({ port }) => (port === undefined ? {} : { port })) } : {}),
  };
}

/** The routes that the configuration of the Gateway API plugin names. */
export function gatewayRoutes(plugin: Readonly<Record<string, unknown>>, own: string): NonNullable<NonNullable<RouterConfigs['gatewayApi']>['routes']> {
  const namespace = typeof plugin['namespace'] === 'string' ? plugin['namespace'] : own;
  const of = (kind: 'HTTPRoute' | 'GRPCRoute', value: unknown): NonNullable<NonNullable<RouterConfigs['gatewayApi']>['routes']> => {
    if (Array.isArray(value)) return value.flatMap((each: unknown) => of(kind, each));
    const name = isRecord(value) ? value['name'] : value;
    if (typeof name !== 'string') return [];
    return [{ ...(kind === 'HTTPRoute' ? {} : { kind }), name, ...(namespace === own ? {} : { namespace }) }];
  };
  return [...of('HTTPRoute', plugin['httpRoute']), ...of('HTTPRoute', plugin['httpRoutes']), ...of('GRPCRoute', plugin['grpcRoute']), ...of('GRPCRoute', plugin['grpcRoutes'])];
}
