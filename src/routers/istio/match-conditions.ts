import type { Match, RequestMatch, TextMatch, ValueMatch } from '../../model/match.js';
import { equalJson } from '../json-values.js';
import { cookiePattern } from '../patterns/cookie-pattern.js';
import type { HttpMatch, StringMatch } from './objects.js';

type Headers = Readonly<Record<string, StringMatch>>;

/** What a match asks of headers, in Istio's words: one condition for each header, by its name in small letters. */
export function headersOf({ headers = [], cookies = [] }: Match): Headers {
  const conditions = headers.map((header) => [header.name.toLowerCase(), conditionOf(header)] as const);
  const distinct = cookies.filter((cookie, index) => cookies.findIndex((other) => equalJson(other, cookie)) === index);
  return Object.fromEntries([...conditions, ...(distinct.length === 0 ? [] : [['cookie', { regex: cookiePattern(distinct) }] as const])]);
}

/** A condition without a value asks that the header is there. */
function conditionOf({ exact, prefix, regex }: ValueMatch): StringMatch {
  return exact !== undefined ? { exact } : prefix !== undefined ? { prefix } : regex !== undefined ? { regex: whole(regex) } : {};
}

/** A pattern that means the same where it is put between `^` and `$` as it stands: alternatives go into a group. */
function whole(regex: string): string {
  return regex.includes('|') ? `(?:${regex})` : regex;
}

/** All requests that a route takes and that also meet one of the conditions, or the header that keeps this from being said. */
export function both(matches: readonly HttpMatch[] | undefined, conditions: readonly Headers[]): HttpMatch[] | { readonly header: string } {
  const result: HttpMatch[] = [];
  for (const match of matches === undefined || matches.length === 0 ? [{}] : matches) {
    for (const condition of conditions) {
      const headers = bothHeaders(match.headers ?? {}, condition);
      if ('conflict' in headers) return { header: headers.conflict };
      if (headers.joined) result.push({ ...match, headers: headers.joined });
    }
  }
  return result;
}

/** @returns `joined` undefined where no request can meet both */
function bothHeaders(own: Headers, added: Headers): { readonly joined: Headers | undefined } | { readonly conflict: string } {
  const joined: Record<string, StringMatch> = { ...own };
  for (const [name, condition] of Object.entries(added)) {
    const key = Object.keys(own).find((each) => each.toLowerCase() === name) ?? name;
    const present = joined[key];
    const narrower = present === undefined ? condition : narrow(present, condition);
    if (narrower === 'unknown') return { conflict: name };
    if (narrower === 'none') return { joined: undefined };
    joined[key] = narrower;
  }
  return { joined };
}

/** What meets both conditions. */
function narrow(a: StringMatch, b: StringMatch): StringMatch | 'none' | 'unknown' {
  if (equalJson(a, b) || (a.regex !== undefined && b.regex === whole(a.regex)) || Object.keys(b).length === 0) return a;
  if (Object.keys(a).length === 0) return b;
  if (a.regex !== undefined || b.regex !== undefined) return 'unknown';
  if (a.exact !== undefined) return holds(a.exact, b) ? a : 'none';
  if (b.exact !== undefined) return holds(b.exact, a) ? b : 'none';
  const [shorter = '', longer = ''] = [a.prefix ?? '', b.prefix ?? ''].sort((x, y) => x.length - y.length);
  return longer.startsWith(shorter) ? { prefix: longer } : 'none';
}

function holds(value: string, { exact, prefix }: StringMatch): boolean {
  return exact !== undefined ? value === exact : value.startsWith(prefix ?? '');
}

/** All requests that a route takes and that a match means; or what keeps this from being said. */
export function withRequest(own: readonly HttpMatch[] | undefined, { method, path, headers = [] }: RequestMatch): HttpMatch[] | { readonly conflict: string } {
  const joined = both(own, [headersOf({ headers })]);
  if (!Array.isArray(joined)) return { conflict: `header ${joined.header}` };
  const result: HttpMatch[] = [];
  for (const match of joined) {
    const [uri, verb] = [joinText(match.uri, path), joinText(match.method, method)];
    if (uri === 'unknown' || verb === 'unknown') return { conflict: uri === 'unknown' ? 'uri' : 'method' };
    if (uri === 'none' || verb === 'none') continue;
    const { uri: _uri, method: _method, headers: asked, ...rest } = match;
    result.push({ ...rest, ...(verb === undefined ? {} : { method: verb }), ...(uri === undefined ? {} : { uri }), ...(asked && Object.keys(asked).length > 0 ? { headers: asked } : {}) });
  }
  return result;
}

/** What meets both conditions on one text; `none` where nothing does, `unknown` where a pattern keeps that from being told. */
function joinText(a: TextMatch | undefined, b: TextMatch | undefined): TextMatch | undefined | 'none' | 'unknown' {
  if (!a || !b) return b ?? a;
  const joined = both([{ headers: { text: a } }], [{ text: b }]);
  return Array.isArray(joined) ? (joined[0]?.headers?.['text'] ?? 'none') : 'unknown';
}
