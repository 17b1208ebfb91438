import { isRecord } from '../../../kubernetes/json.js';
import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { Rollout } from '../kinds/rollout.js';
import type { CanaryStrategy } from '../kinds/strategies.js';
import { GATEWAY_API_PLUGIN, type IstioRouting, type IstioVirtualService, type TrafficRouting } from '../kinds/traffic-routing.js';
import { lookUp, type KnownObjects, type Path } from './known-objects.js';

const PATH = ['spec', 'strategy', 'canary', 'trafficRouting'];

/** Routing products that Serin does not steer, and what can take their place. */
const REFUSED: Readonly<Record<string, string>> = {
  alb: 'the AWS Load Balancer Controller', ambassador: 'Ambassador', apisix: 'Apache APISIX', appMesh: 'AWS App Mesh', smi: 'the Service Mesh Interface', traefik: 'weighted TraefikServices',
};
const SERVED = 'Serin steers istio, nginx and routes of the Gateway API (which Traefik and APISIX read, too).';

/** Shares are counted in so many parts. */
const FINEST = 1000;

/** What speaks against the traffic routing of a canary. */
export function checkRouting(rollout: Rollout, canary: CanaryStrategy, known: KnownObjects): PolicyProblem[] {
  const { trafficRouting } = canary;
  if (!trafficRouting) return [];
  const problems: PolicyProblem[] = Object.entries(REFUSED)
    .filter(([field]) => trafficRouting[field as keyof TrafficRouting] !== undefined)
    .map(([field, product]) => ({ path: [...PATH, field], problem: `${product} is not steered by Serin.`, remedy: SERVED }));
  const { istio, nginx, plugins, maxTrafficWeight, managedRoutes = [] } = trafficRouting;
  if (!istio && !nginx && !plugins && problems.length === 0) problems.push({ path: PATH, problem: 'names no routing product.', remedy: 'Write istio or nginx below it, or leave it out to go by Pod count.' });
  problems.push(...pluginProblems(plugins));
  if (istio) problems.push(...istioProblems(istio, rollout, known));
  if (nginx) problems.push(...nginxProblems(nginx, canary, rollout, known));
  if (maxTrafficWeight !== undefined && maxTrafficWeight < 1) problems.push({ path: [...PATH, 'maxTrafficWeight'], problem: `${maxTrafficWeight} is no sum of weights.`, remedy: 'Write 1 or more; 100 when absent.' });
  if ((maxTrafficWeight ?? 0) > FINEST) problems.push({ path: [...PATH, 'maxTrafficWeight'], problem: `${maxTrafficWeight} parts are finer than anything is split.`, remedy: `Write at most ${FINEST}.` });
  if (maxTrafficWeight !== undefined && maxTrafficWeight !== 100 && !nginx && !plugins) problems.push({ path: [...PATH, 'maxTrafficWeight'], problem: 'weights of Istio sum to 100.', remedy: 'Leave it out.' });
  const names = managedRoutes.map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) < index) problems.push({ path: [...PATH, 'managedRoutes', index, 'name'], problem: `route ${name} stands there twice.`, remedy: 'Remove one.' });
  });
  return problems;
}

function pluginProblems(plugins: Readonly<Record<string, unknown>> | undefined): PolicyProblem[] {
  return Object.entries(plugins ?? {}).flatMap(([name, config]): PolicyProblem[] => {
    const path = [...PATH, 'plugins', name];
    if (name !== GATEWAY_API_PLUGIN) return [{ path, problem: `plugin ${name} cannot be run: plugins are programs for another controller.`, remedy: SERVED }];
    const routes = isRecord(config) ? ['httpRoute', 'httpRoutes', 'grpcRoute', 'grpcRoutes'].filter((field) => config[field] !== undefined) : [];
    const refused = isRecord(config) ? ['tcpRoute', 'tcpRoutes', 'tlsRoute', 'tlsRoutes'].filter((field) => config[field] !== undefined) : [];
    return [
      ...refused.map((field) => ({ path: [...path, field], problem: 'only HTTPRoutes and GRPCRoutes are steered.', remedy: 'Leave it out.' })),
      ...(routes.length === 0 ? [{ path, problem: 'names no route.', remedy: 'Write httpRoute or httpRoutes.' }] : []),
    ];
  });
}

