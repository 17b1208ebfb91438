import type { CustomResourceDefinition } from '../../../kubernetes/generated/apiextensions-v1.js';
import type { FieldError } from '../../../kubernetes/field-error.js';
import { fieldPath, forbiddenField, invalidField, requiredField, unsupportedField } from '../../../kubernetes/field-errors.js';
import type { KindRegistry } from '../kind-registry.js';
import { compileRules } from '../../../schema/cel/rules.js';
import type { StructuralSchema } from '../../../schema/structural.js';
import { deepEqual } from '../../../kubernetes/json.js';
import { structuralProblems } from '../../../schema/structural-check.js';

/** Makes the kind of definitions check them. */
export function withDefinitionRules(kinds: KindRegistry): void {
  const served = kinds.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
  if (served === undefined) return;
  kinds.add({
    ...served,
    check: (object, before) => [
      ...definitionProblems(object as CustomResourceDefinition),
      ...(before === undefined ? [] : definitionUpdateProblems(object as CustomResourceDefinition, before as CustomResourceDefinition)),
    ],
  });
}

/** What is wrong with a definition. */
function definitionProblems({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const problems: FieldError[] = [];
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    problems.push(invalidField('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (spec.group === '') problems.push(requiredField('spec.group'));
  else if (!spec.group.includes('.')) problems.push(invalidField('spec.group', spec.group, 'should be a domain with at least one dot'));
  if (spec.scope !== 'Namespaced' && spec.scope !== 'Cluster') problems.push(unsupportedField('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  const versions = spec.versions ?? [];
  const stored = versions.filter(({ storage }) => storage);
  if (stored.length !== 1) problems.push(invalidField('spec.versions', spec.versions, 'must have exactly one version marked as storage version'));
  // Where all versions have one schema it is named as that of the definition itself.
  const oneSchema = versions.every(({ schema }) => deepEqual(schema, versions[0]?.schema));
  versions.forEach((version, index) => {
    const at = fieldPath('spec.versions', index);
    const schema = version.schema?.openAPIV3Schema;
    if (schema === undefined) problems.push(requiredField(fieldPath(at, 'schema.openAPIV3Schema'), 'schemas are required'));
    else {
      const path = oneSchema ? 'spec.validation.openAPIV3Schema' : fieldPath(at, 'schema.openAPIV3Schema');
      const unstructural = structuralProblems(schema, path);
      problems.push(...unstructural);
      if (unstructural.length === 0) problems.push(...compileRules(schema as StructuralSchema, { schemaPath: path }).problems);
    }
  });
  if (spec.preserveUnknownFields === true) problems.push(invalidField('spec.preserveUnknownFields', true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'));
  const { strategy = 'None' } = spec.conversion ?? {};
  if (strategy !== 'None') problems.push(forbiddenField('spec.conversion.strategy', 'this server converts by strategy None only'));
  return problems;
}

/** What a definition may not change once it serves. */
function definitionUpdateProblems({ spec }: CustomResourceDefinition, before: CustomResourceDefinition): FieldError[] {
  const problems: FieldError[] = [];
  if (spec.group !== before.spec.group) problems.push(invalidField('spec.group', spec.group, 'field is immutable'));
  if (spec.scope !== before.spec.scope) problems.push(invalidField('spec.scope', spec.scope, 'field is immutable'));
  if (spec.names.plural !== before.spec.names.plural) problems.push(invalidField('spec.names.plural', spec.names.plural, 'field is immutable'));
  if (spec.names.kind !== before.spec.names.kind) problems.push(invalidField('spec.names.kind', spec.names.kind, 'field is immutable'));
  return problems;
}
