import { describe, expect, test } from 'vitest';
import { customResourceSchema } from '../custom-resource.js';
import { scanJson } from '../json-text.js';
import type { StructuralSchema } from '../structural.js';
import widget from '../testing/widget-schema.json' with { type: 'json' };
import { compileRules } from './rules.js';

const schema = customResourceSchema(widget as StructuralSchema);
const widgetOf = (spec: unknown, name = 'w2'): Record<string, unknown> => ({ apiVersion: 'lab.serin.test/v1', kind: 'Widget', metadata: { name }, spec });
const problemsOf = (object: unknown, old?: unknown): string[] => schema.validate(object, old).map(({ field, message }) => `${field}: ${message}`);

describe('answers of a real server', () => {
  test.each([
    [{ size: 3, from: 5, to: 2 }, ['spec.to: Forbidden: from is after to']],
    [{ size: 3, code: 'bad' }, ['spec: Invalid value: code bad is bad']],
    [{ size: 9, code: 'bad', from: 5, to: 2 }, ['spec.to: Forbidden: from is after to', 'spec: Invalid value: failed rule: self.size < 9', 'spec: Invalid value: code bad is bad']],
    [{ size: 9 }, ['spec: Invalid value: failed rule: self.size < 9']],
    [{ size: 2 }, []],
  ])('%j', (spec, expected) => {
    expect(problemsOf(widgetOf(spec))).toEqual(expected);
  });

  test('a rule on the name', () => {
    expect(problemsOf(widgetOf({ size: 2 }, 'x2'))).toEqual(['<nil>: Invalid value: name must start with w']);
  });

  test('a whole number written as a fraction fails the rules that read it', () => {
    const text = '{"apiVersion":"lab.serin.test/v1","kind":"Widget","metadata":{"name":"w9"},"spec":{"size":2.0}}';
    const problems = schema.validate(JSON.parse(text), undefined, { floats: scanJson(text).floats });
    expect(problems).toEqual([
      { reason: 'FieldValueInvalid', field: 'spec', message: 'Invalid value: "object": invalid data, expected int, got float64 evaluating rule: self.size < 9' },
    ]);
  });

  test('a transition: changed is refused, removed and added are not', () => {
    const before = widgetOf({ size: 2, immutable: 'x' });
    expect(problemsOf(widgetOf({ size: 2, immutable: 'y' }), before)).toEqual(['spec.immutable: Invalid value: "y": is immutable']);
    expect(problemsOf(widgetOf({ size: 2 }), before)).toEqual([]);
    expect(problemsOf(before, widgetOf({ size: 2 }))).toEqual([]);
    expect(problemsOf(before)).toEqual([]);
  });

  test('rules that do not compile', () => {
    const bad: StructuralSchema = {
      type: 'object',
      properties: { spec: { 'type': 'object', 'properties': { a: { type: 'string' } }, 'x-kubernetes-validations': [{ rule: 'self.b == 1' }, { rule: 'self.a =' }] } },
    };
    expect(compileRules(bad, { schemaPath: 'spec.validation.openAPIV3Schema' }).problems).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule',
        message: `Invalid value: {"Rule":"self.b == 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: <input>:1:5: undefined field 'b'\n | self.b == 1\n | ....^`,
      },
      {
        reason: 'FieldValueInvalid',
        field: 'spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[1].rule',
        message: `Invalid value: {"Rule":"self.a =","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: <input>:1:8: Syntax error: token recognition error at: '='\n | self.a =\n | .......^`,
      },
    ]);
  });

  test('duplicate fields', () => {
    expect(scanJson('{"data":{"a":"1","a":"2"},"data":{"b":"1"}}').duplicates).toEqual(['data.a', 'data']);
  });
});

const check = (rule: string, self: unknown, node: StructuralSchema, old?: unknown, extra: object = {}): string[] => {
  const compiled = compileRules({ type: 'object', properties: { x: { ...node, 'x-kubernetes-validations': [{ rule, ...extra }] } } });
  expect(compiled.problems).toEqual([]);
  return compiled.validate({ x: self }, old === undefined ? undefined : { x: old }).map(({ message }) => message);
};

