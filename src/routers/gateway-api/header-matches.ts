import type { Match, ValueMatch } from '../../model/match.js';
import { cookiePattern, MOST_COOKIES, quote } from '../patterns/cookie-pattern.js';
import { cookieValueProblem } from '../patterns/cookie-value-regex.js';
import { isCookieText, isToken } from '../patterns/names.js';
import { re2Problem } from '../patterns/re2.js';
import { canonicalJson } from '../json-values.js';
import type { HeaderMatch, RuleMatch } from './objects.js';

/** The longest value that a header match may have. */
const LONGEST_VALUE = 4096;

/** What a match asks of headers; a sentence where the Gateway API cannot say it. */
export function headerMatchesOf({ headers = [], cookies = [] }: Match): HeaderMatch[] | string {
  if (cookies.length > MOST_COOKIES) return `asks for ${cookies.length} cookies at once; more than ${MOST_COOKIES} do not fit one pattern`;
  for (const [what, values] of [['header', headers], ['cookie', cookies]] as const) {
    const unnamed = values.find(({ name }) => !isToken(name));
    if (unnamed) return `asks for ${what} "${unnamed.name}", which is no name of a ${what}`;
  }
  for (const { name, exact, prefix } of cookies) {
    const text = exact ?? prefix ?? '';
    if (!isCookieText(text)) return `asks for cookie ${name} with the value "${text}", which ends at a space or semicolon`;
  }
  for (const { name, regex } of [...headers, ...cookies]) {
    const problem = regex === undefined ? undefined : re2Problem(regex);
    if (problem !== undefined) return `has a regular expression for ${name} that ${problem}`;
  }
  for (const { name, regex } of cookies) {
    const problem = regex === undefined ? undefined : cookieValueProblem(regex);
    if (problem !== undefined) return `has a regular expression for cookie ${name} that ${problem}, so that it cannot be a part of one for all cookies`;
  }
  const all: HeaderMatch[] = [...headers.map(headerMatch), ...(cookies.length === 0 ? [] : [cookieMatch(cookies)])];
  const names = all.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `asks twice for header ${twice}, which can be matched once`;
  const long = all.find(({ value }) => value.length > LONGEST_VALUE);
  return long ? `needs a pattern for header ${long.name} of more than ${LONGEST_VALUE} characters` : all;
}

function headerMatch({ name, exact, prefix, regex }: ValueMatch): HeaderMatch {
  if (exact !== undefined) return { name, type: 'Exact', value: exact };
  // Some products look for a pattern anywhere in the value, others compare all of it: with both ends said they agree.
  const pattern = prefix !== undefined ? `${quote(prefix)}.*` : regex !== undefined ? `(?:${regex})` : '.*';
  return { name, type: 'RegularExpression', value: `^${pattern}$` };
}

/** A match on the Cookie header for all of these cookies, in any order. */
export const cookieMatch = (cookies: readonly ValueMatch[]): HeaderMatch => ({ name: 'Cookie', type: 'RegularExpression', value: cookiePattern(cookies) });

/** A match of a rule that asks for these headers too; undefined where both can never hold, a header's name where that cannot be said. */
export function withHeaders(match: RuleMatch, added: readonly HeaderMatch[]): RuleMatch | undefined | { readonly conflict: string } {
  const headers = [...(match.headers ?? [])];
  for (const each of added) {
    const there = headers.find(({ name }) => name.toLowerCase() === each.name.toLowerCase());
    if (!there) headers.push(each);
    else if (canonicalJson({ ...there, name: '', type: there.type ?? 'Exact' }) === canonicalJson({ ...each, name: '', type: each.type ?? 'Exact' })) continue;
    else if ((there.type ?? 'Exact') === 'Exact' && (each.type ?? 'Exact') === 'Exact') return undefined;
    else return { conflict: each.name };
  }
  return { ...match, headers };
}
