import { resources } from '../../kubernetes/resources.js';
import { roles } from '../../model/version.js';
import { isOurObject } from '../our-objects.js';
import { outOfSight } from '../out-of-sight.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { claimRoute } from './claims.js';
import { consentProblem } from './consent.js';
import { usersRules } from './destination-rule.js';
import { isHalfQualified, meansService } from './host.js';
import { mirrorsOf } from './mirroring.js';
import { mergingProblems, ruleConflict, virtualServiceProblems } from './object-problems.js';
import { routePlace, titleOf, type IstioConfig } from './objects.js';
import { ourRuleName } from './our-objects.js';
import { ownSubsetProblems } from './own-subsets.js';
import { splittingProblems } from './route-problems.js';
import { describeServices, scopeOf, serviceOf, type Scope } from './scope.js';
import { claimable, otherNamespace, selectRoutes, usersVirtualServices, type SelectedVirtualService } from './selection.js';

/** All that speaks against steering by Istio, at once. */
export function checkIstio(config: IstioConfig, found: Found, context: CheckContext): RoutingProblem[] {
  const absent = [resources.virtualServices, resources.destinationRules].filter((resource) => found.serves?.(resource) === false);
  if (absent.length > 0) {
    return absent.map(({ kind, group, version, plural }) => ({
      place: `${kind} (${group}/${version})`,
      problem: `the cluster does not know this kind: CRD ${plural}.${group} is missing, or too old to serve ${version}`,
      remedy: 'install Istio 1.22 or later (or its CRDs), or choose another router',
    }));
  }
  const scope = scopeOf(context, found);
  const { service, services, subsets } = scope;
  if (service.name === '' && !services) return context.versions ? [SERVICES_MISSING] : [];
  const rules = usersRules(found, service);
  const selected = selectRoutes(config, found, scope);
  const ours = services || subsets ? undefined : found.get(resources.destinationRules, ourRuleName(service.name))?.object;
  const names = new Set([...(service.name === '' ? [] : [service.name]), ...(services ? roles.map((role) => services[role]) : [])]);
  return [
    ...[...names].flatMap((name) => serviceProblems(found, name)),
    ...selectionProblems(config, found, selected, scope),
    ...selected.flatMap((each) => [
      ...[consentProblem(each.object, service.namespace) ?? []].flat(),
      ...virtualServiceProblems(each, scope),
      ...each.routes.flatMap((route) => splittingProblems(titleIn(each, scope), each.namespace, route, rules, scope)),
      ...warnings(each, scope),
    ]),
    ...unchosen(config, found, selected, scope),
    ...(services ? [] : subsets ? ownSubsetProblems(rules, scope) : rules.flatMap(mergingProblems)),
    ...(ours && !isOurObject(ours, context.policy) ? [ruleConflict(ours)] : []),
    ...sizeProblems(selected),
    ...passingBy(found, selected, scope),
    ...injectionProblems(found, selected, scope),
    ...(services
      ? []
      : [
          {
            place: `Service ${service.name}`,
            problem: 'clients without a sidecar or a gateway of the mesh are not split: they reach all Pods alike, also those of the canary',
            remedy: 'let such clients come through a gateway of the mesh, or choose a router that splits between Services',
            severity: 'warning',
          } as const,
        ]),
  ];
}

const SERVICES_MISSING: RoutingProblem = {
  place: 'workload.versions',
  problem: 'not every version has a Service of its own, and no Service for all of them is named',
  remedy: 'name the Service of each version under workload.versions.list, or spec.service',
};

const titleIn = ({ object, namespace }: SelectedVirtualService, scope: Scope): string => titleOf(object.metadata.name, namespace, scope.service.namespace);

