import type { GRPCRoute, HTTPRoute } from '../../../../kubernetes/generated/gateway-api-v1.js';
import type { CompiledMatch, PathMatch } from '../http-match.js';
import { headerPasses, queryParameter, type RoutedRequest } from '../request.js';
import { compileRegex } from '../string-match.js';
import { withoutTrailingSlash } from './path-modifiers.js';
import { pathRank } from './precedence.js';

export type HttpRouteMatch = NonNullable<NonNullable<HTTPRoute['spec']['rules']>[number]['matches']>[number];
export type GrpcRouteMatch = NonNullable<NonNullable<GRPCRoute['spec']['rules']>[number]['matches']>[number];
type ValueMatch = { readonly name: string; readonly type?: 'Exact' | 'RegularExpression'; readonly value: string };
type Test = (request: RoutedRequest) => boolean;

/** A match with its place among others. */
export interface RankedMatch {
  readonly match: CompiledMatch;
  readonly rank: readonly number[];
  /** What `ReplacePrefixMatch` replaces. */
  readonly prefix: string;
}

/** @throws SyntaxError for a regular expression that does not compile */
export function compileHttpMatch({ path = {}, headers = [], queryParams = [], method }: HttpRouteMatch): RankedMatch {
  const { type = 'PathPrefix', value = '/' } = path;
  const tests: Test[] = [];
  if (type === 'Exact') tests.push((request) => request.path === value);
  else if (type === 'RegularExpression') tests.push(regexTest(value));
  else if (value !== '/') tests.push(prefixTest(value));
  if (method !== undefined) tests.push((request) => request.method === method);
  const headerMatches = firstOfEach(headers, true);
  const queryMatches = firstOfEach(queryParams, false);
  tests.push(...headerMatches.map(headerTest));
  tests.push(...queryMatches.map(queryTest));
  const kind = type === 'Exact' ? 'exact' : type === 'RegularExpression' ? 'regex' : 'prefix';
  const rank = [...pathRank(kind, value.length), Number(method !== undefined), headerMatches.length, queryMatches.length];
  return ranked(tests, kind === 'prefix' ? { kind: 'prefix', prefix: value } : { kind: 'whole' }, rank, value);
}

/** gRPC calls are requests for `/service/method`. @throws SyntaxError as `compileHttpMatch` */
export function compileGrpcMatch({ method: called = {}, headers = [] }: GrpcRouteMatch): RankedMatch {
  const { type = 'Exact', service = '', method = '' } = called;
  const tests: Test[] = [];
  if (type === 'RegularExpression') {
    const part = (text: string): string => (text === '' ? '[^/]+' : `(?:${text})`);
    if (service !== '' || method !== '') tests.push(regexTest(`/${part(service)}/${part(method)}`));
  } else if (service !== '' && method !== '') tests.push(({ path }) => path === `/${service}/${method}`);
  else if (service !== '') tests.push(({ path }) => path.startsWith(`/${service}/`));
  else if (method !== '') tests.push(({ path }) => path.endsWith(`/${method}`) && path.indexOf('/', 1) === path.length - method.length - 1);
  const headerMatches = firstOfEach(headers, true);
  tests.push(...headerMatches.map(headerTest));
  return ranked(tests, { kind: 'whole' }, [service.length, method.length, headerMatches.length], '/');
}

function ranked(tests: readonly Test[], path: PathMatch, rank: readonly number[], prefix: string): RankedMatch {
  const matches = (request: RoutedRequest): boolean => tests.every((test) => test(request));
  return { match: { path, catchAll: tests.length === 0, matches }, rank, prefix };
}

function regexTest(pattern: string): Test {
  const regex = compileRegex(pattern);
  return ({ path }) => regex.test(path);
}

/** A prefix is of whole segments: `/a` takes `/a`, `/a/` and `/a/b`, but not `/ab`. */
function prefixTest(prefix: string): Test {
  const bare = withoutTrailingSlash(prefix);
  return ({ path }) => path.startsWith(bare) && (path.length === bare.length || path[bare.length] === '/');
}

const headerTest = (match: ValueMatch): Test => {
  const name = match.name.toLowerCase();
  const passes = valueTest(match);
  return name === 'host' ? ({ authority }) => passes(authority) : (request) => headerPasses(request, name, passes);
};

const queryTest = (match: ValueMatch): Test => {
  const passes = valueTest(match);
  return ({ query }) => {
    const value = queryParameter(query, match.name);
    return value !== undefined && passes(value);
  };
};

function valueTest({ type = 'Exact', value }: ValueMatch): (found: string) => boolean {
  if (type === 'Exact') return (found) => found === value;
  const regex = compileRegex(value);
  return (found) => regex.test(found);
}

/** Of several entries for one name the first counts, and the others are not looked at. */
function firstOfEach(matches: readonly ValueMatch[], ignoreCase: boolean): ValueMatch[] {
  const nameIn = ({ name }: ValueMatch): string => (ignoreCase ? name.toLowerCase() : name);
  return matches.filter((match, index) => matches.findIndex((each) => nameIn(each) === nameIn(match)) === index);
}
