import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCondition, conditionFault } from './condition.js';
import { outcomeOf } from './outcome.js';
import { ConditionError, type Value } from './syntax.js';

const holds = (source: string, result: Value = null): boolean => compileCondition(source).holds(result);

/** Examples of the language's documentation, each true by itself. */
const TRUE = [
  'array_ == [1, 2, 3, 4, 5]', 'array_[1:4] == [2, 3, 4]', 'array_[1:-1] == [2, 3, 4]', 'array_[:3] == [1, 2, 3]', 'array_[3:] == [4, 5]', 'array_[:] == array_', 'array_[-1] == 5',
].map((source) => source.replaceAll('array_', 'result'));
const DOCUMENTED = [
  '1..3 == [1, 2, 3]', '"John" in ["John", "Jane"]', '"name" in {"name": "John", "age": 30}', 'trim("  Hello  ") == "Hello"', 'trimPrefix("HelloWorld", "Hello") == "World"', 'trimSuffix("HelloWorld", "World") == "Hello"',
  'upper("hello") == "HELLO"', 'split("apple,orange,grape", ",") == ["apple", "orange", "grape"]', 'replace("Hello World", "World", "Universe") == "Hello Universe"', 'repeat("Hi", 3) == "HiHiHi"',
  'indexOf("apple pie", "pie") == 6', 'lastIndexOf("apple pie apple", "apple") == 10', 'hasPrefix("HelloWorld", "Hello")', 'hasSuffix("HelloWorld", "World") == true', 'max(5, 7) == 7', 'min(5, 7) == 5', 'abs(-5) == 5',
  'ceil(1.5) == 2.0', 'floor(1.5) == 1.0', 'round(1.5) == 2.0', 'round(-2.5) == -3', 'find([1, 2, 3, 4], # > 2) == 3', 'findIndex([1, 2, 3, 4], # > 2) == 2', 'findLast([1, 2, 3, 4], # > 2) == 4', 'findLastIndex([1, 2, 3, 4], # > 2) == 3',
  'join(["apple", "orange", "grape"], ",") == "apple,orange,grape"', 'join(["apple", "orange"]) == "appleorange"', 'reduce(1..9, #acc + #) == 45', 'reduce(1..9, #acc + #, 10) == 55', 'sum([1, 2, 3]) == 6', 'mean([1, 2, 3]) == 2.0', 'median([1, 2, 3]) == 2.0',
  'first([1, 2, 3]) == 1', 'last([1, 2, 3]) == 3', 'first([]) == nil', 'take([1, 2, 3, 4], 2) == [1, 2]', 'sort([3, 1, 4]) == [1, 3, 4]', 'sort([3, 1, 4], "desc") == [4, 3, 1]', 'keys({"name": "John", "age": 30}) == ["name", "age"]',
  'values({"name": "John", "age": 30}) == ["John", 30]', 'type(42) == "int"', 'type("hello") == "string"', 'int("123") == 123', 'float("123.45") == 123.45', 'string(123) == "123"', 'len([1, 2, 3]) == 3', 'len({"name": "John", "age": 30}) == 2', 'len("Hello") == 5',
  'get([1, 2, 3], 1) == 2', 'get([1], 7) == nil', 'get({"name": "John"}, "name") == "John"', 'let x = 42; x * 2 == 84', 'let x = 42; let y = 2; x * y == 84', '" a b" | trim() | split(" ") == ["a", "b"]', '0x2A == 42 and 0o52 == 42 and 0b101010 == 42 and 1_000 == 1000', '.5 + 0.5 == 1e0',
  '"Hello\\nWorld" == "Hello\u000aWorld"', "'\\u0041' == `A`", '`a\\n` == "a\\\\n"', 'filter(0..9, {# % 2 == 0}) == [0, 2, 4, 6, 8]', 'map([{v: 1}, {v: 2}], {.v}) == [1, 2]', 'map([{v: 1}], .v) == [1]', 'map(["a", "b"], #index) == [0, 1]', 'all([], # > 1) and none([], # > 1) and not any([], # > 1)',
  'one([1, 2, 3], # == 2)', 'count([1, 2, 3], # > 1) == 2', 'true ? 1 == 1 : false', '(nil ?? 3) == 3', '{a: nil}.a?.b == nil', '2 ** 3 ** 2 == 512', '-2 ** 2 == -4', '2 ^ 3 == 8', '10 % 4 == 2', '7 / 2 == 3.5', 'not (1 == 2) && !false || false', '3 not in [1, 2]',
  '"abc" matches "^a.c$" and "abc" contains "b" and "abc" startsWith "a" and "abc" endsWith "c"', 'toJSON({a: 1}) == "{\\"a\\":1}"', '1 == 1 // a comment', '/* a */ true', 'all([[1, 2], [3]], all(#, # > 0))',
];