function istioProblems({ virtualService, virtualServices, destinationRule }: IstioRouting, rollout: Rollout, known: KnownObjects): PolicyProblem[] {
  const path = [...PATH, 'istio'];
  const problems: PolicyProblem[] = [];
  if ((virtualService === undefined) === ((virtualServices ?? []).length === 0)) {
    problems.push({ path, problem: virtualService ? 'virtualService and virtualServices cannot both be meant.' : 'names no VirtualService.', remedy: 'Write virtualService, or virtualServices for several.' });
  }
  if (destinationRule) {
    const { canarySubsetName, stableSubsetName, additionalSubsetNames = [] } = destinationRule;
    if (canarySubsetName === stableSubsetName) problems.push({ path: [...path, 'destinationRule', 'canarySubsetName'], problem: `${canarySubsetName} is the stable subset as well.`, remedy: 'Name another subset.' });
    for (const name of additionalSubsetNames.filter((each) => each === canarySubsetName || each === stableSubsetName)) {
      problems.push({ path: [...path, 'destinationRule', 'additionalSubsetNames'], problem: `${name} is one of the two subsets that are steered.`, remedy: 'Leave it out.' });
    }
  }
  if (virtualService) problems.push(...virtualServiceProblems(virtualService, [...path, 'virtualService'], rollout, known));
  (virtualServices ?? []).forEach((each, index) => problems.push(...virtualServiceProblems(each, [...path, 'virtualServices', index], rollout, known)));
  return problems;
}

/** `name`, or `name.namespace` with whatever comes behind it. */
export function virtualServiceName(text: string, namespace: string): { readonly name: string; readonly namespace: string } {
  const [name = '', other = namespace] = text.split('.');
  return { name, namespace: other };
}

function virtualServiceProblems({ name: text, routes = [], tlsRoutes, tcpRoutes }: IstioVirtualService, path: Path, { metadata, spec }: Rollout, known: KnownObjects): PolicyProblem[] {
  const { name, namespace } = virtualServiceName(text, metadata.namespace ?? 'default');
  const { found, problems } = lookUp(known.virtualServices, 'VirtualService', name, namespace, [...path, 'name']);
  if (!found) return problems;
  const http = found.spec?.http ?? [];
  const managed = (spec.strategy?.canary?.trafficRouting?.managedRoutes ?? []).map((each) => each.name);
  const own = http.filter((each) => !managed.includes(each.name ?? ''));
  routes.forEach((route, index) => {
    if (!http.some((each) => each.name === route)) problems.push({ path: [...path, 'routes', index], problem: `VirtualService ${name} has no http route ${route}.`, remedy: 'Correct the name, or give the route this name.' });
  });
  if (routes.length === 0 && own.length > 1 && !tlsRoutes && !tcpRoutes) problems.push({ path: [...path, 'routes'], problem: `VirtualService ${name} has ${own.length} http routes, and none of them is named here.`, remedy: 'Name the routes that are steered.' });
  return problems;
}

function nginxProblems({ stableIngress = '', stableIngresses = [] }: NonNullable<TrafficRouting['nginx']>, { stableService }: CanaryStrategy, { metadata }: Rollout, known: KnownObjects): PolicyProblem[] {
  const path = [...PATH, 'nginx'];
  if ((stableIngress === '') === (stableIngresses.length === 0)) {
    return [{ path, problem: stableIngress === '' ? 'names no Ingress.' : 'stableIngress and stableIngresses cannot both be meant.', remedy: 'Write stableIngress, or stableIngresses for several.' }];
  }
  const named: [string, Path][] = stableIngress === '' ? stableIngresses.map((name, index) => [name, [...path, 'stableIngresses', index]]) : [[stableIngress, [...path, 'stableIngress']]];
  return named.flatMap(([name, at]) => {
    const { found, problems } = lookUp(known.ingresses, 'Ingress', name, metadata.namespace ?? 'default', at);
    if (!found || stableService === undefined) return problems;
    const leads = (found.spec?.rules ?? []).some(({ http }) => (http?.paths ?? []).some(({ backend }) => backend.service?.name === stableService));
    return leads ? [] : [{ path: at, problem: `no path of Ingress ${name} leads to Service ${stableService}.`, remedy: 'Let one of its paths lead there, or name another Ingress.' }];
  });
}
