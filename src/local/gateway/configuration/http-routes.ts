import { parseDuration } from './durations.js';
import { compileEnvoyHeaderChanges, type HeaderChanges } from './header-changes.js';
import { anyRequest, compileMatch, type CompiledMatch, type HttpRoute, type RouteContext } from './http-match.js';
import type { Balancing } from './destination-rules.js';
import { resolveHost } from './hosts.js';
import type { RoutedRequest } from './request.js';
import { compileRetries, type RetryPolicy } from './retries.js';
import { compilePathRewrite, compileRedirect, type PathRewrite, type Redirect } from './rewrites.js';

/** A Service (and subset) that a route sends to. */
export interface DestinationName {
  readonly host: string;
  /** Undefined: the Service's only port, or else the port of the listener. */
  readonly port: number | undefined;
  readonly subset: string | undefined;
  /** Counts instead of all DestinationRules. */
  readonly balancing?: OwnBalancing;
}

/** How a product that does not know DestinationRules spreads requests. */
export interface OwnBalancing {
  /** Destinations with the same key share their state, such as whose turn it is. */
  readonly key: string;
  readonly balancing: Balancing;
}

export interface WeightedDestination {
  readonly destination: DestinationName;
  /** Set where there is nothing to send to: its share of the requests is answered 500 with these words. */
  readonly failure?: string;
  readonly weight: number;
  readonly authority: string | undefined;
  /** In the order in which they are made. */
  readonly requestHeaders: readonly HeaderChanges[];
  readonly responseHeaders: readonly HeaderChanges[];
}

export interface Mirror {
  readonly destination: DestinationName;
  /** Probability, 0 to 1. */
  readonly fraction: number;
  /** The copy's path and query, and its Host header; the request's own, as it is sent on, when absent. */
  readonly target?: (request: RoutedRequest) => { readonly path: string; readonly authority: string };
  /** The copy's host ends with `-shadow`. */
  readonly shadow?: true;
  /** False: the copy comes without the request's body. */
  readonly body?: boolean;
}

export interface Fault {
  readonly delay: { readonly milliseconds: number; readonly fraction: number } | undefined;
  readonly abort: { readonly status: number; readonly fraction: number } | undefined;
}

export type RouteAction =
  | {
      readonly kind: 'forward';
      readonly destinations: readonly WeightedDestination[];
      readonly totalWeight: number;
      /** Decides instead of the weights, where more than chance decides. @param draw 0 to 1, 1 excluded */
      readonly choose?: (request: RoutedRequest, draw: number) => WeightedDestination | undefined;
    }
  | { readonly kind: 'redirect'; readonly redirect: Redirect; readonly responseHeaders: HeaderChanges | undefined }
  | { readonly kind: 'direct'; readonly status: number; readonly body: Buffer; readonly responseHeaders: HeaderChanges | undefined };

/** One rule: what it takes, and what becomes of it. */
export interface CompiledRoute {
  readonly name: string;
  readonly match: CompiledMatch;
  readonly action: RouteAction;
  readonly rewritePath: PathRewrite | undefined;
  /** Milliseconds; 0 for none. */
  readonly timeout: number;
  readonly retries: RetryPolicy | undefined;
  readonly mirrors: readonly Mirror[];
  readonly fault: Fault | undefined;
}

/** The http rules of one VirtualService in `namespace`, as they apply in `context`; one route for each match. */
export function compileHttpRoutes(rules: readonly HttpRoute[], context: RouteContext, namespace: string): CompiledRoute[] {
  const routes: CompiledRoute[] = [];
  for (const rule of rules) {
    const matches = rule.match === undefined || rule.match.length === 0 ? [anyRequest] : rule.match.map((match) => compileMatch(match, context, namespace));
    for (const match of matches) {
      if (match === undefined) continue;
      routes.push(compileRoute(rule, match, context, namespace));
      // Nothing of this VirtualService can come behind a rule that takes all.
      if (match.catchAll) return routes;
    }
  }
  return routes;
}

function compileRoute(rule: HttpRoute, match: CompiledMatch, context: RouteContext, namespace: string): CompiledRoute {
  const requestHeaders = compileEnvoyHeaderChanges(rule.headers?.request);
  const responseHeaders = compileEnvoyHeaderChanges(rule.headers?.response);
  return {
    name: rule.name ?? '',
    match,
    action: compileAction(rule, context, namespace, requestHeaders, responseHeaders),
    rewritePath: compilePathRewrite(rule.rewrite, match.path),
    timeout: parseDuration(rule.timeout ?? '') ?? 0,
    retries: compileRetries(rule.retries),
    mirrors: compileMirrors(rule, namespace),
    fault: compileFault(rule.fault),
  };
}

