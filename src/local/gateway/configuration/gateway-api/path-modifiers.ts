import type { Redirect } from '../rewrites.js';
import type { HTTPRoute } from '../../../../kubernetes/generated/gateway-api-v1.js';
import { hostOf } from '../hosts.js';

type Filter = NonNullable<NonNullable<HTTPRoute['spec']['rules']>[number]['filters']>[number];
export type RequestRedirect = NonNullable<Filter['requestRedirect']>;
export type PathModifier = NonNullable<RequestRedirect['path']>;

/** @param prefix the PathPrefix that the rule matches. @returns undefined when the path stays as it is */
export function compilePathModifier(modifier: PathModifier | undefined, prefix: string): ((path: string) => string) | undefined {
  if (modifier === undefined) return undefined;
  if (modifier.type === 'ReplaceFullPath') {
    const full = modifier.replaceFullPath ?? '/';
    return () => (full.startsWith('/') ? full : `/${full}`);
  }
  const replacement = withoutTrailingSlash(modifier.replacePrefixMatch ?? '');
  const matched = withoutTrailingSlash(prefix);
  return (path) => {
    const changed = replacement + path.slice(matched.length);
    return changed.startsWith('/') ? changed : `/${changed}`;
  };
}

export const withoutTrailingSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path);

const WELL_KNOWN: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** @param listenerPort as the Gateway names it: where neither port nor scheme is asked for, the redirect stays at it */
export function compileRequestRedirect(redirect: RequestRedirect, prefix: string, listenerPort: number): Redirect {
  const { scheme, hostname, port, statusCode = 302 } = redirect;
  const changePath = compilePathModifier(redirect.path, prefix);
  return {
    status: statusCode,
    location: (request) => {
      const toScheme = scheme ?? request.scheme;
      const toPort = port ?? (scheme === undefined ? listenerPort : (WELL_KNOWN[scheme] ?? listenerPort));
      const host = hostname ?? hostOf(request.authority);
      const path = changePath ? changePath(request.path) : request.path;
      return `${toScheme}://${host}${WELL_KNOWN[toScheme] === toPort ? '' : `:${toPort}`}${path}${request.query === undefined ? '' : `?${request.query}`}`;
    },
  };
}
