import { resources } from '../../kubernetes/resources.js';
import { isRecord } from '../../kubernetes/json.js';
import { WHOLE, type Split } from '../../model/split.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { gatewayOf } from './acceptance.js';
import { mirrorsCanary } from './mirror.js';
import { routeTitle, type GatewayApiConfig, type RouteKind, type Rule } from './objects.js';
import { leadsToUs, selectRoutes, type SelectedRoute } from './selection.js';
import { targetsOf, type Targets } from './targets.js';

/** A feature by its name in the API's conformance tests, with what of a split needs it. For GRPCRoutes the names are those of HTTPRoutes: the API has none. */
interface Need {
  readonly feature: string;
  /** The API has no name for it, so that no class lists it. */
  readonly unlisted?: true;
  readonly place: string;
  readonly what: string;
  readonly remedy: string;
}

/**
 * What a split asks of products that a class says its product lacks. Conditions do not tell: some products accept what they
 * do not support, and fail the requests of the whole rule, or do something else. A class that lists nothing says nothing.
 */
export function featureProblems(config: GatewayApiConfig, split: Split, found: Found, context: CheckContext): RoutingProblem[] {
  const targets = targetsOf(context);
  return selectRoutes(config, found, targets).flatMap((route) =>
    needsOf(split, route, targets).flatMap((need) => classesOf(route, found, targets.namespace).flatMap((name) => lacking(need, name, route, found, targets))),
  );
}

function needsOf({ mirror = 0, preview, sticky }: Split, { key, object }: SelectedRoute, targets: Targets): Need[] {
  const rules = (object.spec.rules ?? []).filter((rule) => leadsToUs(rule, key.namespace, targets));
  const others = ({ filters = [] }: Rule): boolean => filters.some((filter) => filter.requestMirror !== undefined && !mirrorsCanary(filter, key.namespace, targets));
  return [
    ...(mirror > 0 ? [{ feature: 'HTTPRouteRequestMirror', place: 'mirror', what: 'does not copy requests', remedy: 'leave the mirror out, or choose another router' }] : []),
    ...(mirror > 0 && mirror < WHOLE ? [{ feature: 'HTTPRouteRequestPercentageMirror', place: 'mirror', what: 'does not copy a part of the requests, but all or none', remedy: 'mirror 100 %, or leave the mirror out' }] : []),
    ...(mirror > 0 && rules.some(others) ? [{ feature: 'HTTPRouteRequestMultipleMirrors', place: 'mirror', what: 'does not copy requests twice, and a rule copies them already', remedy: 'leave one of the mirrors out' }] : []),
    ...(sticky ? [{ feature: BACKEND_RESPONSE_HEADERS, unlisted: true as const, place: 'sticky', what: 'does not set cookies', remedy: 'leave sticky out, or choose another router' }] : []),
    // Of a GRPCRoute it is refused already.
    ...(preview?.path === undefined || key.kind === 'GRPCRoute' ? [] : [{ feature: 'HTTPRoutePathRewrite', place: 'preview.path', what: 'does not rewrite paths', remedy: 'choose preview.host or preview.service' }]),
  ];
}

/** Names of the classes of the Gateways that a route is attached to, as far as they are known. */
function classesOf({ key, object }: SelectedRoute, found: Found, own: string): string[] {
  const names = (object.spec.parentRefs ?? []).flatMap((parent) => gatewayOf(parent, key.namespace, found, own)?.spec.gatewayClassName ?? []);
  return [...new Set(names)];
}

function lacking({ feature, unlisted, place, what, remedy }: Need, name: string, { key }: SelectedRoute, found: Found, { namespace }: Targets): RoutingProblem[] {
  const known = found.get(resources.gatewayClasses, name)?.object;
  const listed = featuresOf(known?.status?.supportedFeatures);
  const title = routeTitle(key, namespace);
  if (listed.length > 0 && !unlisted) return listed.includes(feature) ? [] : [{ place, problem: `GatewayClass ${name}, by which ${title} is served, ${what}: ${feature} is not among its supportedFeatures`, remedy }];
  const silent = silentlyLacking[known?.spec.controllerName ?? '']?.[key.kind];
  return silent?.includes(feature) ? [{ place, problem: `GatewayClass ${name}, by which ${title} is served, ${what}, as is known of ${known?.spec.controllerName ?? ''}`, remedy }] : [];
}

/** Older versions of the API list names as plain text. */
function featuresOf(listed: readonly unknown[] | undefined): string[] {
  return (listed ?? []).flatMap((each) => (typeof each === 'string' ? [each] : isRecord(each) && typeof each.name === 'string' ? [each.name] : []));
}

/** Filters of a backendRef that set headers of responses. */
const BACKEND_RESPONSE_HEADERS = 'ResponseHeaderModifier of a backendRef';

/**
 * What products lack without a word, and of whose answers it cannot be told; found by trying, at version 1.33 of Contour, which
 * sends copies of gRPC calls as HTTP/1.1, and 3.7 of Traefik, which leaves out the filters of a GRPCRoute's backendRefs.
 */
const silentlyLacking: Readonly<Record<string, Partial<Record<RouteKind, readonly string[]>>>> = {
  'projectcontour.io/gateway-controller': { HTTPRoute: ['HTTPRouteRequestPercentageMirror'], GRPCRoute: ['HTTPRouteRequestMirror', 'HTTPRouteRequestPercentageMirror'] },
  'traefik.io/gateway-controller': { GRPCRoute: [BACKEND_RESPONSE_HEADERS] },
};
