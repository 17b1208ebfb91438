import { cloneJson, isRecord } from './json.js';
import { schemaOfKey, type StructuralSchema } from './structural.js';

/**
 * Fills in defaults, in place, as a server does for a custom resource: a missing key gets its default; null where null
 * is not allowed gets the default too, or goes when there is none. Defaults are filled in inside of defaults.
 */
export function fillDefaults(value: unknown, schema: StructuralSchema | undefined): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const items = schema.items;
      if (item === null && items !== undefined && items.nullable !== true && items.default !== undefined) value[index] = cloneJson(items.default);
      fillDefaults(value[index], items);
    }
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    if (!Object.hasOwn(value, key) || (value[key] === null && property.nullable !== true)) value[key] = cloneJson(property.default);
  }
  for (const key of Object.keys(value)) {
    const property = schemaOfKey(schema, key);
    if (property === undefined) continue;
    if (value[key] !== null) fillDefaults(value[key], property);
    else if (property.nullable !== true && property.default !== undefined) value[key] = cloneJson(property.default);
    else if (property.nullable !== true && property['x-kubernetes-preserve-unknown-fields'] !== true) delete value[key];
  }
}
