import type { VirtualServiceSpec } from '../../../kubernetes/generated/istio-v1.js';
import { headerPasses, queryParameter, type Caller, type RoutedRequest } from './request.js';
import { compileStringMatch, isPresenceOnly } from './string-match.js';

export type HttpRoute = NonNullable<VirtualServiceSpec['http']>[number];
export type HttpMatch = NonNullable<HttpRoute['match']>[number];

/** How a rewrite replaces the path: the matched prefix only, or all of it. */
export type PathMatch = { readonly kind: 'prefix'; readonly prefix: string } | { readonly kind: 'whole' };

/** A match as compiled for one listener. */
export interface CompiledMatch {
  readonly path: PathMatch;
  /** Nothing can pass behind it. */
  readonly catchAll: boolean;
  matches(request: RoutedRequest, caller: Caller): boolean;
}

/** Where routes are used: the mesh, or a named gateway (`namespace/name`), on one port. */
export interface RouteContext {
  readonly gateway: string;
  readonly port: number;
}

type Test = (request: RoutedRequest, caller: Caller) => boolean;

/** What a route without `match` has. */
export const anyRequest: CompiledMatch = { path: { kind: 'prefix', prefix: '/' }, catchAll: true, matches: () => true };

const PSEUDO: Readonly<Record<string, (request: RoutedRequest) => string>> = {
  ':method': ({ method }) => method,
  ':path': ({ path, query }) => (query === undefined ? path : `${path}?${query}`),
  ':authority': ({ authority }) => authority,
  ':scheme': ({ scheme }) => scheme,
};

/**
 * Compiles one `match` of a VirtualService in `namespace`. @returns undefined when it never applies in this context: another
 * port, or other gateways. Where a match names gateways, its source labels and namespace are not looked at (as in Istio).
 */
export function compileMatch(match: HttpMatch, context: RouteContext, namespace: string): CompiledMatch | undefined {
  if (match.port !== undefined && match.port !== 0 && match.port !== context.port) return undefined;
  const tests: Test[] = [];
  let conditional = false;
  const gateways = match.gateways ?? [];
  if (gateways.length > 0) {
    if (!gateways.some((name) => resolveGateway(name, namespace) === context.gateway)) return undefined;
  } else {
    const sourceLabels = Object.entries(match.sourceLabels ?? {});
    const sourceNamespace = match.sourceNamespace ?? '';
    if (sourceLabels.length > 0) tests.push((_, caller) => sourceLabels.every(([key, value]) => caller.labels[key] === value));
    if (sourceNamespace !== '') tests.push((_, caller) => caller.namespace === sourceNamespace);
    conditional ||= sourceLabels.length > 0 || sourceNamespace !== '';
  }
  const { path, test } = compilePath(match);
  if (test) tests.push(test);
  for (const each of [...headerTests(match), ...partTests(match)]) {
    conditional = true;
    tests.push(each);
  }
  return {
    path,
    catchAll: !conditional && path.kind === 'prefix' && path.prefix === '/',
    matches: (request, caller) => tests.every((each) => each(request, caller)),
  };
}

function compilePath(match: HttpMatch): { path: PathMatch; test?: Test } {
  const uri = match.uri;
  if (uri === undefined || isPresenceOnly(uri)) return { path: { kind: 'prefix', prefix: '/' } };
  if (uri.prefix === '/') return { path: { kind: 'prefix', prefix: '/' } };
  const passes = compileStringMatch(uri, match.ignoreUriCase === true);
  const path: PathMatch = uri.prefix === undefined || uri.regex !== undefined ? { kind: 'whole' } : { kind: 'prefix', prefix: uri.prefix };
  return { path, test: (request) => passes(request.path) };
}

function headerTests(match: HttpMatch): Test[] {
  const tests: Test[] = [];
  for (const [name, stringMatch] of Object.entries(match.headers ?? {})) tests.push(headerTest(name, compileStringMatch(stringMatch)));
  for (const [name, stringMatch] of Object.entries(match.withoutHeaders ?? {})) {
    const passes = compileStringMatch(stringMatch);
    const test = headerTest(name, passes);
    // A missing header counts as an empty one, except where only presence is asked.
    const missing = !isPresenceOnly(stringMatch) && passes('');
    const isMissing = headerTest(name, () => true);
    tests.push((request, caller) => !test(request, caller) && !(missing && !isMissing(request, caller)));
  }
  return tests;
}

function headerTest(name: string, passes: (value: string) => boolean): Test {
  const lower = name.toLowerCase();
  const pseudo = PSEUDO[lower];
  return pseudo ? (request) => passes(pseudo(request)) : (request) => headerPasses(request, lower, passes);
}

function partTests(match: HttpMatch): Test[] {
  const tests: Test[] = [];
  for (const part of ['method', 'authority', 'scheme'] as const) {
    const stringMatch = match[part];
    if (stringMatch === undefined) continue;
    const passes = compileStringMatch(stringMatch);
    tests.push((request) => passes(request[part]));
  }
  for (const [name, stringMatch] of Object.entries(match.queryParams ?? {})) {
    const passes = compileStringMatch(stringMatch);
    tests.push((request) => {
      const value = queryParameter(request.query, name);
      return value !== undefined && passes(value);
    });
  }
  return tests;
}

/** `mesh` stays; any other name without a namespace is one of the VirtualService's own. */
export function resolveGateway(name: string, namespace: string): string {
  return name === 'mesh' || name.includes('/') ? name : `${namespace}/${name}`;
}