/** Proxies that nothing injects split nothing. Said only where the namespace is known, and for routes of the mesh. */
function injectionProblems(found: Found, selected: readonly SelectedVirtualService[], { service: { namespace } }: Scope): RoutingProblem[] {
  const labels = found.get(resources.namespaces, namespace)?.object.metadata.labels;
  const inMesh = selected.some(({ object: { spec } }) => (spec.gateways ?? []).length === 0 || spec.gateways?.includes('mesh'));
  if (!labels || !inMesh || labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined || labels['istio.io/dataplane-mode'] !== undefined) return [];
  return [
    {
      place: `Namespace ${namespace}, metadata.labels`,
      problem: 'has no label by which Istio injects proxies, so requests from its Pods may not be split',
      remedy: `kubectl label namespace ${namespace} istio-injection=enabled, and restart the Pods that call the Service`,
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

function selectionProblems(config: IstioConfig, found: Found, selected: readonly SelectedVirtualService[], scope: Scope): RoutingProblem[] {
  const service = scope.services?.stable ?? scope.service.name;
  if (config.virtualServices === undefined) {
    if (selected.length > 0) return [];
    return [
      {
        place: describeServices(scope),
        problem: 'no VirtualService of this namespace has an http route to it',
        remedy: `create one: spec {hosts: [${service}], http: [{route: [{destination: {host: ${service}}}]}]}`,
      },
    ];
  }
  return config.virtualServices.flatMap((entry, index): RoutingProblem[] => {
    const { routes = [] } = entry;
    const namespace = otherNamespace(entry, scope);
    const place = `router.istio.virtualServices[${index}]`;
    const title = titleOf(entry.name, namespace, scope.service.namespace);
    const chosen = selected.find(({ object, namespace: of }) => object.metadata.name === entry.name && of === namespace);
    const unseen = outOfSight(found, namespace, scope.service.namespace);
    if (unseen) return [{ place, problem: `${title} ${unseen.problem}`, remedy: unseen.remedy }];
    if (!chosen) return [{ place, problem: `${title} does not exist`, remedy: 'create it, or correct the name' }];
    const missing = routes.filter((route) => !chosen.routes.some((each) => each.list === 'http' && each.route.name === route));
    if (missing.length > 0) {
      const there = (chosen.object.spec.http ?? []).flatMap((route) => route.name ?? []);
      return missing.map((route) => ({
        place: `${place}.routes`,
        problem: `${title} has no http route named "${route}"`,
        remedy: there.length > 0 ? `choose of ${there.map((each) => `"${each}"`).join(', ')}` : `give the http route a name: ${route}`,
      }));
    }
    const lacking = (['tls', 'tcp'] as const).filter((list) => entry[list] && !chosen.routes.some((each) => each.list === list));
    if (lacking.length > 0) return lacking.map((list) => ({ place: `${place}.${list}`, problem: `${title} has no such ${list} route to the Service`, remedy: 'add one, or correct port and host names' }));
    if (chosen.routes.length > 0) return [];
    return [{ place, problem: `${title} has no http route to ${describeServices(scope)}`, remedy: 'add one, or correct the name' }];
  });
}

/** What is found is recorded in the release's status, which is to stay small. */
const LARGEST_CLAIMS = 4096;

function sizeProblems(selected: readonly SelectedVirtualService[]): RoutingProblem[] {
  const size = JSON.stringify(selected.map((each) => claimable(each).map(({ list, route, place }) => claimRoute(route, place, false, list)))).length;
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
function unchosen(config: IstioConfig, found: Found, selected: readonly SelectedVirtualService[], scope: Scope): RoutingProblem[] {
  if (config.virtualServices !== undefined) return [];
  return usersVirtualServices(found, scope)
    .filter(({ metadata }) => selected.every(({ object }) => object.metadata.name !== metadata.name))
    .flatMap((object) => virtualServiceProblems({ object, routes: [] }, scope).filter(({ place, severity }) => severity !== 'warning' && /spec\.(tcp|tls|http)\[/.test(place)));
}

/** What works, but not as one might think. */
function warnings(selected: SelectedVirtualService, scope: Scope): RoutingProblem[] {
  const { service, services } = scope;
  const namespace = selected.namespace ?? service.namespace;
  return selected.routes.flatMap(({ list, route, index }) => {
    const place = routePlace(titleIn(selected, scope), list, index, route.name);
    const hosts = [...new Set((route.route ?? []).map(({ destination }) => destination.host))].filter(isHalfQualified);
    const alike = services ? false : mirrorsOf(route).some(({ host, subset }) => subset === undefined && meansService(host, namespace, service));
    return [
      ...hosts.map((host): RoutingProblem => {
        const name = serviceOf(host, namespace, scope) ?? service.name;
        return {
          place: `${place}.route`,
          problem: `Istio does not complete the host "${host}": only names without a dot are`,
          remedy: `write ${namespace === service.namespace ? `${name}, or ` : ''}the full name ${name}.${service.namespace}.svc.cluster.local`,
          severity: 'warning',
        };
      }),
      ...(alike ? [{ place: `${place}.mirror`, problem: 'mirrors requests to Pods of both versions', remedy: 'mirror to a Service of its own', severity: 'warning' } as const] : []),
    ];
  });
}

/** Routes that lead to the Service but were not chosen: they reach the canary by Pods. */
function passingBy(found: Found, selected: readonly SelectedVirtualService[], scope: Scope): RoutingProblem[] {
  return selectRoutes({}, found, scope).flatMap(({ object, routes }) => {
    const chosen = selected.find((each) => each.namespace === undefined && each.object.metadata.name === object.metadata.name);
    return routes
      .filter(({ list, index }) => !chosen?.routes.some((each) => each.list === list && each.index === index))
      .map(({ list, index, route }): RoutingProblem => ({
        place: routePlace(`VirtualService ${object.metadata.name}`, list, index, route.name),
        problem: 'leads to the Service but is not among the routes to steer, so its requests reach both versions by number of Pods',
        remedy: 'add it to router.istio.virtualServices, or leave that out to steer all routes',
        severity: 'warning',
      }));
  });
}
