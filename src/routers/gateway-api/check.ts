import { resources } from '../../kubernetes/resources.js';
import { checkServices } from '../canary-service/check.js';
import { outOfSight } from '../out-of-sight.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { parentTitle, refusalOf } from './acceptance.js';
import { claimRule } from './claims.js';
import { backendProblems, consentProblems } from './grants.js';
import { GATEWAY_API_GROUP, routeResource, routeTitle, rulePlace, type GatewayApiConfig } from './objects.js';
import { claimingProblems, servesUs } from './rule-problems.js';
import { getRoute, leadsToUs, namedRoutes, selectRoutes, type SelectedRoute } from './selection.js';
import { isOurs, targetsOf, type Targets } from './targets.js';

/** What is found is recorded in the release's status, which is to stay small. */
const LARGEST_CLAIMS = 4096;
const MOST_RULES = 16;

/** All that speaks against steering by the Gateway API, at once. */
export function checkGatewayApi(config: GatewayApiConfig, found: Found, context: CheckContext): RoutingProblem[] {
  const needed = new Set(config.routes?.map(({ kind = 'HTTPRoute' }) => kind) ?? ['HTTPRoute' as const]);
  const absent = [...needed].map(routeResource).filter((resource) => found.serves?.(resource) === false);
  if (absent.length > 0) {
    return absent.map(({ kind, group, version }) => ({
      place: `${kind} (${group}/${version})`,
      problem: 'the cluster does not know this kind',
      remedy: 'install the CRDs of the Gateway API 1.1 or later, with a product that implements them, or choose another router',
    }));
  }
  const targets = targetsOf(context);
  // Which Services the versions have is not known yet.
  if (targets.services.stable === '') return [];
  const selected = selectRoutes(config, found, targets);
  return [
    ...checkServices(found, context),
    ...headlessProblems(found, targets),
    ...selectionProblems(config, found, selected, targets),
    ...selected.flatMap((each) => [...parentProblems(found, each, targets), ...routeProblems(found, each, targets, context)]),
    ...sizeProblems(selected, targets),
  ];
}

function headlessProblems(found: Found, { services }: Targets): RoutingProblem[] {
  return [...new Set(Object.values(services))]
    .filter((name) => found.get(resources.services, name)?.object.spec?.clusterIP === 'None')
    .map((name): RoutingProblem => ({
      place: `Service ${name}, spec.clusterIP`,
      problem: 'is headless: gateways of the Gateway API send to its Pods, but clients that resolve its name choose Pods themselves and see no shares',
      remedy: 'use a Service with a cluster IP where such clients are to be steered, too',
      severity: 'warning',
    }));
}

function selectionProblems(config: GatewayApiConfig, found: Found, selected: readonly SelectedRoute[], targets: Targets): RoutingProblem[] {
  const own = targets.namespace;
  const named = namedRoutes(config, own);
  const services = [...targets.known].join(' or ');
  if (!named) {
    if (selected.length > 0) return [];
    return [{ place: `Service ${targets.services.stable}`, problem: 'no HTTPRoute or GRPCRoute of this namespace leads to it', remedy: `create one: spec {parentRefs: [{name: <gateway>}], rules: [{backendRefs: [{name: ${targets.services.stable}, port: <port>}]}]}` }];
  }
  return named.flatMap((key, index): RoutingProblem[] => {
    const place = `router.gatewayApi.routes[${index}]`;
    const route = getRoute(found, key, own)?.object;
    const title = routeTitle(key, own);
    const consent = consentProblems(found, key, own);
    if (consent.length > 0) return consent;
    if (!route) return [{ place, problem: `${title} does not exist`, remedy: 'create it, or correct the name' }];
    if ((route.spec.rules ?? []).some((rule) => leadsToUs(rule, key.namespace, targets))) return backendProblems(found, key, own, Object.values(targets.services));
    return [{ place, problem: `${title} has no rule that leads to Service ${services}`, remedy: 'add a backendRef to it, or correct the name' }];
  });
}