describe('conditions', () => {
  it.each(DOCUMENTED)('%s', (source) => expect(holds(source)).toBe(true));
  it.each(TRUE)('%s', (source) => expect(holds(source, [1, 2, 3, 4, 5])).toBe(true));

  it.each<[string, Value, boolean]>([
    ['result[0] >= 0.95', [0.96], true],
    ['result[0] >= 0.95', [0.94], false],
    ['result >= 0.95', 0.95, true],
    ['result == true', true, true],
    ["result == 'true'", true, false],
    ['all(result.service_apdex.values.values, {# > 1})', { service_apdex: { label: null, values: { values: [2, 2] } } }, true],
    ['2 in result', [2, 2], true],
    ['asInt(result) == 1', '1', true],
    ['asInt(result) == 1', 1.123, true],
    ['asFloat(result) >= 1.1', '1.1', true],
    ['default(result, 0) < 5', null, true],
    ['default(result, 0) < 5', 7, false],
    ['isNil(result) || result.ok', null, true],
    ['isNaN(result) || isInf(result)', NaN, true],
    ['isInf(result)', -Infinity, true],
    ['result == result', NaN, false],
    ['result > 1 || result <= 1', NaN, false],
    ['len(result) == 0 || result[0] < 1', [], true],
    ['result.missing == nil', {}, true],
    ['result.data.ok && result.data.count > 3', { data: { ok: true, count: 4 } }, true],
    ['result["a b"] == 1', { 'a b': 1 }, true],
  ])('%s of %j is %s', (source, result, expected) => expect(holds(source, result)).toBe(expected));

  it.each([
    ['1', 'it must be true or false, and is a number, at character 1'],
    ['invalidVariable', 'the name invalidVariable is not known, at character 1'],
    ['reslt > 1', 'the name reslt is not known; did you mean result?, at character 1'],
    ['result >', 'it ends too early, at character 9'],
    ["result.Name() == 'hi'", 'a condition calls no methods, and .Name() is one, at character 8'],
    ['asFloat(result) == "1.1"', 'a number and a text cannot go together with ==, at character 17'],
    ['ln(result) > 1', 'there is no function ln; did you mean len?, at character 1'],
    ['len(result, 1) > 1', 'len takes 1 arguments, not 2, at character 1'],
    ['# > 1', '# is only known within all, any, filter, map and their like, at character 1'],
    ['result > 1 2', '"2" does not belong here, at character 12'],
    ['(result', 'it ends too early: ")" is missing, at character 8'],
    ["'abc", 'a text without its end, at character 1'],
    ['result @ 1', '"@" has no meaning here, at character 8'],
    ['1 && true', 'a number stands where true or false is needed, at character 1'],
    ['', 'it ends too early, at character 1'],
    ['now() > result', 'there is no function now, at character 1'],
    [`${'('.repeat(200)}1${')'.repeat(200)} == 1`, 'it is nested too deeply, at character 101'],
  ])('%s is refused', (source, expected) => expect(conditionFault(source)).toBe(expected));

  it.each<[string, Value, string]>([
    ['asInt(result) == 1.1', '1.1', '"1.1" is no whole number'],
    ['asFloat(result) == 1.1', 'NotANum', '"NotANum" is no number'],
    ['result[0] > 1', [], 'there is no element 0 in a list of 0'],
    ['result.a.b == 1', {}, 'nil has no field b'],
    ['result > "a"', 1, 'a number is no text'],
    ['result', 3, 'it is neither true nor false'],
    ['len(0..1000000) > 1', 0, 'it takes more than 100000 steps'],
    ['len(map(0..900, map(0..900, #))) > 1', 0, 'it takes more than 100000 steps'],
    ['len(repeat("a", 1000000)) > 1', 0, 'the text becomes too long'],
    ['result.constructor.name == "x"', { a: 1 }, 'nil has no field name'],
    ['result.__proto__ != nil && result.__proto__.a == 1', { a: 1 }, ''],
  ])('%s of %j: %s', (source, result, message) => {
    const condition = compileCondition(source);
    if (message === '') expect(condition.holds(result)).toBe(false);
    else expect(() => condition.holds(result)).toThrow(message.startsWith('a number is no text') ? /is no (text|number)/ : message);
  });

  it('ends for any text and any result, in an answer or in its own error', () => {
    const word = fc.constantFrom('result', '#', '1', '0..9', '"a"', '(', ')', '[', ']', '{', '}', '>', '==', 'and', 'not', 'in', '??', '?', ':', '.', '?.', ',', '|', 'all(', 'map(', 'len(', 'let x =', ';', '-', '**', 'nil', 'matches');
    fc.assert(fc.property(fc.oneof(fc.string(), fc.array(word, { maxLength: 12 }).map((words) => words.join(' '))), fc.jsonValue(), (source, result) => {
      try {
        expect(typeof compileCondition(source).holds(result as Value)).toBe('boolean');
      } catch (error) {
        expect(error).toBeInstanceOf(ConditionError);
      }
    }), { numRuns: 500 });
  });

  it('compares numbers as numbers are', () => {
    fc.assert(fc.property(fc.double(), fc.double(), (a, b) => {
      const of = (operator: string): boolean => holds(`result[0] ${operator} result[1]`, [a, b]);
      expect([of('<'), of('<='), of('>'), of('>='), of('=='), of('!=')]).toEqual([a < b, a <= b, a > b, a >= b, a === b, a !== b]);
    }));
  });
});

describe('the outcome of a measurement', () => {
  it.each<[string, string, string]>([
    ['true', 'false', 'Successful'], ['true', 'true', 'Failed'], ['false', 'false', 'Inconclusive'], ['false', 'true', 'Failed'],
    ['', 'false', 'Successful'], ['', 'true', 'Failed'], ['false', '', 'Failed'], ['true', '', 'Successful'], ['', '', 'Successful'],
    ['a == true', 'true', 'Error'], ['true', 'a == true', 'Error'],
  ])('success "%s" and failure "%s" are %s', (successCondition, failureCondition, phase) => expect(outcomeOf(true, { successCondition, failureCondition }).phase).toBe(phase));
});
