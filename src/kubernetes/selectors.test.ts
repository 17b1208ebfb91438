import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFieldSelector } from './field-selectors.js';
import { formatLabelSelector, labelMatcher, matchesLabels, matchesLabelSelector, parseLabelSelector, SelectorError, validateLabelSelector } from './selectors.js';

const objects = Array.from({ length: 8 }, (_, n) => ({ n: String(n), par: n % 2 === 0 ? 'even' : 'odd' }));
const selected = (text: string): string => objects.filter((labels) => parseLabelSelector(text).matches(labels)).map(({ n }) => n).join('');

test.each([
  ['par=odd', '1357'],
  ['par==odd', '1357'],
  ['par!=odd', '0246'],
  ['n in (1,2)', '12'],
  ['n notin (1,2)', '034567'],
  ['n', '01234567'],
  ['!n', ''],
  ['n>4', '567'],
  ['n<2', '01'],
  ['par=odd,n!=1', '357'],
  ['par=', ''],
  ['', '01234567'],
  ['missing!=x', '01234567'],
])('%s', (text, expected) => {
  expect(selected(text)).toBe(expected);
});

describe('answers of a real server', () => {
  test.each([
    ['par=odd,', "found '', expected: identifier after ','"],
    ['=x', "found '=', expected: !, identifier, or 'end of string'"],
    ['a in ', "unable to parse requirement: found '' expected: '('"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['par=bad value!', "found 'value', expected: ',' or 'end of string'"],
    [
      '-bad=1',
      "unable to parse requirement: <nil>: Invalid value: \"-bad\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    ['n>x', 'unable to parse requirement: values[0]: Invalid value: "x": for \'Gt\', \'Lt\' operators, the value must be an integer'],
  ])('%s', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(new SelectorError(message));
  });

  test('a field selector without an operator', () => {
    expect(() => parseFieldSelector('xx')).toThrow("invalid selector: 'xx'; can't understand 'xx'");
  });
});

test('a missing selector selects nothing, an empty one everything', () => {
  expect(matchesLabelSelector(undefined, { a: 'b' })).toBe(false);
  expect(matchesLabelSelector({}, undefined)).toBe(true);
  expect(matchesLabels({}, { a: 'b' })).toBe(false);
  expect(matchesLabels({ a: 'b' }, { a: 'b', c: 'd' })).toBe(true);
});

test('expressions', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['b', 'a'] },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  };
  expect(formatLabelSelector(selector)).toBe('app=web,!old,tier in (a,b)');
  expect(matchesLabelSelector(selector, { app: 'web', tier: 'a' })).toBe(true);
  expect(matchesLabelSelector(selector, { app: 'web', tier: 'a', old: '' })).toBe(false);
  expect(validateLabelSelector({ matchExpressions: [{ key: 'a', operator: 'In' }] }, 'spec.selector')[0]?.field).toBe('spec.selector.matchExpressions[0].values');
});

const key = fc.constantFrom('a', 'b', 'app.io/c');
const value = fc.constantFrom('', 'x', 'y', 'z-1');
const selector = fc.record({
  matchLabels: fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true }),
  matchExpressions: fc.array(
    fc.oneof(
      fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values: fc.uniqueArray(value, { minLength: 1 }).filter((values) => values.join('') !== '') }),
      fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
    ),
    { maxLength: 3 },
  ),
});

test('the text form selects what the object form selects', () => {
  fc.assert(
    fc.property(selector, fc.dictionary(key, value, { noNullPrototype: true }), (each, labels) => {
      const matcher = labelMatcher(each);
      expect(parseLabelSelector(matcher.toString()).matches(labels)).toBe(matcher.matches(labels));
    }),
  );
});

test('field selectors, with escapes', () => {
  const fields: Record<string, string> = { 'metadata.name': 'c2', 'spec.x': 'a,b=c\\d' };
  const matches = (text: string): boolean => parseFieldSelector(text).matches((field) => fields[field] ?? '');
  expect(matches('metadata.name=c2')).toBe(true);
  expect(matches('metadata.name!=c2')).toBe(false);
  expect(matches('metadata.name==c2,spec.none=')).toBe(true);
  expect(matches('spec.x=a\\,b\\=c\\\\d')).toBe(true);
  expect(parseFieldSelector('spec.x=a\\,b\\=c\\\\d').toString()).toBe('spec.x=a\\,b\\=c\\\\d');
  expect(() => parseFieldSelector('a=b=c')).toThrow(SelectorError);
});
