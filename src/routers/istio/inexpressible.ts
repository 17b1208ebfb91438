import type { Match, MirroredRequests, ValueMatch } from '../../model/match.js';
import type { Split } from '../../model/split.js';
import { equalJson } from '../json-values.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { MOST_COOKIES, cookiePattern } from '../patterns/cookie-pattern.js';
import { cookieValueProblem } from '../patterns/cookie-value-regex.js';
import { isCookieText, isToken } from '../patterns/names.js';
import { re2Problem } from '../patterns/re2.js';
import type { IstioConfig } from './objects.js';
import { routeConflicts } from './route-conflicts.js';
import { scopeOf } from './scope.js';
import { askedOfRequests } from './weights-stage.js';

/** Istio reads these names in `headers` as other fields of a match. */
const NOT_HEADERS = new Set(['uri', 'scheme', 'method', 'authority']);
/** Long regular expressions are refused by proxies. */
const LONGEST_PATTERN = 4096;

/** What of a split cannot be said in VirtualServices. */
export function inexpressible(config: IstioConfig, split: Split, context: CheckContext, found?: Found): RoutingProblem[] {
  const matches = (split.matches ?? []).flatMap((match, index) => matchProblems(match, `matches[${index}]`));
  const cookie = split.sticky && !isToken(split.sticky.cookie) ? [nameProblem('sticky.cookie', split.sticky.cookie, 'cookie')] : [];
  const conflicts = found ? routeConflicts(config, split, found, scopeOf(context, found)) : [];
  const copies = (split.mirrors ?? []).flatMap((each, index) => copyProblems(each, `mirrors[${index}]`));
  return [...matches, ...copies, ...(split.sticky && (split.mirrors ?? []).length > 0 ? [STICKY_COPIES] : []), ...cookie, ...connectionProblems(config, split), ...conflicts];
}

function matchProblems({ headers = [], cookies = [] }: Match, place: string): RoutingProblem[] {
  const problems = [
    ...headers.flatMap((header, index) => headerProblems(header, `${place}.headers[${index}]`)),
    ...cookies.flatMap((cookie, index) => cookieProblems(cookie, `${place}.cookies[${index}]`)),
    ...twice(headers.map(({ name, ...value }) => ({ name: name.toLowerCase(), ...value })), `${place}.headers`),
    ...twice(cookies, `${place}.cookies`),
  ];
  if (cookies.length > 0 && headers.some(({ name }) => name.toLowerCase() === 'cookie')) {
    problems.push({ place, problem: 'asks for cookies and for header cookie, and Istio takes one condition for each header', remedy: 'say all of it in the regex of header cookie, or all of it by cookies' });
  }
  const distinct = new Set(cookies.map(({ name }) => name)).size;
  if (distinct > MOST_COOKIES) return [...problems, { place: `${place}.cookies`, problem: `asks for ${distinct} cookies at once, more than the ${MOST_COOKIES} that one regular expression can`, remedy: 'ask for fewer' }];
  if (problems.length > 0 || cookies.length === 0) return problems;
  const { length } = cookiePattern(cookies);
  return length <= LONGEST_PATTERN ? [] : [{ place: `${place}.cookies`, problem: `makes a regular expression of ${length} characters, more than ${LONGEST_PATTERN}`, remedy: 'ask for fewer or shorter values' }];
}

/** A route of its own for copies would take users from the routes that keep them. */
const STICKY_COPIES: RoutingProblem = { place: 'mirrors', problem: 'copies of some requests alone cannot stand beside users who stay with their version', remedy: 'leave one of the two out, or copy a part of all requests' };

function copyProblems({ matches }: MirroredRequests, place: string): RoutingProblem[] {
  return matches.flatMap(({ headers, path, method }, index) => {
    const at = `${place}.matches[${index}]`;
    return [...(headers ? matchProblems({ headers }, at) : []), ...regexProblems(path?.regex, `${at}.path`), ...regexProblems(method?.regex, `${at}.method`)];
  });
}

function headerProblems({ name, regex }: ValueMatch, place: string): RoutingProblem[] {
  if (!isToken(name)) return [nameProblem(`${place}.name`, name, 'header')];
  if (NOT_HEADERS.has(name.toLowerCase())) return [{ place: `${place}.name`, problem: `Istio does not look for a header "${name}"`, remedy: 'tell requests apart by another header' }];
  return regexProblems(regex, place);
}

function cookieProblems({ name, regex, exact, prefix }: ValueMatch, place: string): RoutingProblem[] {
  if (!isToken(name)) return [nameProblem(`${place}.name`, name, 'cookie')];
  const text = exact ?? prefix ?? '';
  if (!isCookieText(text)) return [{ place, problem: `no cookie has the value "${text}": it ends at a space or semicolon`, remedy: 'give the value as browsers send it' }];
  const problems = regexProblems(regex, place);
  const problem = regex === undefined || problems.length > 0 ? undefined : cookieValueProblem(regex);
  return problem === undefined ? problems : [{ place: `${place}.regex`, problem: `${problem}, which cannot be a part of an expression for all cookies`, remedy: 'write it without' }];
}

function regexProblems(regex: string | undefined, place: string): RoutingProblem[] {
  const problem = regex === undefined ? undefined : re2Problem(regex);
  return problem === undefined ? [] : [{ place: `${place}.regex`, problem: `${problem}, which Istio (RE2) does not take`, remedy: 'write it otherwise, or match by exact or prefix' }];
}

function twice(values: readonly ValueMatch[], place: string): RoutingProblem[] {
  const name = values.find((value, index) => values.some((other, before) => before < index && other.name === value.name && !equalJson(other, value)))?.name;
  return name === undefined ? [] : [{ place, problem: `asks for "${name}" in two ways at once, and Istio takes one condition for each`, remedy: 'say both in one regex' }];
}

function nameProblem(place: string, name: string, what: string): RoutingProblem {
  return { place, problem: `"${name}" is no name of a ${what}`, remedy: "use letters, digits and any of !#$%&'*+.^_`|~-" };
}

/** Connections carry shares and nothing else. */
function connectionProblems({ virtualServices = [] }: IstioConfig, split: Split): RoutingProblem[] {
  const asked = askedOfRequests(split);
  if (asked.length === 0) return [];
  return virtualServices.flatMap(({ tls, tcp }, index): RoutingProblem[] =>
    tls || tcp
      ? [
          {
            place: `router.istio.virtualServices[${index}]`,
            problem: `connections of ${tls ? 'tls' : 'tcp'} routes are split by share alone: ${asked.join(', ')} hold for http routes only`,
            remedy: 'none needed where that is meant',
            severity: 'warning',
          },
        ]
      : [],
  );
}
