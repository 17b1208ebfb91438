import type { TSchema } from 'typebox';
import { cloneJson, isRecord } from './json.js';

/** One rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  /** Path relative to the node that has the rule, such as `.to`. */
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** What may stand below `anyOf`, `allOf`, `oneOf` and `not` as well. */
export interface ValueRules {
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly allOf?: readonly StructuralSchema[];
  readonly anyOf?: readonly StructuralSchema[];
  readonly oneOf?: readonly StructuralSchema[];
  readonly not?: StructuralSchema;
}

/** A node of a structural schema: OpenAPI v3 as CustomResourceDefinitions may use it. */
export interface StructuralSchema extends ValueRules {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: boolean | StructuralSchema;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  /** Only in the schemas of built-in kinds: `merge`, `replace`, `retainKeys`, or two of them with a comma. */
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
}

/** The schema of a key: of a property, or of any key of a map. Undefined when the schema says nothing of it. */
export function schemaOfKey(schema: StructuralSchema | undefined, key: string): StructuralSchema | undefined {
  if (schema === undefined) return undefined;
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** Keywords of JSON Schema that TypeBox may emit and that OpenAPI v3 spells otherwise or not at all. */
const DROPPED: ReadonlySet<string> = new Set(['$id', '$schema', '$comment', 'examples', 'readOnly', 'writeOnly']);

/**
 * The structural schema of a TypeBox schema made with the helpers of `typebox.ts`: numeric exclusive bounds become
 * OpenAPI's, `const` becomes an enum of one, internal marks go. Check the result with `structuralProblems`.
 */
export function toStructural(schema: TSchema): StructuralSchema {
  return convert(cloneJson<unknown>(schema));
}

function convert(node: unknown): StructuralSchema {
  if (!isRecord(node)) return {};
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (DROPPED.has(key) || key.startsWith('~')) continue;
    if (key === 'properties' && isRecord(value)) {
      // An API server drops a list of none, and what it serves would look like another definition.
      if (Object.keys(value).length === 0) continue;
      result[key] = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, convert(child)]));
    } else if (key === 'items' || key === 'not' || (key === 'additionalProperties' && isRecord(value))) {
      result[key] = convert(value);
    } else if ((key === 'allOf' || key === 'anyOf' || key === 'oneOf') && Array.isArray(value)) {
      result[key] = value.map(convert);
    } else if (key === 'exclusiveMinimum' && typeof value === 'number') {
      Object.assign(result, { minimum: value, exclusiveMinimum: true });
    } else if (key === 'exclusiveMaximum' && typeof value === 'number') {
      Object.assign(result, { maximum: value, exclusiveMaximum: true });
    } else if (key === 'const') {
      result['enum'] = [value];
    } else {
      result[key] = value;
    }
  }
  return result;
}
