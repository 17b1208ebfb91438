import { expect, test } from 'vitest';
import definitions from '../kubernetes/generated/openapi-schemas.json' with { type: 'json' };
import { decodingProblem } from './decoding.js';
import { openApiDocument } from './openapi-document.js';
import { unknownFieldPaths } from './pruning.js';

const document = openApiDocument(definitions);
const deployment = document.schema('io.k8s.api.apps.v1.Deployment') ?? {};
const configMap = document.schema('io.k8s.api.core.v1.ConfigMap') ?? {};

test('words of a real server', () => {
  expect(decodingProblem({ data: { a: 1 } }, configMap)).toBe('json: cannot unmarshal number into Go struct field ConfigMap.data of type string');
  expect(decodingProblem({ data: 'x' }, configMap)).toBe('json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string');
  expect(decodingProblem({ spec: { replicas: 'x' } }, deployment)).toBe('json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32');
  expect(decodingProblem({ spec: { replicas: 2, template: { spec: { containers: [{ name: 'a' }] } } } }, deployment)).toBe(undefined);
});

test('unknown fields of a built-in kind, in the order of the document', () => {
  const container = { name: 'web', imagePullPolice: 'x', env: [{ name: 'A', valu: '1' }], resources: { limits: { cpu: '1' } } };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'u', labels: { a: 'b' }, bogus: 1 }, spec: { template: { spec: { containers: [container] } }, replicaz: 2 } };
  expect(unknownFieldPaths(object, deployment)).toEqual([
    'metadata.bogus',
    'spec.template.spec.containers[0].imagePullPolice',
    'spec.template.spec.containers[0].env[0].valu',
    'spec.replicaz',
  ]);
});

test('a schema that contains itself can be walked', () => {
  const props = document.schema('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps');
  expect(props?.properties?.['properties']).toBeDefined();
  expect(document.schema('none')).toBe(undefined);
});

test('every definition can be walked to a depth of four', () => {
  const walk = (schema: { properties?: object; items?: unknown; additionalProperties?: unknown }, depth: number): void => {
    if (depth === 0) return;
    for (const child of [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties]) if (typeof child === 'object' && child !== null) walk(child, depth - 1);
  };
  for (const name of Object.keys(definitions)) walk(document.schema(name) ?? {}, 4);
});
