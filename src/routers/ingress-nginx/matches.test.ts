import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Match } from '../../model/match.js';
import { sayMatches } from './matches.js';
import { cookiePattern, headerPattern, literal } from './patterns.js';

const ALLOWED = /^[-._~a-zA-Z0-9/:^$[\](){}*+?|&=\\]*$/;
const PREFIX = 'nginx.ingress.kubernetes.io';
const say = (...matches: Match[]): Record<string, string> => {
  const { annotations, problems } = sayMatches({}, matches);
  expect(problems).toEqual([]);
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key.replace(`${PREFIX}/canary-by-`, ''), value]));
};
const refuse = (...matches: Match[]): string[] => sayMatches({}, matches).problems.map(({ place, problem }) => `${place} ${problem}`);
const isMatch = (pattern: string, value: string): boolean => new RegExp(pattern).test(value);

describe('what a canary Ingress can say', () => {
  it.each<[Match, Record<string, string>]>([
    [{ headers: [{ name: 'X-Tester', exact: 'yes' }] }, { header: 'x-tester', 'header-value': 'yes' }],
    [{ headers: [{ name: 'end-user', exact: 'jason@shop' }] }, { header: 'end-user', 'header-pattern': '^jason\\x40shop$' }],
    [{ headers: [{ name: 'end-user', prefix: 'qa-' }] }, { header: 'end-user', 'header-pattern': '^qa-' }],
    [{ headers: [{ name: 'end-user', regex: 'a|b c' }] }, { header: 'end-user', 'header-pattern': '^(?:a|b\\x20c)$' }],
    [{ headers: [{ name: 'x-debug' }] }, { header: 'x-debug', 'header-pattern': '.*' }],
    [{ cookies: [{ name: 'canary', exact: 'always' }] }, { cookie: 'canary' }],
    [{ cookies: [{ name: 'version', exact: 'v2' }] }, { header: 'cookie', 'header-pattern': '(^|\\x3b\\x20*)version=v2($|\\x3b)' }],
  ])('%j', (match, expected) => {
    expect(say(match)).toEqual(expected);
  });

  it('says several values of one header, and one cookie beside them', () => {
    const said = say({ headers: [{ name: 'end-user', exact: 'a' }] }, { headers: [{ name: 'End-User', exact: 'b' }] }, { cookies: [{ name: 'canary', exact: 'always' }] });
    expect(said).toEqual({ header: 'end-user', 'header-pattern': '(?:^a$)|(?:^b$)', cookie: 'canary' });
    expect(['a', 'b', 'ab', 'c'].map((value) => isMatch(said['header-pattern'] ?? '', value))).toEqual([true, true, false, false]);
  });

  it('takes another prefix', () => {
    expect(Object.keys(sayMatches({ annotationPrefix: 'my.nginx' }, [{ cookies: [{ name: 'c', exact: 'always' }] }]).annotations)).toEqual(['my.nginx/canary-by-cookie']);
  });

  // The routing that people expect of a match on a cookie's value.
  it.each([
    ['version=v2', true],
    ['a=1; version=v2', true],
    ['version=v2; a=1', true],
    ['version=v1', false],
    ['version=v20', false],
    ['my-version=v2', false],
  ])('cookie version=v2 in "%s"', (header, expected) => {
    expect(isMatch(say({ cookies: [{ name: 'version', exact: 'v2' }] })['header-pattern'] ?? '', header)).toBe(expected);
  });
});

it.each<[Match[], string]>([
  [[{ headers: [{ name: 'a', exact: '1' }], cookies: [{ name: 'b', exact: '2' }] }], 'knows no "and"'],
  [[{ headers: [{ name: 'a', exact: '1' }, { name: 'b', exact: '2' }] }], 'header a: 1 and header b: 2 holds only where several'],
  [[{ headers: [{ name: 'a', exact: '1' }] }, { headers: [{ name: 'b', exact: '2' }] }], 'header b: 2 stands beside header a'],
  [[{ headers: [{ name: 'a', exact: '1' }] }, { cookies: [{ name: 'b', exact: '2' }] }], 'cookie b=2 stands beside header a'],
  [[{ cookies: [{ name: 'a', exact: 'always' }] }, { cookies: [{ name: 'b', exact: 'always' }] }], 'cookie b=always stands beside cookie a'],
  [[{ headers: [{ name: 'Cookie', exact: 'a=1' }] }], 'the header Cookie as a whole'],
  [[{ headers: [{ name: 'x_y', exact: '1' }] }], 'nginx drops'],
  [[{ headers: [{ name: 'x', regex: 'a{1,2}' }] }], 'repetition with a comma'],
  [[{ headers: [{ name: 'x', regex: '(?P<n>a)' }] }], 'group with a name'],
  [[{ headers: [{ name: 'x', regex: '(?<n>a)' }] }], 'group with a name'],
  [[{ headers: [{ name: 'x', regex: '(?!a)b' }] }], 'has "(?!"'],
  [[{ headers: [{ name: 'x', regex: '(a' }] }], 'is no regular expression'],
  [[{ cookies: [{ name: 'x', regex: 'a)|(b' }] }], 'is no regular expression'],
  [[{ cookies: [{ name: 'x', regex: '[ -~]+x' }] }], 'beyond the end of the cookie'],
  [[{ headers: [{ name: 'x', regex: 'ü' }] }], 'only ASCII'],
  [[{ cookies: [{ name: 'x', regex: '\\S+' }] }], 'beyond the end of the cookie'],
])('refuses %j', (matches, words) => {
  expect(refuse(...matches).join()).toContain(words);
});

describe('patterns', () => {
  const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 });
  const token = fc.stringMatching(/^[-\w.]{1,6}$/);

  it('are in the characters that ingress-nginx lets through, and mean what is asked', () => {
    fc.assert(
      fc.property(text, text, (value, other) => {
        const said = literal(value);
        expect(said).toMatch(ALLOWED);
        expect(isMatch(`^${said}$`, value)).toBe(true);
        expect(isMatch(`^${said}$`, other)).toBe(value === other);
        const prefix = headerPattern({ name: 'x', prefix: value });
        expect('pattern' in prefix && isMatch(prefix.pattern, value + other)).toBe(true);
        const regex = headerPattern({ name: 'x', regex: '[^;@]+' });
        if ('pattern' in regex) expect(isMatch(regex.pattern, value)).toBe(/^[^;@]+$/.test(value));
      }),
    );
  });

  it('find a cookie among others, and it alone', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(token, token), { minLength: 1, maxLength: 4 }), token, token, (cookies, name, value) => {
        const header = cookies.map(([key, each]) => `${key}=${each}`).join('; ');
        const pattern = (match: Parameters<typeof cookiePattern>[0]): string => {
          const said = cookiePattern(match);
          if ('problem' in said) throw new Error(said.problem);
          expect(said.pattern).toMatch(ALLOWED);
          return said.pattern;
        };
        expect(isMatch(pattern({ name, exact: value }), header)).toBe(cookies.some(([key, each]) => key === name && each === value));
        const [[key, there] = ['', '']] = cookies;
        expect(isMatch(pattern({ name: key, exact: there }), header)).toBe(true);
        expect(isMatch(pattern({ name: key, prefix: there.slice(0, 2) }), header)).toBe(true);
        expect(isMatch(pattern({ name }), header)).toBe(cookies.some(([each]) => each === name));
        const endsInX = new RegExp('^(?:.*x)$');
        expect(isMatch(pattern({ name, regex: '.*x' }), header)).toBe(cookies.some(([each, its]) => each === name && endsInX.test(its)));
      }),
    );
  });
});
