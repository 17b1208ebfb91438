import { nginxPage } from '../nginx-pages.js';
import type { HeaderChanges } from '../header-changes.js';
import type { CompiledMatch } from '../http-match.js';
import type { CompiledRoute, OwnBalancing, RouteAction, WeightedDestination } from '../http-routes.js';
import type { RoutedRequest } from '../request.js';
import type { RetryPolicy } from '../retries.js';
import { backendKeyOf } from '../session-affinity.js';
import { hostOf as hostOfAuthority } from '../hosts.js';
import { chooseCanary } from './canary-choice.js';
import { compileLocation, compileRewrite, orderLocations, pathReader, type NginxLocation } from './locations.js';
import { compileMirror } from './mirror-target.js';
import { compileRanges } from './access.js';
import type { IngressSettings } from './annotations.js';
import type { Location, Server } from './servers.js';
import type { Upstream, Upstreams } from './upstreams.js';

/** What nginx takes for requests that may not be done twice. */
const NON_IDEMPOTENT = new Set(['POST', 'LOCK', 'PATCH']);
const HSTS: HeaderChanges = { remove: [], set: [['strict-transport-security', 'max-age=31536000; includeSubDomains']], add: [], authority: undefined };

/** Compiles the locations of a host. @param certified whether there is a certificate for the host, be it the fake one */
export function compileServer(server: Server, upstreams: Upstreams, scheme: 'http' | 'https', certified: boolean): CompiledRoute[] {
  const normalized = pathReader();
  const locations = orderLocations(server.locations);
  const routes = locations.flatMap((location) => {
    const route = compileOne(location, server, upstreams, scheme, certified, normalized);
    const redirect = slashRedirect(location, normalized);
    return [...(redirect ? [redirect] : []), ...guardsOf(location.location, route), route];
  });
  const broken: CompiledMatch = { path: { kind: 'whole' }, catchAll: false, matches: (request) => normalized(request) === undefined };
  return [plainRoute('bad request', broken, page(400)), ...routes];
}

/** nginx sends `/a` to `/a/` where there is a location `/a/` and none that takes `/a` as exactly. */
function slashRedirect({ kind, path }: NginxLocation, normalized: (request: RoutedRequest) => string | undefined): CompiledRoute | undefined {
  if (kind !== 'prefix' || path === '/' || !path.endsWith('/')) return undefined;
  const match: CompiledMatch = { path: { kind: 'whole' }, catchAll: false, matches: (request) => normalized(request) === path.slice(0, -1) };
  const location = ({ scheme, authority, query }: RoutedRequest): string => `${scheme}://${authority}${path}${query === undefined ? '' : `?${query}`}`;
  return plainRoute('slash', match, { kind: 'redirect', redirect: { status: 301, location }, responseHeaders: undefined });
}

function compileOne(
  at: NginxLocation,
  server: Server,
  upstreams: Upstreams,
  scheme: 'http' | 'https',
  certified: boolean,
  normalized: (request: RoutedRequest) => string | undefined,
): CompiledRoute {
  const { location } = at;
  const { settings, refusal } = location;
  let match: CompiledMatch;
  let rewritePath: CompiledRoute['rewritePath'];
  try {
    match = compileLocation(at, normalized);
    rewritePath = compileRewrite(at);
  } catch (error) {
    // Nobody can say which requests were meant.
    const body = `refused: path ${at.path} of host ${server.host} is no regular expression: ${error instanceof Error ? error.message : String(error)}`;
    return plainRoute(at.path, { path: { kind: 'whole' }, catchAll: false, matches: () => false }, { kind: 'direct', status: 503, body: Buffer.from(body), responseHeaders: undefined });
  }
  if (refusal !== undefined) return plainRoute(at.path, match, { kind: 'direct', status: 503, body: Buffer.from(`refused: ${refusal}`), responseHeaders: undefined });
  if (settings && scheme === 'http' && (settings.forceSslRedirect || (settings.sslRedirect && certified))) {
    return plainRoute(at.path, match, { kind: 'redirect', redirect: { status: 308, location: toHttps(settings.preserveTrailingSlash) }, responseHeaders: undefined });
  }
  const main = location.upstream === undefined ? undefined : upstreams.get(location.upstream);
  if (main === undefined) return plainRoute(at.path, match, page(location.upstream === undefined ? 404 : 503));
  const mirror = settings?.mirror && compileMirror(settings.mirror.target, settings.mirror.host, settings.mirror.body, location.namespace);
  return {
    ...plainRoute(at.path, match, forward(main, location, server, upstreams, scheme === 'https' && certified)),
    rewritePath,
    retries: retriesOf(settings, main.endpoints),
    mirrors: mirror ? [mirror] : [],
  };
}

