import type { CompiledMatch } from '../http-match.js';
import type { RoutedRequest } from '../request.js';
import type { PathRewrite } from '../rewrites.js';
import { escapePath, normalizePath } from './normalized-path.js';
import type { Location } from './servers.js';

/** A location as nginx has it. */
export interface NginxLocation {
  readonly location: Location;
  readonly kind: 'exact' | 'prefix' | 'regex';
  readonly path: string;
}

/**
 * The locations of a host in the order in which the first that matches is nginx's choice. Where one of them rewrites or says
 * `use-regex`, all become regular expressions, tried longest first; else equality comes before the longest prefix.
 */
export function orderLocations(locations: readonly Location[]): NginxLocation[] {
  const sorted = [...locations].sort((a, b) => b.path.length - a.path.length || (a.path > b.path ? -1 : a.path < b.path ? 1 : 0));
  const exact = new Set(sorted.filter(({ type }) => type === 'Exact').map(({ path }) => path));
  const asRegex = sorted.some((location) => rewrites(location) || location.settings?.useRegex === true);
  const all = sorted.flatMap((location): NginxLocation[] => {
    const { path, type } = location;
    const own = rewrites(location) || location.settings?.useRegex === true;
    if (path === '/' || type === 'Exact' || own) return [{ location, kind: type === 'Exact' ? 'exact' : 'prefix', path }];
    // A prefix ends at a slash: what it says itself is a location of its own.
    const below: NginxLocation = { location, kind: 'prefix', path: path.endsWith('/') ? path : `${path}/` };
    return exact.has(path) ? [below] : [below, { location, kind: 'exact', path }];
  });
  if (asRegex) return all.map((each) => ({ ...each, kind: 'regex' }));
  return [...all.filter(({ kind }) => kind === 'exact'), ...all.filter(({ kind }) => kind === 'prefix').sort((a, b) => b.path.length - a.path.length)];
}

/** Whether requests for a location reach the backend with another path. */
export const rewrites = ({ settings, path }: Location): boolean => settings !== undefined && settings.rewriteTarget !== '' && settings.rewriteTarget !== path;

/** @throws SyntaxError for a path that is no regular expression where it has to be one */
export function compileLocation({ kind, path }: NginxLocation, normalized: (request: RoutedRequest) => string | undefined): CompiledMatch {
  const test = kind === 'regex' ? regexTest(path) : kind === 'exact' ? (asked: string): boolean => asked === path : (asked: string): boolean => asked.startsWith(path);
  return {
    path: { kind: 'whole' },
    catchAll: false,
    matches: (request) => {
      const asked = normalized(request);
      return asked !== undefined && test(asked);
    },
  };
}

function regexTest(path: string): (asked: string) => boolean {
  const regex = new RegExp(`^${path}`, 'i');
  return (asked) => regex.test(asked);
}

/** nginx matches the path of the location anywhere in the request's, and puts the target in the place of all of it. */
export function compileRewrite({ location, path }: NginxLocation): PathRewrite | undefined {
  if (location.settings === undefined || location.settings.rewriteTarget === '' || location.settings.rewriteTarget === path) return undefined;
  const regex = new RegExp(path, 'i');
  const parts = location.settings.rewriteTarget.split(/\$([1-9])/);
  return (raw) => {
    const found = regex.exec(normalizePath(raw) ?? raw);
    if (found === null) return raw;
    return escapePath(parts.map((part, index) => (index % 2 === 1 ? (found[Number(part)] ?? '') : part)).join(''));
  };
}

/** Normalizes the path of a request once, however many locations ask. */
export function pathReader(): (request: RoutedRequest) => string | undefined {
  let last: RoutedRequest | undefined;
  let path: string | undefined;
  return (request) => {
    if (request !== last) {
      last = request;
      path = normalizePath(request.path);
    }
    return path;
  };
}
