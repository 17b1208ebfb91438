import { isRecord } from './json.js';
import { schemaOfKey, type StructuralSchema } from './structural.js';

/**
 * Why a JSON value cannot be read as a built-in kind, in the words of the server's decoder:
 * `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. Undefined when it can
 * be. Only the first problem is told, as there.
 * @param schema from `openApiDocument`, which knows the names of the structs
 */
export function decodingProblem(value: unknown, schema: StructuralSchema): string | undefined {
  return find(value, schema, schema.title ?? '', '');
}

function find(value: unknown, schema: StructuralSchema, struct: string, path: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  const wanted = kindOf(schema);
  const actual = Array.isArray(value) ? 'array' : isRecord(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;
  if (wanted !== undefined && wanted !== actual) {
    return `json: cannot unmarshal ${actual} into Go struct field ${struct}.${path} of type ${goType(schema)}`;
  }
  if (schema.type === 'integer' && typeof value === 'number' && !Number.isInteger(value)) {
    return `json: cannot unmarshal number ${value} into Go struct field ${struct}.${path} of type ${goType(schema)}`;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? first(value, (item) => find(item, items, struct, path)) : undefined;
  }
  if (!isRecord(value)) return undefined;
  const own = schema.properties === undefined ? struct : (schema.title ?? struct);
  return first(Object.entries(value), ([key, item]) => {
    const child = schemaOfKey(schema, key);
    const at = schema.properties === undefined ? path : path === '' ? key : `${path}.${key}`;
    return child ? find(item, child, own, at) : undefined;
  });
}

function first<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The JSON type that a schema wants; undefined where several may stand. */
function kindOf({ type }: StructuralSchema): string | undefined {
  return type === 'integer' ? 'number' : type === 'boolean' ? 'bool' : type;
}

function goType(schema: StructuralSchema): string {
  switch (schema.type) {
    case 'integer':
      return schema.format === 'int64' ? 'int64' : 'int32';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'array':
      return `[]${schema.items ? goType(schema.items) : 'interface {}'}`;
    case 'object':
      if (typeof schema.additionalProperties === 'object') return `map[string]${goType(schema.additionalProperties)}`;
      return schema.title === undefined ? 'map[string]interface {}' : `v1.${schema.title}`;
    default:
      return 'string';
  }
}
