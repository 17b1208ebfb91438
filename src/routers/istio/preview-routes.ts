import type { RoutingProblem } from '../router.js';
import { quote } from '../patterns/cookie-pattern.js';
import { literalPrefix } from '../patterns/literal-prefix.js';
import { routePlace, type HttpMatch, type HttpRoute } from './objects.js';

type Rewrite = NonNullable<HttpRoute['rewrite']>;

/** One match beneath the preview path, and how its path becomes the live one. */
export interface PreviewMatch {
  readonly match: HttpMatch;
  readonly rewrite: Rewrite;
}

/**
 * The requests of a route, beneath the preview path: `/green/x` is to the preview what `/x` is to the live program. Istio puts
 * the rewritten prefix before what is left of the path, so `/green/` becomes `/`, and `/green` alone needs a match of its own.
 */
export function previewMatches({ match, rewrite }: HttpRoute, path: string): PreviewMatch[] {
  return (match === undefined || match.length === 0 ? [{}] : match).flatMap((each: HttpMatch): PreviewMatch[] => {
    const { uri, ...others } = each;
    const to = (live: string): Rewrite => ({ ...rewrite, uri: rewrite?.uri ?? live });
    const prefix = uri?.prefix === undefined || uri.prefix === '' ? '/' : uri.prefix;
    if (uri?.exact !== undefined) return [{ match: { ...others, uri: { exact: path + uri.exact } }, rewrite: to(uri.exact) }];
    if (uri?.regex !== undefined && uri.regex !== '*') {
      const whole = rewrite?.uri === undefined ? { uriRegexRewrite: { match: `^${quote(path)}(.*)$`, rewrite: String.raw`\1` } } : {};
      return [{ match: { ...others, uri: { regex: `${quote(path)}(?:${unanchored(uri.regex)})` } }, rewrite: { ...rewrite, ...whole } }];
    }
    const beneath = { match: { ...others, uri: { prefix: path + prefix } }, rewrite: to(prefix) };
    return prefix === '/' ? [{ match: { ...others, uri: { exact: path } }, rewrite: to('/') }, beneath] : [beneath];
  });
}

function unanchored(regex: string): string {
  return regex.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
}

/** Live routes that the preview path would hide, or that would hide it; a warning where that cannot be told. @param steered indexes; the preview's routes stand before the first */
export function previewProblems(title: string, http: readonly { readonly index: number; readonly route: HttpRoute }[], steered: readonly number[], path: string): RoutingProblem[] {
  const first = Math.min(...steered);
  return http.flatMap(({ index, route }): RoutingProblem[] => {
    const matches: readonly HttpMatch[] = route.match === undefined || route.match.length === 0 ? [{}] : route.match;
    const place = routePlace(title, 'http', index, route.name);
    const live = matches.flatMap(({ uri }) => uri?.exact ?? uri?.prefix ?? []).find((each) => each === path || each.startsWith(`${path}/`));
    if (live !== undefined) return [{ place, problem: `takes ${live}, which the preview path ${path} would hide`, remedy: 'choose another preview path' }];
    const beneath = patterns(matches).find((each) => literalPrefix(each).startsWith(`${path}/`));
    if (beneath !== undefined) return [{ place, problem: `takes ${beneath}, which the preview path ${path} would hide`, remedy: 'choose another preview path' }];
    const all = index < first && matches.some(({ uri, name: _name, ...others }) => Object.keys(others).length === 0 && (uri === undefined || (uri.prefix !== undefined && path.startsWith(uri.prefix))));
    if (all) return [{ place, problem: `takes requests for the preview path ${path} before the routes to steer`, remedy: 'move it behind them, or choose another preview path' }];
    if (route.rewrite?.uriRegexRewrite !== undefined && steered.includes(index)) {
      return [{ place: `${place}.rewrite.uriRegexRewrite`, problem: `rewrites paths by a pattern, so the preview path ${path} cannot be cut off before`, remedy: 'preview by host or Service' }];
    }
    const doubtful = patterns(matches).find((each) => !EVERYTHING.has(each) && mayMeet(literalPrefix(each), path));
    if (doubtful === undefined) return [];
    return [{ place, problem: `takes paths by the pattern ${doubtful}; whether some of them lie beneath the preview path ${path} cannot be told`, remedy: 'choose another preview path if they do', severity: 'warning' }];
  });
}

/** Live routes for all paths, beside which a preview path is as good as any. */
const EVERYTHING: ReadonlySet<string> = new Set(['*', '.*', '^.*$', '/.*', '^/.*', '^/.*$', '/*', '.+', '/.+']);

const patterns = (matches: readonly HttpMatch[]): string[] => matches.flatMap(({ uri }) => uri?.regex ?? []);

/** Whether a path that begins so may lie beneath the preview path, or be it. */
const mayMeet = (prefix: string, path: string): boolean => path.startsWith(prefix) || prefix.startsWith(`${path}/`);
