import { schemaOfKey, type StructuralSchema } from '../../schema/structural.js';
import { isRecord, setOwn } from '../json.js';
import { EMPTY, type FieldSet, isEmptySet } from './field-set.js';
import { isPartedList, itemStep } from './typed-value.js';

type Schema = StructuralSchema | undefined;

/**
 * Removes what a manager applied before and no longer applies, unless someone else owns it or something below it.
 * A struct or an item of which all owned parts go, goes whole, with what the server had filled in.
 * @param last what the manager owned before
 * @param owned what all managers own now
 */
export function withoutAbandoned(value: unknown, schema: Schema, last: FieldSet, owned: FieldSet): unknown {
  if (isRecord(value) && schema?.['x-kubernetes-map-type'] !== 'atomic') {
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const below = last.children.get(`f:${key}`);
      const others = owned.children.get(`f:${key}`) ?? EMPTY;
      const named = schema?.properties !== undefined && Object.hasOwn(schema.properties, key);
      if (below === undefined) setOwn(result, key, item);
      else if (!isEmptySet(others) || (!below.member && !named)) setOwn(result, key, withoutAbandoned(item, schemaOfKey(schema, key), below, others));
    }
    return result;
  }
  if (!Array.isArray(value) || !isPartedList(schema)) return value;
  return value.flatMap((item: unknown) => {
    const step = itemStep(item, schema);
    const below = last.children.get(step);
    const others = owned.children.get(step) ?? EMPTY;
    if (below === undefined) return [item];
    return isEmptySet(others) ? [] : [withoutAbandoned(item, schema.items, below, others)];
  });
}
