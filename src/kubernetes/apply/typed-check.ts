import { schemaOfKey, type StructuralSchema } from '../../schema/structural.js';
import { isRecord } from '../json.js';
import { showPath } from './field-set.js';
import { isPartedList, itemStep } from './typed-value.js';

/** What keeps an applied configuration from being read by the schema, in the words of the server. */
export function typedProblems(value: unknown, schema: StructuralSchema | undefined, root = true): string[] {
  return check(value, schema, [], root);
}

function check(value: unknown, schema: StructuralSchema | undefined, path: readonly string[], root: boolean): string[] {
  if (schema === undefined || value === null || value === undefined) return [];
  const wanted = expected(schema);
  const at = showPath(path);
  if (wanted !== undefined && !fits(value, wanted)) return [`${at}: expected ${NAMES[wanted]}, got ${goValue(value)}`];
  if (isRecord(value)) return checkFields(value, schema, path, root);
  return Array.isArray(value) ? checkItems(value, schema, path, at) : [];
}

function checkFields(value: Readonly<Record<string, unknown>>, schema: StructuralSchema, path: readonly string[], root: boolean): string[] {
  const closed = schema.properties !== undefined && schema.additionalProperties === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true;
  return Object.entries(value).flatMap(([key, item]) => {
    const step = [...path, `f:${key}`];
    const below = schemaOfKey(schema, key);
    if (root && ['apiVersion', 'kind', 'metadata'].includes(key)) return below?.properties ? check(item, below, step, false) : [];
    return closed && below === undefined ? [`${showPath(step)}: field not declared in schema`] : check(item, below, step, false);
  });
}

function checkItems(items: readonly unknown[], schema: StructuralSchema, path: readonly string[], at: string): string[] {
  if (!isPartedList(schema)) return items.flatMap((item, index) => check(item, schema.items, [...path, `i:${index}`], false));
  const problems: string[] = [];
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const missing = schema['x-kubernetes-list-type'] === 'map' ? missingKeys(item, schema) : [];
    if (missing.length > 0) {
      const names = missing.map((key) => JSON.stringify(key)).join(', ');
      problems.push(`${at}: element ${index}: associative list with keys has an element that omits key field ${names} (and doesn't have default value)`);
      return;
    }
    const step = itemStep(item, schema);
    if (seen.has(step)) problems.push(`${at}: duplicate entries for key ${showPath([step])}`);
    seen.add(step);
    problems.push(...check(item, schema.items, [...path, step], false));
  });
  return problems;
}

function missingKeys(item: unknown, schema: StructuralSchema): string[] {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return keys.filter((key) => !isRecord(item) || (item[key] === undefined && schema.items?.properties?.[key]?.default === undefined));
}

type Wanted = 'string' | 'number' | 'boolean' | 'map' | 'list';
const NAMES: Readonly<Record<Wanted, string>> = { string: 'string', number: 'numeric (int or float)', boolean: 'boolean', map: 'map', list: 'list' };

function expected(schema: StructuralSchema): Wanted | undefined {
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'object':
      return 'map';
    case 'array':
      return 'list';
    default:
      return undefined;
  }
}

function fits(value: unknown, wanted: Wanted): boolean {
  if (wanted === 'map') return isRecord(value);
  return wanted === 'list' ? Array.isArray(value) : typeof value === wanted;
}

function goValue(value: unknown): string {
  if (isRecord(value)) return '&value.valueUnstructured{Value:map[string]interface {}{…}}';
  return Array.isArray(value) ? '&value.valueUnstructured{Value:[]interface {}{…}}' : `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
}
