import { resources } from '../../kubernetes/resources.js';
import { WHOLE } from '../../model/split.js';
import { annotation } from '../ingress-nginx/objects.js';
import { routeTitle } from '../gateway-api/objects.js';
import { getRoute } from '../gateway-api/selection.js';
import { routePlace, titleOf } from '../istio/objects.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { splitRules } from './gateway-routes.js';
import type { Part } from './part-weights.js';
import { membersOf } from './members.js';
import { pointersOf } from './pointers.js';
import { nginxConfig, type Scope, scopeOf, type TwoServicesConfig } from './scope.js';
import { findVirtualService } from './virtual-services.js';
import { chosenRoutes } from './vs-routes.js';

/** All that speaks against steering two Services, at once. */
export function checkTwoServices(config: TwoServicesConfig, found: Found, context: CheckContext): RoutingProblem[] {
  const scope = scopeOf(config, found, context);
  const absent = absentKinds(scope);
  if (absent.length > 0) return absent;
  const problems = [...pointersOf(scope).problems, ...membersOf(scope).flatMap((member) => member.problems), ...portProblems(scope), ...reserved(scope), ...others(scope)];
  return [...new Map(problems.map((each) => [`${each.place} ${each.problem}`, each])).values()];
}

/** Kinds that the cluster does not know. */
function absentKinds({ config, found }: Scope): RoutingProblem[] {
  const kinds = [
    ...(config.virtualServices ? [resources.virtualServices] : []),
    ...(config.destinationRule ? [resources.destinationRules] : []),
    ...(config.routes ?? []).map(({ kind }) => (kind === 'GRPCRoute' ? resources.grpcRoutes : resources.httpRoutes)),
  ];
  return [...new Set(kinds)].filter((kind) => found.serves?.(kind) === false).map(({ kind, group, version, plural }) => ({
    place: `${kind} (${group}/${version})`,
    problem: `the cluster does not know this kind: CRD ${plural}.${group} is missing, or too old to serve ${version}`,
    remedy: 'install it, or leave it out',
  }));
}

/** Ports of the stable Service that the canary's lacks. */
function portProblems({ config: { stable, canary, mode }, found }: Scope): RoutingProblem[] {
  if (stable === undefined || canary === undefined || mode !== 'weights') return [];
  const ports = (name: string): number[] => (found.get(resources.services, name)?.object.spec?.ports ?? []).map(({ port }) => port);
  const [own, theirs] = [ports(stable), ports(canary)];
  const lacking = own.filter((port) => !theirs.includes(port));
  return lacking.length === 0 || theirs.length === 0 ? [] : [{ place: `Service ${canary}, spec.ports`, problem: `lacks port ${lacking.join(', ')} of Service ${stable}`, remedy: 'give it the same ports' }];
}

/** Annotations that only Serin can set. */
function reserved({ config }: Scope): RoutingProblem[] {
  const names = ['canary', 'canary-weight', 'canary-weight-total'].map((name) => annotation(nginxConfig(config), name));
  return names.filter((name) => config.canaryAnnotations?.[name] !== undefined).map((name) => ({ place: `canaryAnnotations["${name}"]`, problem: 'is what Serin says itself, so it has no effect', remedy: 'leave it out', severity: 'warning' }));
}

/** Destinations of others, which keep their part and are named. */
function others(scope: Scope): RoutingProblem[] {
  const { config, found, namespace } = scope;
  const known = new Set(config.destinationRule?.otherSubsets ?? []);
  const warn = (place: string, names: readonly string[]): RoutingProblem[] =>
    names.length === 0 ? [] : [{ place, problem: `leads to ${[...new Set(names)].join(', ')} as well, which ${names.length === 1 ? 'keeps its' : 'keep their'} weight`, remedy: 'none needed where that is meant', severity: 'warning' }];
  const weighty = (part: Part | undefined): boolean => part?.role === undefined && (part?.weight ?? 0) > 0;
  return [
    ...(config.virtualServices ?? []).flatMap((entry) => {
      const object = findVirtualService(scope, entry)?.object;
      return (object ? chosenRoutes(scope, entry, object).routes : []).flatMap(({ list, index, route, parts }) =>
        warn(routePlace(titleOf(entry.name, entry.namespace, namespace), list, index, route.name),
          (route.route ?? []).flatMap(({ destination: { host, subset } }, place) => (weighty(parts[place]) && !(subset !== undefined && known.has(subset)) ? [subset === undefined ? host : `subset ${subset}`] : []))),
      );
    }),
    ...(config.routes ?? []).flatMap(({ kind = 'HTTPRoute', name, namespace: other = namespace }) => {
      const key = { kind, name, namespace: other };
      const object = getRoute(found, key, namespace)?.object;
      return (object ? splitRules(scope, key, object) : []).flatMap(({ index, refs, parts }) => warn(`${routeTitle(key, namespace)}, spec.rules[${index}]`, refs.flatMap((ref, place) => (weighty(parts[place]) ? [ref.name] : []))));
    }),
  ];
}

/** Shares that cannot be shown: all or nothing where the Service goes over at once. */
export function unreachableShares({ mode }: TwoServicesConfig, shares: readonly number[]): RoutingProblem[] {
  if (mode !== 'switch') return [];
  return [...new Set(shares)].filter((share) => share > 0 && share < WHOLE).map((share) => ({ place: `weight ${share / 10} %`, problem: 'cannot be shown: the Service goes over at once', remedy: 'choose 0 or 100, or mode weights' }));
}
