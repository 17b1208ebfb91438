import { cloneJson, deepEqual, getOwn, isRecord, setOwn } from '../json.js';

/** Applies an RFC 7386 merge patch: null removes a key, lists are replaced. Neither argument is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return cloneJson(patch);
  const result: Record<string, unknown> = {};
  if (isRecord(target)) for (const [key, value] of Object.entries(target)) setOwn(result, key, value);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete result[key];
    else setOwn(result, key, applyMergePatch(getOwn(result, key), value));
  }
  return result;
}

/** The smallest merge patch that turns `before` into `after`; undefined when they are equal. (null values cannot be expressed.) */
export function createMergePatch(before: unknown, after: unknown): unknown {
  if (deepEqual(before, after)) return undefined;
  if (!isRecord(before) || !isRecord(after)) return cloneJson(after);
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(before)) if (getOwn(after, key) === undefined && before[key] !== undefined) setOwn(patch, key, null);
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined) continue;
    const change = createMergePatch(getOwn(before, key), value);
    if (change !== undefined) setOwn(patch, key, change);
  }
  return patch;
}
