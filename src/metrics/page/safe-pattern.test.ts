import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from './safe-pattern.js';

/** Expressions that JavaScript takes as RE2 does. */
const { expression } = fc.letrec<{ expression: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '.', '\\d', '[ab]', '[^a]', '[a-c1]', '\\.', '5', '-', '\\w'),
    tie('expression').map((inside) => `(${inside})`),
    tie('expression').map((inside) => `(?:${inside})`),
  ),
  expression: fc.oneof(
    { depthSize: 'small' },
    tie('atom'),
    fc.tuple(tie('atom'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{1,}', '*?', '')).map((parts) => parts.join('')),
    fc.tuple(tie('expression'), tie('expression')).map((parts) => parts.join('')),
    fc.tuple(tie('expression'), tie('expression')).map((parts) => parts.join('|')),
  ),
}));

describe('regular expressions of labels', () => {
  it('match what others let them match, as a whole', () => {
    fc.assert(
      fc.property(expression.filter((source) => source.length < 40), fc.stringMatching(/^[abc1.5-]{0,8}$/), (source, text) => {
        expect([source, compilePattern(source)(text)]).toEqual([source, new RegExp(`^(?:${source})$`, 's').test(text)]);
      }),
      { numRuns: 2000 },
    );
  });

  it('take no longer with any text', () => {
    const [begin, end] = ['a'.repeat(1000), 'a'.repeat(1024)];
    for (const source of ['(a+)+b', '(a*)*b', 'a*a*a*a*a*a*b', '(a|a)+b', '(a|aa)+b', '(a{1,10}){1,10}b', '((((((a?)*)*)*)*)*)*b']) {
      const matches = compilePattern(source);
      const before = process.cpuUsage().user;
      expect([matches(begin), matches(end)]).toEqual([false, false]);
      expect(process.cpuUsage().user - before, source).toBeLessThan(5_000_000);
    }
  });

  it.each([
    ['(', 'a ( without a )'], ['a)', 'a ) without a ('], ['[a', 'ends too early'], ['*a', 'nothing before *'], ['a**', 'repeated twice'], ['(?=a)', 'only (?:'],
    ['\\1', '\\1 cannot be used'], ['\\bx', '\\b cannot be used'], ['a{200}', 'more than 100 times'], ['(a{50}){50}', 'more than 100 times'], ['a{3,2}', 'ends before it begins'],
    ['a$b', '$ can stand only at the end'], ['['.repeat(1), 'ends too early'], ['('.repeat(40), 'too deep'], ['[[:alpha:]]', '[: :]'], ['x'.repeat(300), 'longer than 256'],
  ])('%s is refused: %s', (source, why) => {
    expect(() => compilePattern(source)).toThrow(why);
  });

  it('take ^ and $ for what is so anyway', () => {
    expect(['5..', '^5..$', '5..$', '5\\$'].map((source) => [compilePattern(source)('503'), compilePattern(source)('1503')])).toEqual([[true, false], [true, false], [true, false], [false, false]]);
    expect(compilePattern('')('')).toBe(true);
    expect(compilePattern('5\\$')('5$')).toBe(true);
  });
});
