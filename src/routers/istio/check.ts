import { resources } from '../../kubernetes/resources.js';
import type { Found, Router, RoutingProblem } from '../router.js';
import { claimRoute } from './claims.js';
import { isOurRule, ourRuleName, usersRules } from './destination-rule.js';
import { isHalfQualified, meansService, type ServiceName } from './host.js';
import { mergingProblems, ruleConflict, virtualServiceProblems } from './object-problems.js';
import { routePlace, type IstioConfig } from './objects.js';
import { splittingProblems } from './route-problems.js';
import { claimable, selectRoutes, type SelectedVirtualService } from './selection.js';

type Context = Parameters<Router['check']>[2];

/** All that speaks against steering by Istio, at once. */
export function checkIstio(config: IstioConfig, found: Found, context: Context): RoutingProblem[] {
  const absent = [resources.virtualServices, resources.destinationRules].filter((resource) => found.serves?.(resource) === false);
  if (absent.length > 0) {
    return absent.map(({ kind, group, version }) => ({
      place: `${kind} (${group}/${version})`,
      problem: 'the cluster does not know this kind',
      remedy: 'install Istio 1.22 or later (or its CRDs), or choose another router',
    }));
  }
  const service = { name: context.service, namespace: context.namespace };
  const rules = usersRules(found, service);
  const selected = selectRoutes(config, found, service);
  const ours = found.get(resources.destinationRules, ourRuleName(context.service))?.object;
  return [
    ...serviceProblems(found, context.service),
    ...selectionProblems(config, selected, context.service),
    ...selected.flatMap((each) => [
      ...virtualServiceProblems(each.object, service),
      ...each.routes.flatMap((route) => splittingProblems(each.object.metadata.name, route, rules, context.versions)),
      ...warnings(each, service),
    ]),
    ...unchosen(config, found, selected, service),
    ...rules.flatMap(mergingProblems),
    ...(ours && !isOurRule(ours, context.policy) ? [ruleConflict(ours)] : []),
    ...sizeProblems(selected),
    ...passingBy(found, selected, service),
    {
      place: `Service ${context.service}`,
      problem: 'clients without a sidecar or a gateway of the mesh are not split: they reach all Pods alike, also those of the canary',
      remedy: 'let such clients come through a gateway of the mesh, or choose a router that splits between Services',
      severity: 'warning',
    },
  ];
}

function serviceProblems(found: Found, name: string): RoutingProblem[] {
  const service = found.get(resources.services, name)?.object;
  if (!service) return [{ place: `Service ${name}`, problem: 'does not exist', remedy: 'create it, or correct spec.service of the policy' }];
  if (service.spec?.type === 'ExternalName') {
    return [{ place: `Service ${name}, spec.type`, problem: 'is an ExternalName, which has no Pods to split between', remedy: 'use a Service with a selector' }];
  }
  return [];
}

function selectionProblems(config: IstioConfig, selected: readonly SelectedVirtualService[], service: string): RoutingProblem[] {
  if (config.virtualServices === undefined) {
    if (selected.length > 0) return [];
    return [
      {
        place: `Service ${service}`,
        problem: 'no VirtualService of this namespace has an http route to it',
        remedy: `create one: spec {hosts: [${service}], http: [{route: [{destination: {host: ${service}}}]}]}`,
      },
    ];
  }
  return config.virtualServices.flatMap(({ name, routes = [] }, index): RoutingProblem[] => {
    const place = `router.istio.virtualServices[${index}]`;
    const chosen = selected.find(({ object }) => object.metadata.name === name);
    if (!chosen) return [{ place, problem: `VirtualService ${name} does not exist`, remedy: 'create it, or correct the name' }];
    const missing = routes.filter((route) => !chosen.routes.some((each) => each.route.name === route));
    if (missing.length > 0) {
      const there = (chosen.object.spec.http ?? []).flatMap((route) => route.name ?? []);
      return missing.map((route) => ({
        place: `${place}.routes`,
        problem: `VirtualService ${name} has no http route named "${route}"`,
        remedy: there.length > 0 ? `choose of ${there.map((each) => `"${each}"`).join(', ')}` : `give the http route a name: ${route}`,
      }));
    }
    if (chosen.routes.length > 0) return [];
    return [{ place, problem: `VirtualService ${name} has no http route to Service ${service}`, remedy: 'add one, or correct the name' }];
  });
}

/** What is found is recorded in the release's status, which is to stay small. */
const LARGEST_CLAIMS = 4096;

function sizeProblems(selected: readonly SelectedVirtualService[]): RoutingProblem[] {
  const size = JSON.stringify(selected.map((each) => claimable(each).map(({ route, index }) => claimRoute(route, index, false)))).length;
  if (size <= LARGEST_CLAIMS) return [];
  const routes = selected.reduce((sum, each) => sum + each.routes.length, 0);
  return [
    {
      place: 'router.istio.virtualServices',
      problem: `the destinations of ${routes} http routes are ${size} bytes, more than the ${LARGEST_CLAIMS} that a release keeps to put them back`,
      remedy: 'name the routes to steer, or let fewer routes lead to the Service',
    },
  ];
}

/** VirtualServices that would be chosen if they led to the Service in a way that can be steered. */
function unchosen(config: IstioConfig, found: Found, selected: readonly SelectedVirtualService[], service: ServiceName): RoutingProblem[] {
  if (config.virtualServices !== undefined) return [];
  return found
    .list(resources.virtualServices)
    .filter(({ metadata }) => selected.every(({ object }) => object.metadata.name !== metadata.name))
    .flatMap((object) => virtualServiceProblems(object, service).filter(({ place, severity }) => severity !== 'warning' && /spec\.(tcp|tls|http)\[/.test(place)));
}

/** What works, but not as one might think. */
function warnings({ object, routes }: SelectedVirtualService, service: ServiceName): RoutingProblem[] {
  return routes.flatMap(({ route, index }) => {
    const place = routePlace(object.metadata.name, index, route.name);
    const hosts = [...new Set((route.route ?? []).map(({ destination }) => destination.host))].filter(isHalfQualified);
    const mirrors = [...(route.mirror ? [route.mirror] : []), ...(route.mirrors ?? []).map(({ destination }) => destination)];
    return [
      ...hosts.map((host): RoutingProblem => ({
        place: `${place}.route`,
        problem: `Istio does not complete the host "${host}": only names without a dot are`,
        remedy: `write ${service.name}, or the full name ${service.name}.${service.namespace}.svc.cluster.local`,
        severity: 'warning',
      })),
      ...(mirrors.some(({ host, subset }) => subset === undefined && meansService(host, service.namespace, service))
        ? [{ place: `${place}.mirror`, problem: 'mirrors requests to Pods of both versions', remedy: 'mirror to a Service of its own', severity: 'warning' } as const]
        : []),
    ];
  });
}

/** Routes that lead to the Service but were not chosen: they reach the canary by Pods. */
function passingBy(found: Found, selected: readonly SelectedVirtualService[], service: ServiceName): RoutingProblem[] {
  return selectRoutes({}, found, service).flatMap(({ object, routes }) => {
    const chosen = selected.find((each) => each.object.metadata.name === object.metadata.name);
    return routes
      .filter(({ index }) => !chosen?.routes.some((each) => each.index === index))
      .map(({ index, route }): RoutingProblem => ({
        place: routePlace(object.metadata.name, index, route.name),
        problem: 'leads to the Service but is not among the routes to steer, so its requests reach both versions by number of Pods',
        remedy: 'add it to router.istio.virtualServices, or leave that out to steer all routes',
        severity: 'warning',
      }));
  });
}
