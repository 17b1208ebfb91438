import type { PolicySpec } from '../../../model/release-policy.js';
import type { TwoServicesConfig } from '../../../model/policy/two-services.js';
import { isRecord } from '../../../kubernetes/json.js';
import { virtualServiceName } from '../checks/routing.js';
import { MANAGED_BY } from '../checks/services.js';
import { gatewayRoutes } from '../convert/routing.js';
import type { Rollout } from '../kinds/rollout.js';
import type { BlueGreenStrategy, CanaryStrategy } from '../kinds/strategies.js';
import { GATEWAY_API_PLUGIN, type IstioRouting, type IstioVirtualService, type TrafficRouting } from '../kinds/traffic-routing.js';

/** What clients call, and how it is steered. */
export type PolicyRouting = Pick<PolicySpec, 'service' | 'canaryService' | 'router'>;

/** How a Rollout's traffic is steered: its Services follow its versions, and the weights are those of the routing products that it names. */
export function routingOf(rollout: Rollout): PolicyRouting {
  const { canary = {}, blueGreen } = rollout.spec.strategy ?? {};
  const config = blueGreen ? switched(blueGreen) : canary.trafficRouting ? weighted(rollout, canary, canary.trafficRouting) : counted(canary);
  if (!config) return {};
  return {
    ...(config.stable === undefined ? {} : { service: config.stable }),
    ...(config.canary === undefined ? {} : { canaryService: config.canary }),
    router: { twoServices: { ...config, serviceAnnotations: { [MANAGED_BY]: rollout.metadata.name } } },
  };
}

/** The router's configuration alone, for the state at rest; undefined where no Service is named. */
export const twoServicesOf = (rollout: Rollout): TwoServicesConfig | undefined => routingOf(rollout).router?.twoServices;

/** An empty name is none. */
const named = <K extends string>(key: K, name: string | undefined): { [key in K]?: string } => (name === undefined || name === '' ? {} : ({ [key]: name } as { [key in K]: string }));

function switched({ activeService, previewService }: BlueGreenStrategy): TwoServicesConfig {
  return { mode: 'switch', stable: activeService, ...named('canary', previewService) };
}

/** Without a routing product Services only follow; without Services there is nothing to steer. */
function counted({ stableService, canaryService }: CanaryStrategy): TwoServicesConfig | undefined {
  const services = { ...named('stable', stableService), ...named('canary', canaryService) };
  return Object.keys(services).length === 0 ? undefined : { mode: 'pods', ...services };
}

function weighted(rollout: Rollout, { stableService, canaryService, pingPong }: CanaryStrategy, { istio, nginx, plugins, managedRoutes = [], maxTrafficWeight }: TrafficRouting): TwoServicesConfig {
  const { name, namespace = 'default', uid } = rollout.metadata;
  const gateway: unknown = plugins?.[GATEWAY_API_PLUGIN];
  const routes = isRecord(gateway) ? gatewayRoutes(gateway, namespace) : [];
  return {
    mode: 'weights',
    ...named('stable', stableService),
    ...named('canary', canaryService),
    ...(pingPong ? { alternate: true } : {}),
    ...(uid === undefined ? {} : { owner: { apiVersion: rollout.apiVersion, kind: rollout.kind, name, uid } }),
    ...(nginx ? ingresses(name, nginx) : {}),
    ...(nginx && maxTrafficWeight !== undefined ? { weightTotal: maxTrafficWeight } : {}),
    ...(istio ? virtualServices(istio, namespace) : {}),
    ...(istio && managedRoutes.length > 0 ? { managedRoutes: managedRoutes.map((route) => route.name) } : {}),
    ...(routes.length > 0 ? { routes } : {}),
  };
}

/** Names of objects have at most so many letters. */
const LONGEST_NAME = 253;
const PREFIX = 'nginx.ingress.kubernetes.io';

/** The Ingress that Argo Rollouts would make for the canary. */
export const canaryIngressName = (rollout: string, ingress: string): string => `${`${rollout}-${ingress}`.slice(0, LONGEST_NAME - '-canary'.length)}-canary`;

function ingresses(rollout: string, { stableIngress, stableIngresses = [], annotationPrefix = PREFIX, additionalIngressAnnotations = {}, canaryIngressAnnotations = {} }: NonNullable<TrafficRouting['nginx']>): Pick<TwoServicesConfig, 'ingresses' | 'annotationPrefix' | 'canaryAnnotations'> {
  const names = stableIngress === undefined || stableIngress === '' ? stableIngresses : [stableIngress];
  const prefix = annotationPrefix === '' ? PREFIX : annotationPrefix;
  const prefixed = Object.entries(additionalIngressAnnotations).map(([key, value]) => [key.startsWith(prefix) ? key : `${prefix}/${key}`, value]);
  const annotations = { ...Object.fromEntries(prefixed), ...canaryIngressAnnotations } as Record<string, string>;
  return {
    ingresses: names.map((name) => ({ name, canaryName: canaryIngressName(rollout, name) })),
    ...(prefix === PREFIX ? {} : { annotationPrefix: prefix }),
    ...(Object.keys(annotations).length === 0 ? {} : { canaryAnnotations: annotations }),
  };
}

function virtualServices({ virtualService, virtualServices: several = [], destinationRule }: IstioRouting, own: string): Pick<TwoServicesConfig, 'virtualServices' | 'destinationRule'> {
  const all = virtualService ? [virtualService, ...several] : several;
  const { name, canarySubsetName, stableSubsetName, additionalSubsetNames = [] } = destinationRule ?? {};
  return {
    virtualServices: all.map((each) => virtualServiceOf(each, own)),
    ...(name === undefined || canarySubsetName === undefined || stableSubsetName === undefined
      ? {}
      : { destinationRule: { name, stableSubset: stableSubsetName, canarySubset: canarySubsetName, ...(additionalSubsetNames.length === 0 ? {} : { otherSubsets: additionalSubsetNames }) } }),
  };
}

function virtualServiceOf({ name: text, routes = [], tlsRoutes = [], tcpRoutes = [] }: IstioVirtualService, own: string): NonNullable<TwoServicesConfig['virtualServices']>[number] {
  const { name, namespace } = virtualServiceName(text, own);
  const port = (given: number | undefined): { port?: number } => (given === undefined || given === 0 ? {} : { port: given });
  return {
    name,
    ...(namespace === own ? {} : { namespace }),
    ...(routes.length === 0 ? {} : { routes }),
    ...(tlsRoutes.length === 0 ? {} : { tls: tlsRoutes.map((each) => ({ ...port(each.port), ...(each.sniHosts && each.sniHosts.length > 0 ? { sniHosts: each.sniHosts } : {}) })) }),
    ...(tcpRoutes.length === 0 ? {} : { tcp: tcpRoutes.map((each) => port(each.port)) }),
  };
}
