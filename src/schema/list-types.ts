import { canonicalJson, deepEqual, isRecord } from './json.js';
import { duplicateField, fieldPath, type Problem } from './problem.js';
import { schemaOfKey, type StructuralSchema } from './structural.js';

/** The item of the old list that a new item continues: the one with the same keys in a list-map, or the equal one. */
export function correlatedItem(old: unknown, item: unknown, schema: StructuralSchema): unknown {
  if (!Array.isArray(old)) return undefined;
  const list: readonly unknown[] = old;
  if (schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const key = mapKey(item, schema);
  return list.find((each) => deepEqual(mapKey(each, schema), key));
}

/** The values of the keys that tell the items of a list-map apart; defaults of absent keys are filled in. */
export function mapKey(item: unknown, schema: StructuralSchema): Record<string, unknown> {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const fields = isRecord(item) ? item : {};
  const entries = keys.map((key) => [key, fields[key] ?? schema.items?.properties?.[key]?.default] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Items that occur twice in lists that are sets or maps, anywhere in a value. */
export function listProblems(value: unknown, schema: StructuralSchema, path: string): Problem[] {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return [...duplicates(items, schema, path), ...items.flatMap((item, index) => (schema.items ? listProblems(item, schema.items, `${path}[${index}]`) : []))];
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const child = schemaOfKey(schema, key);
    return child ? listProblems(item, child, fieldPath(path, key)) : [];
  });
}

function duplicates(items: readonly unknown[], schema: StructuralSchema, path: string): Problem[] {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return [];
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const identity = listType === 'set' ? item : mapKey(item, schema);
    const text = canonicalJson(identity);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [duplicateField(`${path}[${index}]`, identity)];
  });
}
