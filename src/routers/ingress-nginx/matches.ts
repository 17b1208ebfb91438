import { describeMatch, type Match, type ValueMatch } from '../../model/match.js';
import type { RoutingProblem } from '../router.js';
import { annotation, type IngressNginxConfig } from './objects.js';
import { cookiePattern, headerPattern, isPlain } from './patterns.js';

/** Matches as annotations, and those that cannot be said. */
export interface SaidMatches {
  /** With the prefix in use. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly problems: readonly RoutingProblem[];
}

const COOKIE_HEADER = 'cookie';
const NAME = /^[A-Za-z0-9-]+$/;
const COOKIE_NAME = /^[-._~A-Za-z0-9]+$/;

/**
 * A canary Ingress knows one header rule and one cookie that says `always`, either of which is enough. So all matches have to
 * be about one header, where Cookie counts as one, and that cookie beside it.
 */
export function sayMatches(config: IngressNginxConfig, matches: readonly Match[]): SaidMatches {
  const problems: RoutingProblem[] = [];
  const rules = new Map<string, { readonly match: Match; readonly value: ValueMatch }[]>();
  const always = new Map<string, Match>();
  for (const match of matches) {
    const { headers = [], cookies = [] } = match;
    const [header] = headers;
    const [cookie] = cookies;
    if (headers.length + cookies.length !== 1) problems.push(refusal(match, 'holds only where several headers or cookies are there at once, and a canary Ingress knows no "and"'));
    else if (header && header.name.toLowerCase() === COOKIE_HEADER) problems.push(refusal(match, 'is about the header Cookie as a whole', 'match the cookie by its name'));
    else if (header && !NAME.test(header.name)) problems.push(refusal(match, 'names a header that nginx drops or ingress-nginx refuses', 'use letters, digits and dashes'));
    else if (cookie && !COOKIE_NAME.test(cookie.name)) problems.push(refusal(match, 'names a cookie with characters that ingress-nginx refuses'));
    else if (cookie?.exact === 'always') always.set(cookie.name, match);
    else {
      const value = header ?? cookie;
      const name = header ? header.name.toLowerCase() : COOKIE_HEADER;
      if (value) rules.set(name, [...(rules.get(name) ?? []), { match, value }]);
    }
  }
  const [first, ...otherHeaders] = [...rules];
  const [cookie, ...otherCookies] = [...always];
  for (const [, [rule]] of otherHeaders) if (rule && first) problems.push(refusal(rule.match, `stands beside ${nameOf(first[0])}, and a canary Ingress knows one header`));
  for (const [, match] of otherCookies) problems.push(refusal(match, `stands beside cookie ${cookie?.[0] ?? ''}, and a canary Ingress knows one such cookie`));

  const annotations: Record<string, string> = {};
  if (first) Object.assign(annotations, headerRule(config, first[0], first[1], problems));
  if (cookie) annotations[annotation(config, 'canary-by-cookie')] = cookie[0];
  return { annotations, problems };
}

function headerRule(config: IngressNginxConfig, name: string, rules: readonly { readonly match: Match; readonly value: ValueMatch }[], problems: RoutingProblem[]): Record<string, string> {
  const header = { [annotation(config, 'canary-by-header')]: name };
  const [only] = rules;
  if (rules.length === 1 && only?.value.exact !== undefined && name !== COOKIE_HEADER && isPlain(only.value.exact)) return { ...header, [annotation(config, 'canary-by-header-value')]: only.value.exact };
  const patterns = rules.flatMap(({ match, value }) => {
    const said = name === COOKIE_HEADER ? cookiePattern(value) : headerPattern(value);
    if ('pattern' in said) return said.pattern;
    problems.push(refusal(match, said.problem, 'write it in another way, or match exactly'));
    return [];
  });
  return { ...header, [annotation(config, 'canary-by-header-pattern')]: patterns.length === 1 ? (patterns[0] ?? '') : patterns.map((each) => `(?:${each})`).join('|') };
}

const nameOf = (header: string): string => (header === COOKIE_HEADER ? 'a cookie, which is a match on the header Cookie' : `header ${header}`);

function refusal(match: Match, problem: string, remedy = 'keep to one header or cookie, or choose a router that knows more'): RoutingProblem {
  return { place: describeMatch(match), problem: `${problem}: ingress-nginx cannot say it`, remedy };
}