/** Refuses before the route acts: bodies that are too large, then, where nothing is redirected, addresses that are not let in. */
function guardsOf({ settings }: Location, { name, match, action }: CompiledRoute): CompiledRoute[] {
  if (settings === undefined || settings.problem !== undefined) return [];
  const guard = (status: number, applies: (request: RoutedRequest) => boolean): CompiledRoute =>
    plainRoute(name, { ...match, matches: (request, caller) => applies(request) && match.matches(request, caller) }, page(status));
  const { bodySize, allowed, denied } = settings;
  const guards = bodySize === 0 ? [] : [guard(413, (request) => request.hasBody !== false && Number(request.header('content-length') ?? 0) > bodySize)];
  if (action.kind === 'redirect') return guards;
  if (denied !== '') guards.push(guard(403, compileRanges(denied)));
  if (allowed !== '') {
    const isAllowed = compileRanges(allowed);
    guards.push(guard(403, (request) => !isAllowed(request)));
  }
  return guards;
}

function plainRoute(name: string, match: CompiledMatch, action: RouteAction): CompiledRoute {
  return { name, match, action, rewritePath: undefined, timeout: 0, retries: undefined, mirrors: [], fault: undefined };
}

function page(status: number): RouteAction {
  const html: HeaderChanges = { remove: [], set: [['content-type', 'text/html']], add: [], authority: undefined };
  return { kind: 'direct', status, body: Buffer.from(nginxPage(status)), responseHeaders: html };
}

/** A trailing slash is cut off unless it is asked to stay, even that of `/`. */
function toHttps(preserveTrailingSlash: boolean): (request: RoutedRequest) => string {
  return ({ authority, path, query }) => {
    const uri = query === undefined ? path : `${path}?${query}`;
    return `https://${hostOfAuthority(authority)}${preserveTrailingSlash ? uri : uri.replace(/\/$/, '')}`;
  };
}

/** nginx's `proxy_next_upstream`: but for `non_idempotent`, nothing is sent twice that may not be done twice. */
function retriesOf(settings: IngressSettings | undefined, endpoints: number): RetryPolicy {
  const { readTimeout = 60_000, nextUpstream = ['error', 'timeout'], tries = 3 } = settings ?? {};
  const on = new Set(nextUpstream);
  const statuses = new Set(nextUpstream.filter((word) => word.startsWith('http_')).map((word) => Number(word.slice('http_'.length))));
  return {
    attempts: on.has('off') ? 0 : (tries === 0 ? endpoints : tries) - 1,
    perTryTimeout: readTimeout,
    backoff: 0,
    connectFailure: on.has('error'),
    reset: on.has('error') || on.has('timeout'),
    statuses: (status) => statuses.has(status),
    ...(on.has('non_idempotent') ? {} : { onceSent: NON_IDEMPOTENT }),
    otherEndpoints: true,
  };
}

function forward(main: Upstream, location: Location, server: Server, upstreams: Upstreams, strict: boolean): RouteAction {
  const to = (upstream: Upstream): WeightedDestination => ({
    destination: { host: upstream.host, port: upstream.port ?? 0, subset: undefined, balancing: balancingOf(upstream, location, server) },
    weight: 1,
    authority: location.settings?.upstreamHost,
    requestHeaders: [],
    responseHeaders: strict ? [HSTS] : [],
  });
  const destination = to(main);
  const canary = upstreams.get(main.alternatives[0] ?? '');
  if (canary === undefined) return { kind: 'forward', destinations: [destination], totalWeight: 1 };
  const other = to(canary);
  return { kind: 'forward', destinations: [destination, other], totalWeight: 2, choose: chooseCanary(main, destination, canary, other) };
}

function balancingOf({ name, affinity }: Upstream, { path }: Location, { host }: Server): OwnBalancing {
  const { settings } = affinity;
  if (!affinity.cookie || settings === undefined) return { key: `nginx ${name}`, balancing: { kind: 'round-robin' } };
  return {
    key: `nginx ${name} ${host} ${path}`,
    balancing: {
      kind: 'session',
      session: {
        cookieName: settings.name,
        mode: affinity.mode === 'persistent' ? 'persistent' : 'balanced',
        backendKey: backendKeyOf(name),
        salt: name,
        sets: affinity.locations.get(host)?.has(path) === true,
        path: settings.path === '' ? path : settings.path,
        domain: settings.domain,
        maxAge: settings.maxAge,
        expires: settings.expires,
        sameSite: settings.sameSite,
        secure: settings.secure,
        changeOnFailure: settings.changeOnFailure,
      },
    },
  };
}
