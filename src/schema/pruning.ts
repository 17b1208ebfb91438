import { isRecord } from './json.js';
import type { StructuralSchema } from './structural.js';

/** Fields that every object has, whether its schema names them or not. */
const TYPE_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);
const METADATA_FIELDS: ReadonlySet<string> = new Set([
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/**
 * Removes what the schema does not know, in place, and says where it was, in the order of the document.
 * The root is a whole object (`apiVersion`, `kind` and `metadata` stay) unless `root` is false.
 */
export function dropUnknownFields(object: unknown, schema: StructuralSchema, { root = true }: { root?: boolean } = {}): string[] {
  return walk(object, schema, root, '', true);
}

/** Where an object has fields that the schema does not know, in the order of the document; changes nothing. */
export function unknownFieldPaths(object: unknown, schema: StructuralSchema, { root = true }: { root?: boolean } = {}): string[] {
  return walk(object, schema, root, '', false);
}

/** `unknown field "spec.replicaz"`: the words of strict decoding and of warnings. */
export function unknownFieldMessage(path: string): string {
  return `unknown field ${JSON.stringify(path)}`;
}

function walk(value: unknown, schema: StructuralSchema, root: boolean, path: string, drop: boolean): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((item: unknown, index) => walk(item, items, false, `${path}[${index}]`, drop));
  }
  if (!isRecord(value)) return [];
  const whole = root || schema['x-kubernetes-embedded-resource'] === true;
  const unknown: string[] = [];
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const property = propertyOf(schema, key);
    if (whole && TYPE_FIELDS.has(key)) {
      if (key === 'metadata') unknown.push(...walkMetadata(value[key], property, at, drop));
    } else if (property === 'free') {
      continue;
    } else if (property !== undefined) {
      unknown.push(...walk(value[key], property, false, at, drop));
    } else {
      unknown.push(at);
      if (drop) delete value[key];
    }
  }
  return unknown;
}

/** The schema of a key, `free` when anything may stand there, undefined when the key is unknown. */
function propertyOf(schema: StructuralSchema, key: string): StructuralSchema | 'free' | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  if (schema.additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true) return 'free';
  // Built-in kinds have free-form objects without any further word (`FieldsV1`, raw extensions).
  return schema.properties === undefined && schema.type === undefined ? 'free' : undefined;
}

/** With a schema of its own (built-in kinds) metadata is walked by it, else by the list of its fields. */
function walkMetadata(metadata: unknown, schema: StructuralSchema | 'free' | undefined, path: string, drop: boolean): string[] {
  if (typeof schema === 'object' && schema.properties && Object.hasOwn(schema.properties, 'uid')) return walk(metadata, schema, false, path, drop);
  if (!isRecord(metadata)) return [];
  const unknown = Object.keys(metadata).filter((key) => !METADATA_FIELDS.has(key));
  if (drop) for (const key of unknown) delete metadata[key];
  return unknown.map((key) => `${path}.${key}`);
}
