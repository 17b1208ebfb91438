import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../../kubernetes/generated/apiextensions-v1.js';
import type { FieldError } from '../../../kubernetes/field-error.js';
import { isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { compileRules, type CompiledRules } from '../../../schema/cel/rules.js';
import { fillDefaults } from '../../../schema/defaulting.js';
import { dropUnknownFields } from '../../../schema/pruning.js';
import type { StructuralSchema } from '../../../schema/structural.js';
import { rulesNotChecked, validateObject } from '../../../schema/validation.js';
import { BuiltinDecoder } from '../decoding/builtin-decoder.js';
import { builtinSchemas } from '../decoding/builtin-schemas.js';
import { collectionOf, type ServedKind } from '../kind-registry.js';
import type { Kind } from '../kinds/kind.js';
import { customColumns } from './custom-columns.js';
import { textAt } from './simple-path.js';

const metadataDecoder = new BuiltinDecoder(builtinSchemas.definitions);

/** Every version that a definition serves, the preferred one first. */
export function servedVersions(definition: CustomResourceDefinition): ServedKind[] {
  const { group } = definition.spec;
  const storedSchema = schemaOf(definition.spec.versions.find(({ storage }) => storage));
  return definition.spec.versions
    .filter(({ served }) => served)
    .sort((a, b) => compareVersions(a.name, b.name))
    .map((version) => {
      const schema = schemaOf(version);
      const warning = version.deprecated === true ? (version.deprecationWarning ?? defaultWarning(definition, version.name)) : undefined;
      return {
        kind: customKind(definition, version, schema),
        version: version.name,
        apiVersion: `${group}/${version.name}`,
        collection: collectionOf(group, definition.spec.names.plural),
        custom: true,
        schema,
        ...(warning === undefined ? {} : { deprecationWarning: warning }),
        ...(definition.metadata.deletionTimestamp === undefined ? {} : { terminating: true }),
        decode: (object) => [...metadataFields(object), ...dropUnknownFields(object, schema)].sort(),
        check: checker(schema),
        ...(version.storage ? {} : { toStored: (object: KubernetesObject) => bringToStored(object, storedSchema) }),
      };
    });
}

/** Metadata are those of any object, whatever the schema says. @returns paths of fields that they do not have. @throws DecodeError */
function metadataFields({ metadata }: Record<string, unknown>): string[] {
  if (!isRecord(metadata)) return [];
  return metadataDecoder.decode(metadata, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta').unknownFields.map((path) => `metadata.${path}`);
}

/** The definition's own rules have made sure that it is structural. */
function schemaOf(version: CustomResourceDefinitionVersion | undefined): StructuralSchema {
  return (version?.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) as StructuralSchema;
}

function bringToStored(object: KubernetesObject, schema: StructuralSchema): void {
  dropUnknownFields(object, schema);
  fillDefaults(object, schema);
}

/** v2 before v1 before v1beta2 before v1alpha1 before anything else. */
export function compareVersions(a: string, b: string): number {
  const rank = (name: string): [number, number, number] => {
    const found = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(name);
    if (!found) return [3, 0, 0];
    const stage = found[2] === undefined ? 0 : found[2] === 'beta' ? 1 : 2;
    return [stage, -Number(found[1]), -Number(found[3] ?? 0)];
  };
  const [left, right] = [rank(a), rank(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2] || (a < b ? -1 : a > b ? 1 : 0);
}

/** Types and bounds first; rules in CEL when nothing is so wrong that they could only complain of it again. */
function checker(schema: StructuralSchema): (object: KubernetesObject, before: KubernetesObject | undefined) => FieldError[] {
  // Compiled at the first write: most definitions of an installation are never used.
  let rules: CompiledRules | undefined;
  return (object, before) => {
    const content = withoutMetadata(object);
    const old = before === undefined ? undefined : withoutMetadata(before);
    const problems = validateObject(content, schema, old === undefined ? {} : { old });
    const skipped = rulesNotChecked(problems);
    if (skipped !== undefined) return [...problems, skipped];
    rules ??= compileRules(schema);
    return [...problems, ...rules.validate(content, old)];
  };
}

function customKind(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion, schema: StructuralSchema): Kind {
  const { group, names, scope } = definition.spec;
  const scale = version.subresources?.scale;
  const fields = (version.selectableFields ?? []).map(({ jsonPath }) => [jsonPath.replace(/^\./, ''), (object: KubernetesObject) => textAt(object, jsonPath)] as const);
  return {
    resource: { group, version: version.name, kind: names.kind, plural: names.plural, namespaced: scope === 'Namespaced' },
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    schemaName: `${group.split('.').reverse().join('.')}.${version.name}.${names.kind}`,
    subresources: { status: version.subresources?.status !== undefined, ...(scale === undefined ? {} : { scale }) },
    strategicMerge: false,
    requiresResourceVersion: true,
    nameRule: 'dns-subdomain',
    hasGeneration: true,
    columns: customColumns(version.additionalPrinterColumns),
    selectableFields: Object.fromEntries(fields),
    applyDefaults: (object) => fillDefaults(object, schema),
    prepareForCreate: () => [],
    prepareForUpdate: () => [],
    validate: () => [],
    validateUpdate: () => [],
  };
}

/** Schemas speak of name and generateName at most; the rest of the metadata is the server's business. */
function withoutMetadata(object: KubernetesObject): Record<string, unknown> {
  const { name, generateName } = object.metadata;
  return { ...object, metadata: { name, ...(generateName === undefined ? {} : { generateName }) } };
}

function defaultWarning({ spec }: CustomResourceDefinition, version: string): string {
  return `${spec.group}/${version} ${spec.names.kind} is deprecated`;
}
