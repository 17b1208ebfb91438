import type { HttpRoute, PathMatch } from './http-match.js';
import { compileRe2 } from './re2.js';
import type { RoutedRequest } from './request.js';

/** Turns the path of a request (without the query) into the one sent on. */
export type PathRewrite = (path: string) => string;

/** @returns undefined when the path stays as it is */
export function compilePathRewrite(rewrite: HttpRoute['rewrite'], matched: PathMatch): PathRewrite | undefined {
  const regexRewrite = rewrite?.uriRegexRewrite;
  if (regexRewrite?.match !== undefined) {
    const regex = compileRe2(regexRewrite.match, { whole: false, everywhere: true });
    const replacement = fromRe2Replacement(regexRewrite.rewrite ?? '');
    return (path) => path.replace(regex, replacement);
  }
  const uri = rewrite?.uri;
  if (uri === undefined || uri === '') return undefined;
  return matched.kind === 'whole' ? () => uri : (path) => uri + path.slice(matched.prefix.length);
}

/** RE2 writes groups as `\1` and a backslash as `\\`; JavaScript writes `$1` and reads `$` specially. */
function fromRe2Replacement(text: string): string {
  return text.replace(/\\(\\|\d)|\$/g, (found, escaped: string | undefined) => {
    if (found === '$') return '$$';
    if (escaped === '\\') return '\\';
    return escaped === '0' ? '$&' : `$${escaped ?? ''}`;
  });
}

/** What a redirect answers with. */
export interface Redirect {
  readonly status: number;
  location(request: RoutedRequest): string;
}

/** @param port of the listener, for `derivePort: FROM_REQUEST_PORT` */
export function compileRedirect(redirect: NonNullable<HttpRoute['redirect']>, port: number): Redirect {
  const scheme = redirect.scheme ?? '';
  const authority = redirect.authority ?? '';
  const uri = redirect.uri ?? '';
  const asked = redirect.derivePort === 'FROM_REQUEST_PORT' ? port : (redirect.port ?? 0);
  return {
    status: redirect.redirectCode === undefined || redirect.redirectCode === 0 ? 301 : redirect.redirectCode,
    location: (request) => {
      const toScheme = scheme === '' ? request.scheme : scheme;
      const isDefault = (toScheme === 'http' && asked === 80) || (toScheme === 'https' && asked === 443);
      const host = authority === '' ? request.authority : authority;
      const toHost = asked === 0 ? hostForScheme(host, toScheme) : host.replace(/:\d+$/, '') + (isDefault ? '' : `:${asked}`);
      const toPath = uri === '' ? request.path : uri;
      const query = request.query === undefined || uri.includes('?') ? '' : `?${request.query}`;
      return `${toScheme}://${toHost}${toPath}${query}`;
    },
  };
}

/** A default port in the authority goes when the scheme changes to one that it is not the default of. */
function hostForScheme(host: string, scheme: string): string {
  return scheme === 'https' ? host.replace(/:80$/, '') : host.replace(/:443$/, '');
}
