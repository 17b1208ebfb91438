import { expect, test } from 'vitest';
import { CelError, compileCel } from './expression.js';
import { withHasOfElements, withOwnMethods } from './rewriting.js';
import { celValue } from './value.js';

test('admission: variables by name, message expressions', () => {
  const rule = compileCel('object.spec.replicas <= 5 && request.operation == "UPDATE"', { variables: ['object', 'request'] });
  expect(rule.evaluate({ object: celValue({ spec: { replicas: 3 } }, undefined), request: { operation: 'UPDATE' } })).toBe(true);
  expect(compileCel("'too many keys: ' + string(size(object.data))").evaluate({ object: { data: { a: '', b: '', c: '' } } })).toBe('too many keys: 3');
});

test('admission: mutations are written as typed literals', () => {
  const patch = compileCel('[JSONPatch{op: "add", path: "/spec/paused", value: true}]').evaluate({});
  expect(patch).toEqual([{ op: 'add', path: '/spec/paused', value: true }]);
  const applied = compileCel('Object{spec: Object.spec{paused: object.spec.replicas > 1, template: {"a": 1}}}').evaluate({ object: celValue({ spec: { replicas: 3 } }, undefined) });
  expect(applied).toEqual({ spec: { paused: true, template: { a: 1n } } });
});

test('texts are left alone', () => {
  expect(withOwnMethods("x.matches('a.matches(b)') && \"Object{a: 1}\" == y")).toBe("x.m4tches('a.matches(b)') && \"Object{a: 1}\" == y");
});

test('has() asks elements of lists and results of calls too', () => {
  const self = celValue({ list: [{ a: { b: 1 } }] }, undefined);
  const holds = (source: string): unknown => compileCel(source).evaluate({ self });
  expect(['has(self.list[0].a)', '!has(self.list[0].c)', 'has(self.list.filter(x, has(x.a))[0].a.b)', 'has( self.list[0] .a )'].map(holds)).toEqual([true, true, true, true]);
  expect(withHasOfElements("has(self.a.b) && 'has(x[0].a)' == y")).toBe("has(self.a.b) && 'has(x[0].a)' == y");
});

test('errors name the place', () => {
  expect(() => compileCel('object.')).toThrow("ERROR: <input>:1:8: Syntax error: no viable alternative at input '.'\n | object.\n | .......^");
  expect(() => compileCel('self.a == b', { variables: ['self'] })).toThrow("undeclared reference to 'b'");
  expect(() => compileCel('self.a').evaluate({ self: {} })).toThrow('no such key: a');
  expect(() => compileCel('1 / 0 == 1').evaluate({})).toThrow(CelError);
});

test('variables of macros are not variables of the expression', () => {
  const each = compileCel('self.all(i, i > limit)');
  expect([each.uses('self'), each.uses('limit'), each.uses('i')]).toEqual([true, true, false]);
});

test('nothing of the host can be reached', () => {
  for (const source of ['self.constructor', 'self.__proto__', 'self.toString']) expect(() => compileCel(source).evaluate({ self: {} })).toThrow('no such key');
});
