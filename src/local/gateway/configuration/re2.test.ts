import { describe, expect, it } from 'vitest';
import { compileRe2 } from './re2.js';

const whole = (pattern: string): RegExp => compileRe2(pattern, { whole: true });

describe('regular expressions of RE2', () => {
  it.each([
    ['/a|/b', '/b', true],
    ['/a|/b', '/bx', false],
    ['(?i)/Case', '/cASE', true],
    ['(?P<name>a+)b', 'aab', true],
    ['(?<name>a+)b', 'aab', true],
    ['\\Aab\\z', 'ab', true],
    ['\\Aab\\z', 'Aabz', false],
    ['[[:alpha:]]+', 'abc', true],
    ['[[:alpha:]]+', 'a1', false],
    ['[[:digit:][:punct:]x]+', '1-x]', true],
    ['[]a]+', ']a', true],
    ['[^]a]+', 'b]', false],
    ['[^/]+', 'ab', true],
    ['\\d{2}', '12', true],
    ['[\\d.]+', '1.2', true],
    ['(?:a|b)*?', 'abab', true],
    ['\\(\\?=', '(?=', true],
    ['[(?=]+', '(?=', true],
  ])('%s of %s: %s', (pattern, text, matches) => expect(whole(pattern).test(text)).toBe(matches));

  it.each([
    ['(?=a)', /look-around/], ['(?!a)', /look-around/], ['(?<=a)b', /look-around/], ['(?<!a)b', /look-around/],
    ['(a)\\1', /back-reference/], ['\\pL', /not implemented/], ['\\Qa.b\\E', /not implemented/], ['a(?i)b', /not implemented/],
    ['[[:nothing:]]', /not implemented/], ['(', /./], ['a**', /./],
  ])('%s is refused', (pattern, problem) => expect(() => whole(pattern)).toThrow(problem));

  it('finds parts where that is asked', () => expect('banana'.replace(compileRe2('(?i)A', { whole: false, everywhere: true }), 'o')).toBe('bonono'));
});
