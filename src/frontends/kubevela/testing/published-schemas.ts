import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { CustomResourceDefinition } from '../../../kubernetes/generated/apiextensions-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { openApiDocument } from '../../../schema/openapi-document.js';
import { unknownFieldPaths } from '../../../schema/pruning.js';
import type { StructuralSchema } from '../../../schema/structural.js';
import { validateObject } from '../../../schema/validation.js';

const generated = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../../kubernetes/generated/${name}`, import.meta.url), 'utf8'));
const builtIn = openApiDocument(generated('openapi-schemas.json') as Record<string, unknown>);
const istio = generated('istio-crds.json') as CustomResourceDefinition[];

function schemaOf({ apiVersion, kind }: KubernetesObject): StructuralSchema | undefined {
  if (apiVersion === 'apps/v1') return builtIn.schema(`io.k8s.api.apps.v1.${kind}`);
  if (apiVersion === 'v1') return builtIn.schema(`io.k8s.api.core.v1.${kind}`);
  const definition = istio.find(({ spec }) => spec.names.kind === kind);
  return definition?.spec.versions.find(({ name }) => apiVersion.endsWith(`/${name}`))?.schema?.openAPIV3Schema as StructuralSchema | undefined;
}

/** Expects an object to have only fields that its published schema knows, with values that it takes. */
export function fitsPublishedSchema(object: KubernetesObject): void {
  const schema = schemaOf(object);
  if (!schema) throw new Error(`no schema of ${object.apiVersion} ${object.kind}`);
  expect(unknownFieldPaths(object, schema)).toEqual([]);
  expect(validateObject(object, schema)).toEqual([]);
}
