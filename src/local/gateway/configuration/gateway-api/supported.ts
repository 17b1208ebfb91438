import type { HTTPRoute } from '../../../../kubernetes/generated/gateway-api-v1.js';
import { isRecord } from '../../../../kubernetes/json.js';
import { parseDuration } from '../durations.js';
import { compileRegex } from '../string-match.js';
import { unsupportedFields, type Shape } from '../supported-fields.js';
import type { Problem } from './conditions.js';
import { isGrpcRoute, type Route } from './objects.js';

const oneOf =
  (...values: readonly unknown[]): Shape =>
  (value) =>
    values.includes(value) ? undefined : `${JSON.stringify(value)} is not implemented`;

const duration: Shape = (value) => (typeof value === 'string' && parseDuration(value) !== undefined ? undefined : 'is no duration');

/** A value with a `type` that says whether it is a regular expression. @param fields that hold one */
const typedMatch =
  (types: readonly string[], fields: readonly string[]): Shape =>
  (match) => {
    if (!isRecord(match)) return undefined;
    const type = match['type'] ?? types[0];
    if (typeof type !== 'string' || !types.includes(type)) return `type ${JSON.stringify(type)} is not implemented`;
    if (type !== 'RegularExpression') return undefined;
    for (const field of fields) {
      const problem = regexProblem(match[field]);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

function regexProblem(pattern: unknown): string | undefined {
  if (pattern === undefined) return undefined;
  try {
    compileRegex(String(pattern));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'is no regular expression';
  }
}

const valueMatches: Shape = { each: typedMatch(['Exact', 'RegularExpression'], ['value']) };
// An ExtensionRef is named by its own field.
const headerFilters = { requestHeaderModifier: true, responseHeaderModifier: true } as const;
const requestMirror: Shape = { fields: { backendRef: true, percent: true, fraction: true } };
const pathModifier: Shape = { fields: { type: oneOf('ReplaceFullPath', 'ReplacePrefixMatch'), replaceFullPath: true, replacePrefixMatch: true } };
/** Of backendRefs, and of the rules of GRPCRoutes, whose calls are not copied. */
const backendFilters: Shape = { each: { fields: { type: oneOf('RequestHeaderModifier', 'ResponseHeaderModifier', 'ExtensionRef'), ...headerFilters } } };
const backendRefs: Shape = { each: { fields: { group: true, kind: true, name: true, namespace: true, port: true, weight: true, filters: backendFilters } } };
const common = { parentRefs: { each: { fields: { group: true, kind: true, name: true, namespace: true, port: true, sectionName: true } } }, hostnames: true } as const;

const httpRoute: Shape = {
  fields: {
    ...common,
    rules: {
      each: {
        fields: {
          name: true,
          matches: {
            each: { fields: { path: typedMatch(['PathPrefix', 'Exact', 'RegularExpression'], ['value']), headers: valueMatches, queryParams: valueMatches, method: true } },
          },
          filters: {
            each: {
              fields: {
                type: oneOf('RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'RequestRedirect', 'URLRewrite', 'ExtensionRef'),
                ...headerFilters,
                requestMirror,
                requestRedirect: { fields: { scheme: oneOf('http', 'https'), hostname: true, port: true, path: pathModifier, statusCode: oneOf(301, 302, 303, 307, 308) } },
                urlRewrite: { fields: { hostname: true, path: pathModifier } },
              },
            },
          },
          backendRefs,
          timeouts: { fields: { request: duration, backendRequest: duration } },
        },
      },
    },
  },
};

const grpcRoute: Shape = {
  fields: {
    ...common,
    rules: {
      each: {
        fields: {
          name: true,
          matches: { each: { fields: { method: typedMatch(['Exact', 'RegularExpression'], ['service', 'method']), headers: valueMatches } } },
          filters: backendFilters,
          backendRefs,
        },
      },
    },
  },
};

/** What is wrong with routes in themselves, each looked at once: the informers hand out a new one when it changes. */
export class RouteProblems {
  readonly #known = new WeakMap<Route, { readonly problem: Problem | undefined }>();

  /** Why a route cannot be accepted by any parent; undefined when all that it asks for is implemented. */
  of(route: Route): Problem | undefined {
    let known = this.#known.get(route);
    if (known === undefined) this.#known.set(route, (known = { problem: routeProblem(route) }));
    return known.problem;
  }
}

function routeProblem(route: Route): Problem | undefined {
  const fields = unsupportedFields(route.spec, isGrpcRoute(route) ? grpcRoute : httpRoute, 'spec');
  if (fields.length > 0) {
    const named = fields.map(({ path, problem }) => (problem === undefined ? path : `${path} (${problem})`));
    return { reason: 'UnsupportedValue', message: `not implemented by the local gateway: ${named.join(', ')}` };
  }
  return isGrpcRoute(route) ? undefined : filterProblem(route);
}

/** What the schema forbids too, for objects that did not pass through it. */
function filterProblem({ spec }: HTTPRoute): Problem | undefined {
  for (const [index, { filters = [], matches = [] }] of (spec.rules ?? []).entries()) {
    const path = `spec.rules[${index}].filters`;
    const types = filters.map(({ type }) => type);
    if (types.includes('RequestRedirect') && types.includes('URLRewrite')) {
      return { reason: 'IncompatibleFilters', message: `${path}: RequestRedirect and URLRewrite cannot stand together` };
    }
    const replacesPrefix = filters.some(({ urlRewrite, requestRedirect }) => [urlRewrite, requestRedirect].some((filter) => filter?.path?.type === 'ReplacePrefixMatch'));
    if (replacesPrefix && matches.some((match) => (match.path?.type ?? 'PathPrefix') !== 'PathPrefix')) return { reason: 'UnsupportedValue', message: `${path}: ReplacePrefixMatch goes with PathPrefix matches only` };
  }
  return undefined;
}
