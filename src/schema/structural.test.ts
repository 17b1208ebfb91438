import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import gateway from '../kubernetes/generated/gateway-api-crds.json' with { type: 'json' };
import istio from '../kubernetes/generated/istio-crds.json' with { type: 'json' };
import { compileRules } from './cel/rules.js';
import { structuralProblems } from './structural-check.js';
import { type StructuralSchema, toStructural } from './structural.js';
import widget from './testing/widget-schema.json' with { type: 'json' };
import { AnyObject, IntOrString, MapOf, StringEnum } from './typebox.js';

test('schemas made with the helpers are structural', () => {
  const schema = toStructural(
    Type.Object({
      spec: Type.Object({
        weight: Type.Integer({ minimum: 0, exclusiveMaximum: 101 }),
        mode: StringEnum(['a', 'b']),
        port: IntOrString(),
        labels: MapOf(Type.String()),
        free: AnyObject(),
        list: Type.Array(Type.Object({ name: Type.String() }), { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
        maybe: Type.Optional(Type.Boolean({ default: true })),
      }),
    }),
  );
  expect(structuralProblems(schema, 'schema')).toEqual([]);
  expect(schema.properties?.['spec']?.properties?.['weight']).toEqual({ type: 'integer', minimum: 0, maximum: 101, exclusiveMaximum: true });
  expect(JSON.stringify(schema)).not.toContain('~');
});

test('words of a real server', () => {
  const problems = structuralProblems({ properties: { spec: { properties: { a: {} } } } }, 'spec.validation.openAPIV3Schema');
  expect(problems.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'spec.validation.openAPIV3Schema.properties[spec].properties[a].type: Required value: must not be empty for specified object fields',
    'spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
    'spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root',
  ]);
});

test.each<[string, unknown, string]>([
  ['unions of types', { type: 'object', properties: { a: { anyOf: [{ type: 'string' }, { type: 'integer' }], type: 'string' } } }, 's.properties[a].anyOf[0].type'],
  ['both maps and properties', { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: true }, 's.additionalProperties'],
  ['list-map without keys', { type: 'object', properties: { a: { 'type': 'array', 'items': { type: 'object' }, 'x-kubernetes-list-type': 'map' } } }, 's.properties[a].x-kubernetes-list-map-keys'],
  ['references', { type: 'object', properties: { a: { type: 'object', $ref: '#/x' } } }, 's.properties[a].$ref'],
])('%s are refused', (_what, schema, field) => {
  expect(structuralProblems(schema, 's').map((problem) => problem.field)).toContain(field);
});

describe('published CustomResourceDefinitions', () => {
  const crds = [...istio, ...gateway].flatMap(({ metadata, spec }) =>
    spec.versions.map((version) => ({ name: `${metadata.name} ${version.name}`, schema: version.schema.openAPIV3Schema as StructuralSchema })),
  );
  test.each(crds)('$name is structural and its rules compile', ({ schema }) => {
    expect(structuralProblems(schema, 'schema')).toEqual([]);
    expect(compileRules(schema).problems).toEqual([]);
  });
  test('the widget too', () => {
    expect(structuralProblems(widget, 'schema')).toEqual([]);
  });
});
