import { parseDuration } from '../durations.js';
import type { HeaderChanges } from '../header-changes.js';
import type { CompiledRoute, Mirror, RouteAction, WeightedDestination } from '../http-routes.js';
import { defaultRetries } from '../retries.js';
import type { BackendRef, Backends } from './backends.js';
import { readFilters, type Filter, type RuleFilters } from './filters.js';
import { compileGrpcMatch, compileHttpMatch, type RankedMatch } from './matches.js';
import { isGrpcRoute, type Route } from './objects.js';
import { compilePathModifier, compileRequestRedirect } from './path-modifiers.js';
import type { RankedRoute } from './precedence.js';
import type { Problem } from './conditions.js';

/** A rule of either kind of route. */
interface Rule {
  readonly name?: string;
  readonly filters?: readonly Filter[];
  readonly backendRefs?: readonly (BackendRef & { readonly weight?: number; readonly filters?: readonly Filter[] })[];
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
}

/** Compiles the rules of a route for one port: one compiled route for each match. @param port as the listener names it */
export function compileRules(route: Route, port: number, backends: Backends): RankedRoute[] {
  const compileOne = (rule: Rule, index: number, match: RankedMatch): RankedRoute => ({
    compiled: compileRule(rule, `spec.rules[${index}]`, match, route, port, backends),
    rank: match.rank,
    route,
  });
  const compileAll = <M>(rules: readonly (Rule & { readonly matches?: readonly M[] })[], any: M, compileMatch: (match: M) => RankedMatch): RankedRoute[] =>
    rules.flatMap((rule, index) => (rule.matches?.length ? rule.matches : [any]).map((match) => compileOne(rule, index, compileMatch(match))));
  return isGrpcRoute(route) ? compileAll(route.spec.rules ?? [], {}, compileGrpcMatch) : compileAll(route.spec.rules ?? [], {}, compileHttpMatch);
}

function compileRule(rule: Rule, path: string, { match, prefix }: RankedMatch, route: Route, port: number, backends: Backends): CompiledRoute {
  const filters = readFilters(rule.filters);
  const perTryTimeout = parseDuration(rule.timeouts?.backendRequest ?? '') ?? 0;
  return {
    name: rule.name ?? '',
    match,
    action: compileAction(rule, path, filters, prefix, route, port, backends),
    rewritePath: compilePathModifier(filters.rewrite?.path, prefix),
    timeout: parseDuration(rule.timeouts?.request ?? '') ?? 0,
    retries: perTryTimeout === 0 ? defaultRetries : { ...defaultRetries, perTryTimeout },
    mirrors: compileMirrors(filters, path, route, backends),
    fault: undefined,
  };
}

function compileAction(rule: Rule, path: string, filters: RuleFilters, prefix: string, route: Route, port: number, backends: Backends): RouteAction {
  const { requestHeaders, responseHeaders } = filters;
  if (filters.redirect) return { kind: 'redirect', redirect: compileRequestRedirect(filters.redirect, prefix, port), responseHeaders };
  const refs = (rule.backendRefs ?? []).map((ref, index) => ({ ref, weight: ref.weight ?? 1, at: `${path}.backendRefs[${index}]` }));
  const used = refs.filter(({ weight }) => weight > 0);
  if (used.length === 0) {
    const body = `${route.kind} ${route.metadata.namespace ?? 'default'}/${route.metadata.name ?? ''}: ${path} sends to no backend`;
    return { kind: 'direct', status: 500, body: Buffer.from(body), responseHeaders: undefined };
  }
  const destinations = used.map(({ ref, weight, at }): WeightedDestination => {
    const own = readFilters(ref.filters);
    const backend = backends.resolve(ref, route, at);
    // What no Service stands behind keeps its share of the requests, and fails it.
    const target = backend.problem ? { destination: NOWHERE, failure: backend.problem.message } : { destination: backend.destination };
    return {
      ...target,
      weight,
      authority: filters.rewrite?.hostname ?? own.requestHeaders?.authority ?? requestHeaders?.authority,
      requestHeaders: present(requestHeaders, own.requestHeaders),
      responseHeaders: present(own.responseHeaders, responseHeaders),
    };
  });
  return { kind: 'forward', destinations, totalWeight: destinations.reduce((sum, { weight }) => sum + weight, 0) };
}

const NOWHERE = { host: '', port: undefined, subset: undefined };
const present = (...changes: readonly (HeaderChanges | undefined)[]): HeaderChanges[] => changes.filter((each) => each !== undefined);

function compileMirrors(filters: RuleFilters, path: string, route: Route, backends: Backends): Mirror[] {
  return filters.mirrors.flatMap(({ backendRef, fraction, index }) => {
    const backend = backends.resolve(backendRef, route, `${path}.filters[${index}].requestMirror.backendRef`);
    return backend.problem || fraction <= 0 ? [] : [{ destination: backend.destination, fraction, shadow: true }];
  });
}

/** The first reference of a route that cannot be followed. */
export function unresolvedReference(route: Route, backends: Backends): Problem | undefined {
  const rules: readonly Rule[] = route.spec.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const path = `spec.rules[${index}]`;
    const refs = (rule.backendRefs ?? []).map((ref, at): { ref: BackendRef; path: string } => ({ ref, path: `${path}.backendRefs[${at}]` }));
    const mirrors = readFilters(rule.filters).mirrors.map(({ backendRef, index: at }) => ({ ref: backendRef, path: `${path}.filters[${at}].requestMirror.backendRef` }));
    for (const each of [...refs, ...mirrors]) {
      const { problem } = backends.resolve(each.ref, route, each.path);
      if (problem) return problem;
    }
  }
  return undefined;
}
