import { mapKey } from '../../schema/list-types.js';
import { schemaOfKey, type StructuralSchema } from '../../schema/structural.js';
import { canonicalJson, isRecord } from '../json.js';
import { EMPTY, fieldSet, type FieldSet, LEAF, union } from './field-set.js';

type Schema = StructuralSchema | undefined;

/** One field, item or element below a value. */
export interface Part {
  readonly step: string;
  readonly value: unknown;
  readonly schema: Schema;
}

/**
 * The parts of a value that are owned one by one; undefined for a value that is owned as a whole: scalars, atomic maps
 * and lists, and lists of which the schema says nothing.
 */
export function partsOf(value: unknown, schema: Schema): Part[] | undefined {
  if (isRecord(value)) {
    if (schema?.['x-kubernetes-map-type'] === 'atomic') return undefined;
    return Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => ({ step: `f:${key}`, value: item, schema: schemaOfKey(schema, key) }));
  }
  if (!Array.isArray(value) || !isPartedList(schema)) return undefined;
  return value.map((item: unknown) => ({ step: itemStep(item, schema), value: item, schema: schema.items }));
}

type PartedListSchema = StructuralSchema & { readonly 'x-kubernetes-list-type': 'map' | 'set' };

/** Whether items of such a list are owned one by one. */
export function isPartedList(schema: Schema): schema is PartedListSchema {
  const type = schema?.['x-kubernetes-list-type'];
  return type === 'map' || type === 'set';
}

/** `k:{…}` with the keys in order for an item of a list-map, `v:…` for an element of a set. */
export function itemStep(item: unknown, schema: StructuralSchema): string {
  return schema['x-kubernetes-list-type'] === 'set' ? `v:${canonicalJson(item)}` : `k:${canonicalJson(mapKey(item, schema))}`;
}

/** The fields that an applied configuration owns: its leaves, and the items of its lists. */
export function appliedSet(value: unknown, schema: Schema): FieldSet {
  const parts = partsOf(value, schema);
  if (parts === undefined || parts.length === 0) return LEAF;
  return fieldSet(
    false,
    parts.map(({ step, value: item, schema: below }) => {
      const set = appliedSet(item, below);
      return [step, step.startsWith('f:') ? set : union(LEAF, set)] as const;
    }),
  );
}

/** A value with all that is below it. */
export function wholeSet(value: unknown, schema: Schema): FieldSet {
  const parts = partsOf(value, schema) ?? [];
  return fieldSet(
    true,
    parts.map((part) => [part.step, wholeSet(part.value, part.schema)] as const),
  );
}

/** How one object differs from another, field by field. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

export const SAME: Comparison = { added: EMPTY, modified: EMPTY, removed: EMPTY };