test.each<[string, unknown, StructuralSchema]>([
  ['self.all(i, i.weight <= 100)', [{ weight: 1 }], { type: 'array', items: { type: 'object', properties: { weight: { type: 'integer' } } } }],
  ['self.isSorted() && self.sum() == 6 && self.max() == 3 && self.min() == 1 && self.indexOf(2) == 1', [1, 2, 3], { type: 'array', items: { type: 'integer' } }],
  ["self.matches('^[a-z]+$') && self.find('[b-c]+') == 'bc' && self.charAt(0) == 'a' && self.replace('b', 'x') == 'axc'", 'abc', { type: 'string' }],
  ["self.map(k, k + '=' + self[k]).join(',') == 'a=b'", { a: 'b' }, { type: 'object', additionalProperties: { type: 'string' } }],
  ["quantity(self).isGreaterThan(quantity('1Gi')) && quantity('500m').add(quantity('1500m')).asInteger() == 2", '2Gi', { type: 'string' }],
  ["'%s has %d'.format(['x', self]) == 'x has 3'", 3, { type: 'integer' }],
  ["type(self) == int ? self > 1 : self.endsWith('%')", '10%', { 'x-kubernetes-int-or-string': true }],
  ["type(self) == int ? self > 1 : self.endsWith('%')", 2, { 'x-kubernetes-int-or-string': true }],
  ["self.a__dash__b == 1 && self.__namespace__ == 'n'", { 'a-b': 1, 'namespace': 'n' }, { type: 'object', properties: { 'a-b': { type: 'integer' }, 'namespace': { type: 'string' } } }],
  ["self > duration('1h') && self < duration('2h')", '90m', { type: 'string', format: 'duration' }],
  ["self > timestamp('2020-01-01T00:00:00Z')", '2026-01-01T00:00:00Z', { type: 'string', format: 'date-time' }],
  ["isURL(self) && url(self).getHost() == 'a.b:80' && url(self).getScheme() == 'http'", 'http://a.b:80/c', { type: 'string' }],
  ['self % 2 == 1 && self + 1 == 4 && double(self) / 2.0 == 1.5', 3, { type: 'integer' }],
  ['self * 2.0 == 3.0', 1.5, { type: 'number' }],
  ['sets.contains(self, ["a"]) && math.greatest(1, 2) == 2', ['a', 'b'], { type: 'array', items: { type: 'string' } }],
  ['has(self.a) && !has(self.b) && self.?b.orValue(7) == 7', { a: 1 }, { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } }],
  ['self.exists_one(i, i.name == "a") && self.filter(i, i.on).size() == 1', [{ name: 'a', on: true }, { name: 'b', on: false }], { type: 'array', items: { type: 'object', properties: { name: { type: 'string' }, on: { type: 'boolean' } } } }],
])('%s holds', (rule, self, node) => {
  expect(check(rule, self, node)).toEqual([]);
});

test('a pattern that would take exponential time elsewhere ends at once', () => {
  expect(check("self.matches('^(a+)+$')", `${'a'.repeat(3000)}b`, { type: 'string' })).toHaveLength(1);
});

test('items of a list-map are compared with what they were', () => {
  const list: StructuralSchema = { 'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], 'items': { 'type': 'object', 'properties': { name: { type: 'string' }, v: { 'type': 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'never less' }] } } } };
  const rules = compileRules({ type: 'object', properties: { l: list } });
  const old = { l: [{ name: 'a', v: 1 }, { name: 'b', v: 5 }] };
  expect(rules.validate({ l: [{ name: 'b', v: 5 }, { name: 'c', v: 0 }, { name: 'a', v: 2 }] }, old)).toEqual([]);
  expect(rules.validate({ l: [{ name: 'b', v: 4 }] }, old)).toEqual([{ reason: 'FieldValueInvalid', field: 'l[0].v', message: 'Invalid value: 4: never less' }]);
});

test('optionalOldSelf sees a creation', () => {
  const node: StructuralSchema = { type: 'integer' };
  const extra = { optionalOldSelf: true, message: 'starts at 0' };
  expect(check('oldSelf.hasValue() ? self > oldSelf.value() : self == 0', 0, node, undefined, extra)).toEqual([]);
  expect(check('oldSelf.hasValue() ? self > oldSelf.value() : self == 0', 1, node, undefined, extra)).toEqual(['Invalid value: 1: starts at 0']);
  expect(check('oldSelf.hasValue() ? self > oldSelf.value() : self == 0', 2, node, 1, extra)).toEqual([]);
});

test('an unchanged part is not held to a rule that came later', () => {
  expect(check('self < 3', 5, { type: 'integer' }, 5)).toEqual([]);
  expect(check('self < 3', 6, { type: 'integer' }, 5)).toHaveLength(1);
});