function compileAction(
  rule: HttpRoute,
  context: RouteContext,
  namespace: string,
  requestHeaders: HeaderChanges | undefined,
  responseHeaders: HeaderChanges | undefined,
): RouteAction {
  if (rule.redirect) return { kind: 'redirect', redirect: compileRedirect(rule.redirect, context.port), responseHeaders };
  if (rule.directResponse) {
    const { status, body } = rule.directResponse;
    return { kind: 'direct', status, body: body?.bytes === undefined ? Buffer.from(body?.string ?? '') : Buffer.from(body.bytes, 'base64'), responseHeaders };
  }
  const all = rule.route ?? [];
  // A weight of 0 means "none" beside others and nothing at all on its own.
  const used = all.length === 1 ? all : all.filter(({ weight }) => (weight ?? 0) > 0);
  const alone = all.length === 1;
  const routeAuthority = nonEmpty(rule.rewrite?.authority) ?? requestHeaders?.authority;
  const destinations = used.map((each): WeightedDestination => {
    const ownRequest = compileEnvoyHeaderChanges(each.headers?.request);
    const ownResponse = compileEnvoyHeaderChanges(each.headers?.response);
    const order = (own: HeaderChanges | undefined, common: HeaderChanges | undefined): HeaderChanges[] =>
      (alone ? [common, own] : [own, common]).filter((changes) => changes !== undefined);
    return {
      destination: destinationName(each.destination, namespace),
      weight: alone ? 1 : (each.weight ?? 0),
      // Beside others a destination's own authority counts for more than the route's; alone it counts for less.
      authority: alone ? (routeAuthority ?? ownRequest?.authority) : (ownRequest?.authority ?? routeAuthority),
      requestHeaders: order(ownRequest, requestHeaders),
      responseHeaders: order(ownResponse, responseHeaders),
    };
  });
  return { kind: 'forward', destinations, totalWeight: destinations.reduce((sum, { weight }) => sum + weight, 0) };
}

/** The destination of a request; by weight that which `draw` (0 to 1, 1 excluded) falls on. Undefined when there is none. */
export function chooseDestination(action: RouteAction & { kind: 'forward' }, draw: number, request: RoutedRequest): WeightedDestination | undefined {
  if (action.choose) return action.choose(request, draw);
  const [first] = action.destinations;
  if (action.destinations.length <= 1) return first;
  let left = draw * action.totalWeight;
  for (const destination of action.destinations) {
    left -= destination.weight;
    if (left < 0) return destination;
  }
  return action.destinations.at(-1);
}

function destinationName(destination: { host: string; port?: { number?: number }; subset?: string }, namespace: string): DestinationName {
  return { host: resolveHost(destination.host, namespace), port: destination.port?.number, subset: nonEmpty(destination.subset) };
}

function compileMirrors(rule: HttpRoute, namespace: string): Mirror[] {
  const mirrors: Mirror[] = [];
  if (rule.mirror) {
    const percent = rule.mirrorPercentage ? (rule.mirrorPercentage.value ?? 0) : (rule.mirrorPercent ?? rule.mirror_percent ?? 100);
    mirrors.push({ destination: destinationName(rule.mirror, namespace), fraction: percent / 100 });
  }
  for (const { destination, percentage } of rule.mirrors ?? []) {
    mirrors.push({ destination: destinationName(destination, namespace), fraction: percentage ? (percentage.value ?? 0) / 100 : 1 });
  }
  return mirrors.filter(({ fraction }) => fraction > 0);
}

function compileFault(fault: HttpRoute['fault']): Fault | undefined {
  const { delay, abort } = fault ?? {};
  if (delay?.fixedDelay === undefined && abort?.httpStatus === undefined) return undefined;
  return {
    delay:
      delay?.fixedDelay === undefined
        ? undefined
        : { milliseconds: parseDuration(delay.fixedDelay) ?? 0, fraction: (delay.percentage ? (delay.percentage.value ?? 0) : (delay.percent ?? 0)) / 100 },
    // Without a percentage an abort never happens, as the API's own default is 0 there.
    abort: abort?.httpStatus === undefined ? undefined : { status: abort.httpStatus, fraction: (abort.percentage?.value ?? 0) / 100 },
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
