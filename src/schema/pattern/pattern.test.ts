import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePattern, PatternError } from './pattern.js';

const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '(a|b)', '(?:ab|a)', 'c', '\\.', '^', '$', '\\b');
const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '*?', '+?')).map(([item, times]) => (/^(\^|\$|\\b)$/.test(item) ? item : item + times));
const pattern = fc.array(fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|'));
const subject = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', ' ') , maxLength: 12 });

test('finds what the engine of the language finds', () => {
  fc.assert(
    fc.property(pattern, subject, (source, text) => {
      const native = new RegExp(source, 'u').exec(text);
      const found = compilePattern(source).find(text);
      expect(found).toEqual(native ? { start: native.index, end: native.index + native[0].length } : undefined);
      expect(compilePattern(source).test(text)).toBe(native !== null);
    }),
    { numRuns: 2000 },
  );
});

test('takes linear time where backtracking takes exponential', () => {
  expect(compilePattern('^(a+)+$').test(`${'a'.repeat(5000)}b`)).toBe(false);
  expect(compilePattern('(x+x+)+y').test('x'.repeat(5000))).toBe(false);
});

test.each([
  ['(?i)^hello$', 'HeLLo', true],
  ['^[[:alpha:]_]+$', 'ab_c', true],
  ['^[^[:digit:]]+$', 'a1', false],
  ['^\\x41\\x{1F600}$', 'A\u{1F600}', true],
  ['^.$', '\u{1F600}', true],
  ['^a.c$', 'a\nc', false],
  ['(?s)^a.c$', 'a\nc', true],
  ['(?m)^b$', 'a\nb', true],
  ['^[]a]+$', ']a', true],
  ['^[a-]+$', 'a-', true],
  ['^(?P<name>ab)c$', 'abc', true],
  ['^\\Qa.b\\E$', 'a.b', true],
  ['^a{,2}$', 'a{,2}', true],
  ['', 'anything', true],
  ['^\\S+$', 'a b', false],
])('%s on %j is %s', (source, text, expected) => {
  expect(compilePattern(source).test(text)).toBe(expected);
});

test.each(['(', 'a)', '[a', 'a**', '*', '\\1', '(?=a)', 'a{1001}', '[b-a]', '\\pL'])('%s is refused', (source) => {
  expect(() => compilePattern(source)).toThrow(PatternError);
});
