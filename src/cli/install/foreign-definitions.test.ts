import { expect, it } from 'vitest';
import { argoDefinitions } from '../../frontends/argo/custom-resources.js';
import { missingFields } from './foreign-definitions.js';

it('finds nothing missing in the same schema', () => {
  for (const { spec: { versions: [version] } } of argoDefinitions()) expect(missingFields(version?.schema?.openAPIV3Schema, version?.schema?.openAPIV3Schema)).toEqual([]);
});

it('names the outermost fields that are not there, in lists and maps as well', () => {
  const wanted = { properties: { metadata: { properties: { x: {} } }, spec: { properties: { a: {}, list: { items: { properties: { b: {}, c: { properties: { d: {} } } } } }, map: { additionalProperties: { properties: { e: {} } } } } } } };
  const there = { properties: { spec: { properties: { list: { items: { properties: { b: {} } } }, map: { additionalProperties: { properties: {} } } } } } };
  expect(missingFields(there, wanted)).toEqual(['spec.a', 'spec.list[].c', 'spec.map.*.e']);
});

it('misses nothing where unknown fields are kept', () => {
  expect(missingFields({ properties: { spec: { 'x-kubernetes-preserve-unknown-fields': true } } }, { properties: { spec: { properties: { a: {} } } } })).toEqual([]);
});