function parentProblems(found: Found, { key, object }: SelectedRoute, { namespace: own }: Targets): RoutingProblem[] {
  const title = routeTitle(key, own);
  const parents = object.spec.parentRefs ?? [];
  if (parents.length === 0) return [{ place: `${title}, spec.parentRefs`, problem: 'is attached to no Gateway', remedy: 'name one: parentRefs: [{name: <gateway>}]' }];
  const refusal = refusalOf(key, object, found, own);
  const missing = parents.flatMap((parent, index): RoutingProblem[] => {
    const { group = GATEWAY_API_GROUP, kind = 'Gateway', name, namespace = key.namespace } = parent;
    if (group !== GATEWAY_API_GROUP || kind !== 'Gateway' || found.serves?.(resources.gatewayApiGateways) === false) return [];
    const isThere = namespace === own ? found.get(resources.gatewayApiGateways, name) : found.get(resources.gatewayApiGateways, name, namespace);
    const unseen = outOfSight(found, namespace, own);
    if (unseen) return [{ place: `Gateway ${namespace}/${name}`, problem: `${unseen.problem}: what its class can do is not known beforehand`, remedy: unseen.remedy, severity: 'warning' }];
    if (isThere || object.status?.parents.some(({ parentRef }) => parentTitle(parentRef) === parentTitle(parent))) return [];
    return [{
      place: `${title}, spec.parentRefs[${index}]`,
      problem: `Gateway ${namespace === own ? '' : `${namespace}/`}${name} ${namespace === own ? 'does not exist' : 'was not found'}`,
      remedy: 'create it, or correct the name',
      // Of other namespaces not everything is seen.
      ...(namespace === own ? {} : { severity: 'warning' as const }),
    }];
  });
  return [...(refusal ? [refusal] : []), ...missing];
}

function routeProblems(found: Found, { key, object }: SelectedRoute, targets: Targets, { policy }: CheckContext): RoutingProblem[] {
  const own = targets.namespace;
  const rules = object.spec.rules ?? [];
  const problems = rules.flatMap((rule, index): RoutingProblem[] => {
    const place = rulePlace(key, own, index, rule.name);
    if (!leadsToUs(rule, key.namespace, targets)) return [];
    if (!servesUs(rule, key.namespace, targets)) {
      return [{ place: `${place}.backendRefs`, problem: 'names the Service with weight 0 only, so it is not steered', remedy: 'give it a weight, if its requests are to be split', severity: 'warning' }];
    }
    return [...claimingProblems(found, key, index, rule, targets, policy), ...portProblems(found, rule.backendRefs ?? [], key.namespace, place, targets), ...foreignProblems(rule.backendRefs ?? [], key.namespace, place, targets)];
  });
  if (rules.length >= MOST_RULES) {
    problems.push({ place: `${routeTitle(key, own)}, spec.rules`, problem: `has ${rules.length} rules, as many as an API server takes: none can be added for matches, staying users or a preview path`, remedy: 'split the route in two where a release needs them', severity: 'warning' });
  }
  return problems;
}

type Refs = readonly Parameters<typeof isOurs>[0][];

function portProblems(found: Found, refs: Refs, namespace: string, place: string, targets: Targets): RoutingProblem[] {
  return refs.flatMap((ref, index): RoutingProblem[] => {
    const ports = isOurs(ref, namespace, targets) ? found.get(resources.services, ref.name)?.object.spec?.ports : undefined;
    if (!ports || ref.port === undefined || ports.some(({ port }) => port === ref.port)) return [];
    return [{ place: `${place}.backendRefs[${index}].port`, problem: `Service ${ref.name} has no port ${ref.port}`, remedy: `choose of ${ports.map(({ port }) => port).join(', ')}` }];
  });
}

function foreignProblems(refs: Refs, namespace: string, place: string, targets: Targets): RoutingProblem[] {
  const others = refs.filter((ref) => !isOurs(ref, namespace, targets) && (ref.weight ?? 1) > 0).map(({ kind = 'Service', name }) => `${kind} ${name}`);
  if (others.length === 0) return [];
  return [{ place: `${place}.backendRefs`, problem: `leads to ${others.join(', ')}, too: shares are of the part that goes to the Service`, remedy: 'none needed; give the Service a rule of its own where shares of all requests are meant', severity: 'warning' }];
}

function sizeProblems(selected: readonly SelectedRoute[], targets: Targets): RoutingProblem[] {
  const claims = selected.flatMap(({ key, object }) =>
    (object.spec.rules ?? []).flatMap((rule, index) => (servesUs(rule, key.namespace, targets) ? [claimRule(rule, index, key.kind === 'HTTPRoute')] : [])),
  );
  const size = JSON.stringify(claims).length;
  if (size <= LARGEST_CLAIMS) return [];
  return [{
    place: 'router.gatewayApi.routes',
    problem: `the backendRefs of ${claims.length} rules are ${size} bytes, more than the ${LARGEST_CLAIMS} that a release keeps to put them back`,
    remedy: 'name the routes to steer, or let fewer rules lead to the Service',
  }];
}
