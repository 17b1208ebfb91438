import type { StructuralSchema } from '../../schema/structural.js';
import { schemaOfKey } from '../../schema/structural.js';
import { cloneJson, getOwn, isRecord, setOwn } from '../json.js';
import { isPartedList, itemStep } from './typed-value.js';

type Schema = StructuralSchema | undefined;

/** The live object with an applied configuration over it: maps and keyed lists are merged, all else is replaced. */
export function merged(live: unknown, applied: unknown, schema: Schema): unknown {
  if (isRecord(live) && isRecord(applied) && schema?.['x-kubernetes-map-type'] !== 'atomic') {
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(live)) setOwn(result, key, value);
    for (const [key, value] of Object.entries(applied)) setOwn(result, key, merged(getOwn(live, key), value, schemaOfKey(schema, key)));
    return result;
  }
  if (Array.isArray(live) && Array.isArray(applied) && isPartedList(schema)) return mergedList(live, applied, schema);
  return cloneJson(applied);
}

/** Items of both lists in the order of the applied one; items that only the live one has keep their place between. */
function mergedList(live: readonly unknown[], applied: readonly unknown[], schema: StructuralSchema): unknown[] {
  const wanted = applied.map((item) => ({ step: itemStep(item, schema), item }));
  const wantedSteps = new Set(wanted.map(({ step }) => step));
  const existing = live.map((item) => ({ step: itemStep(item, schema), item }));
  const found = new Map(existing.map(({ step, item }) => [step, item]));
  const shared = wanted.filter(({ step }) => found.has(step)).map(({ step }) => step);
  const result: unknown[] = [];
  let left = 0;
  let right = 0;
  while (left < existing.length || right < wanted.length) {
    const next = existing[left];
    const want = wanted[right];
    if (next && want && next.step === want.step) {
      shared.shift();
      result.push(merged(next.item, want.item, schema.items));
      left += 1;
      right += 1;
    } else if (next && want && wantedSteps.has(next.step) && shared[0] !== next.step) {
      left += 1;
    } else if (next && !wantedSteps.has(next.step)) {
      result.push(next.item);
      left += 1;
    } else if (want) {
      if (shared[0] === want.step) shared.shift();
      result.push(found.has(want.step) ? merged(found.get(want.step), want.item, schema.items) : cloneJson(want.item));
      right += 1;
    } else {
      left += 1;
    }
  }
  return result;
}
