import { describe, expect, test } from 'vitest';
import { fillDefaults } from './defaulting.js';
import { dropUnknownFields } from './pruning.js';
import type { StructuralSchema } from './structural.js';
import widget from './testing/widget-schema.json' with { type: 'json' };
import { rulesNotChecked, validateObject } from './validation.js';

const schema = widget as StructuralSchema;
const widgetOf = (spec: unknown): Record<string, unknown> => ({ apiVersion: 'lab.serin.test/v1', kind: 'Widget', metadata: { name: 'w' }, spec });

function problemsOf(spec: unknown, old?: unknown): string[] {
  const object = widgetOf(spec);
  fillDefaults(object, schema);
  const problems = validateObject(object, schema, old === undefined ? {} : { old: widgetOf(old) });
  const blocked = rulesNotChecked(problems);
  return [...problems, ...(blocked ? [blocked] : [])].map(({ field, message }) => `${field}: ${message}`).sort();
}

const blocked = '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

describe('answers of a real server', () => {
  test('enum, pattern, minimum, maxLength, type, required, duplicates', () => {
    expect(problemsOf({ size: 0, color: 'blue', code: 'TOOLONG1', port: true, items: [{ v: 1 }], set: ['a', 'a'] })).toEqual(
      [
        'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
        'spec.color: Unsupported value: "blue": supported values: "red", "green"',
        'spec.code: Too long: may not be more than 5 bytes',
        'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
        'spec.items[0].name: Required value',
        'spec.set[1]: Duplicate value: "a"',
        blocked,
      ].sort(),
    );
  });

  test('maximum, wrong type, format', () => {
    expect(problemsOf({ size: 11, from: 'x', when: 'notadate' })).toEqual(
      [
        'spec.when: Invalid value: "notadate": spec.when in body must be of type date-time: "notadate"',
        'spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10',
        'spec.from: Invalid value: "string": spec.from in body must be of type integer: "string"',
        blocked,
      ].sort(),
    );
  });

  test('missing fields', () => {
    expect(problemsOf({})).toEqual([blocked, 'spec.size: Required value']);
    expect(validateObject({ metadata: {} }, schema).map(({ field }) => field)).toEqual(['spec']);
  });

  test('too many items and a duplicate key of a list-map', () => {
    expect(problemsOf({ size: 2, items: [{ name: 'a' }, { name: 'a' }, { name: 'b' }, { name: 'c' }] })).toEqual(
      ['spec.items: Too many: 4: must have at most 3 items', 'spec.items[1]: Duplicate value: {"name":"a"}', blocked].sort(),
    );
  });

  test('a fraction for an integer', () => {
    expect(problemsOf({ size: 2.5 })).toEqual(
      [
        'spec.size: Invalid value: "number": spec.size in body must be of type integer: "number"',
        '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.size',
        blocked,
      ].sort(),
    );
  });

  test('the status alone: messages name the path below it', () => {
    const status = schema.properties?.['status'] ?? {};
    expect(validateObject({ replicas: 'x' }, status, { path: 'status' })).toEqual([
      { reason: 'FieldValueTypeInvalid', field: 'status.replicas', message: 'Invalid value: "string": replicas in body must be of type integer: "string"' },
    ]);
  });

  test('ratcheting: an unchanged part is tolerated, a changed one is not', () => {
    expect(problemsOf({ size: 20, code: 'abc' }, { size: 20 })).toEqual([]);
    expect(problemsOf({ size: 21 }, { size: 20 })).toEqual(['spec.size: Invalid value: 21: spec.size in body should be less than or equal to 10']);
    const items = [{ name: 'a', v: 'bad' }];
    expect(problemsOf({ size: 2, items: [...items, { name: 'b', v: 1 }] }, { size: 2, items })).toEqual([]);
  });
});

test('defaults: missing, null, inside lists; null without a default goes', () => {
  const object = widgetOf({ size: 2, color: null, nul: null, code: null, items: [{ name: 'a' }, { name: 'b', v: 1 }] });
  fillDefaults(object, schema);
  expect(object['spec']).toEqual({ size: 2, color: 'red', nul: null, port: 80, items: [{ name: 'a', v: 5 }, { name: 'b', v: 1 }] });
});

test('pruning says where', () => {
  const object = {
    ...widgetOf({ size: 3, unknown: 1, free: { any: { thing: [1] } }, items: [{ name: 'a' }, { name: 'b', zz: 2 }] }),
    extra: 1,
    metadata: { name: 'w', bogus: 1 },
  };
  expect(dropUnknownFields(object, schema)).toEqual(['metadata.bogus', 'spec.unknown', 'spec.items[1].zz', 'extra']);
  expect(object).toEqual({ ...widgetOf({ size: 3, free: { any: { thing: [1] } }, items: [{ name: 'a' }, { name: 'b' }] }) });
});

describe('logic', () => {
  const either: StructuralSchema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    oneOf: [{ required: ['a'] }, { required: ['b'] }],
  };
  test('oneOf counts what is valid', () => {
    const messages = (value: unknown): string[] => validateObject({ x: value }, { type: 'object', properties: { x: either } }).map(({ message }) => message);
    expect(messages({ a: '1' })).toEqual([]);
    expect(messages({})).toEqual(['Invalid value: "": "x" must validate one and only one schema (oneOf). Found none valid', 'Required value']);
    expect(messages({ a: '1', b: '2' })).toEqual(['Invalid value: "": "x" must validate one and only one schema (oneOf). Found 2 valid alternatives']);
  });
});
