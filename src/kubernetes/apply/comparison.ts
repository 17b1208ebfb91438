import type { StructuralSchema } from '../../schema/structural.js';
import { deepEqual, isRecord } from '../json.js';
import { EMPTY, fieldSet, type FieldSet, isEmptySet, LEAF } from './field-set.js';
import { type Comparison, isPartedList, type Part, partsOf, SAME, wholeSet } from './typed-value.js';

type Schema = StructuralSchema | undefined;

/**
 * Compares two objects. What is new counts with all its parents that are new.
 * @param builtIn the schema is of a built-in kind: its plain structs count as always there, as the server sees them
 */
export function compare(before: unknown, after: unknown, schema: Schema, builtIn: boolean): Comparison {
  // To Go's structs a field that is null is one that is not there.
  const absent = (value: unknown): boolean => value === undefined || (builtIn && value === null);
  if (absent(before) && absent(after)) return SAME;
  if (before === undefined) return { ...SAME, added: wholeSet(after, schema) };
  if (after === undefined) return { ...SAME, removed: wholeSet(before, schema) };
  if (deepEqual(before, after)) return SAME;
  const [left, right] = [partsOr(before, after, schema, builtIn), partsOr(after, before, schema, builtIn)];
  if (left === undefined || right === undefined) return { ...SAME, modified: LEAF };
  return compareParts(left, right, builtIn);
}

function compareParts(left: readonly Part[], right: readonly Part[], builtIn: boolean): Comparison {
  const old = new Map(left.map((part) => [part.step, part]));
  const steps = new Map([...left, ...right].map((part) => [part.step, part]));
  const results = [...steps].map(([step, { value, schema }]) => {
    const current = right.includes(steps.get(step) ?? NONE) ? value : undefined;
    return [step, compare(old.get(step)?.value, current, schema, builtIn)] as const;
  });
  const collect = (pick: (result: Comparison) => FieldSet): FieldSet =>
    results.every(([, result]) => isEmptySet(pick(result))) ? EMPTY : fieldSet(false, results.map(([step, result]) => [step, pick(result)] as const));
  return { added: collect(({ added }) => added), modified: collect(({ modified }) => modified), removed: collect(({ removed }) => removed) };
}

const NONE: Part = { step: '', value: undefined, schema: undefined };

/** null beside a map or a list is an empty one. */
function partsOr(value: unknown, other: unknown, schema: Schema, builtIn: boolean): Part[] | undefined {
  if (value === null && (isRecord(other) || (Array.isArray(other) && isPartedList(schema)))) return [];
  const parts = partsOf(value, schema);
  return parts && builtIn && isRecord(value) ? withStructs(value, parts, schema) : parts;
}

/** Adds the fields that the server's own structs always have: plain structs as `{}`, required fields as null. */
function withStructs(value: Readonly<Record<string, unknown>>, parts: readonly Part[], schema: Schema): Part[] {
  const missing = Object.entries(schema?.properties ?? {}).flatMap(([key, property]): Part[] => {
    if (value[key] !== undefined) return [];
    if (isRecord(property.default)) return [{ step: `f:${key}`, value: {}, schema: property }];
    if (property.default === '' || property.default === 0 || property.default === false) return [{ step: `f:${key}`, value: property.default, schema: property }];
    // The one required set of strings is left out when it is empty.
    return schema?.required?.includes(key) === true && property['x-kubernetes-list-type'] !== 'set' && (property.type === 'array' || property.type === 'object')
      ? [{ step: `f:${key}`, value: null, schema: property }]
      : [];
  });
  return [...parts, ...missing];
}
