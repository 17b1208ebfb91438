import type { StructuralSchema } from '../../schema/structural.js';
import { schemaOfKey } from '../../schema/structural.js';
import { cloneJson, deepEqual, getOwn, isRecord, setOwn } from '../json.js';
import { deleteListed, inOrder, ordered } from './list-order.js';
import { PatchError } from './patch-error.js';
import { goText } from './go-text.js';

type Fields = Record<string, unknown>;

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ORDER = '$setElementOrder/';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch: lists with a merge key are merged by it, the directives `$patch`, `$retainKeys`,
 * `$setElementOrder` and `$deleteFromPrimitiveList` are followed. Neither argument is changed.
 * @param schema of the object, with `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`
 * @throws PatchError 400 for a malformed directive, 500 for a list that cannot be merged (as a server answers)
 */
export function applyStrategicMergePatch(object: unknown, patch: unknown, schema: StructuralSchema): unknown {
  if (!isRecord(patch)) throw new PatchError(400, 'error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}');
  return mergeMaps(isRecord(object) ? object : {}, patch, schema);
}

function mergeMaps(original: Readonly<Fields>, patch: Readonly<Fields>, schema: StructuralSchema | undefined): Fields {
  const directive = getOwn(patch, DIRECTIVE);
  if (directive === 'replace') return withoutDirectives(omit(patch, [DIRECTIVE]));
  if (directive === 'delete') return {};
  if (directive !== undefined) throw unknownDirective(directive, patch);
  const result = retainKeys(original, patch);
  const done = new Set([RETAIN_KEYS]);
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER)) continue;
    done.add(key);
    const name = key.slice(ORDER.length);
    if (mergeOrdered(result, name, getOwn(patch, name), order, schemaOfKey(schema, name))) done.add(name);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (done.has(key) || value === undefined) continue;
    if (key.startsWith(DELETE_PRIMITIVES)) {
      const name = key.slice(DELETE_PRIMITIVES.length);
      const list = getOwn(result, name);
      if (!Array.isArray(value)) throw new PatchError(400, 'invalid patch format of primitive list');
      if (Array.isArray(list)) setOwn(result, name, deleteListed(list, value));
    } else if (value === null) {
      delete result[key];
    } else {
      setOwn(result, key, mergeValues(getOwn(result, key), value, schemaOfKey(schema, key)));
    }
  }
  return result;
}

function mergeValues(original: unknown, patch: unknown, schema: StructuralSchema | undefined): unknown {
  const { strategy } = strategyOf(schema);
  if (isRecord(original) && isRecord(patch)) {
    return strategy === 'replace' ? withoutDirectives(patch) : mergeMaps(original, patch, schema);
  }
  if (Array.isArray(original) && Array.isArray(patch) && strategy === 'merge') return mergeLists(original, patch, schema);
  return withoutDirectives(patch);
}

/** `merge,retainKeys` is `merge`: the second word only tells clients to send `$retainKeys`. */
function strategyOf(schema: StructuralSchema | undefined): { strategy: string; mergeKey: string | undefined } {
  const words = (schema?.['x-kubernetes-patch-strategy'] ?? '').split(',').filter((word) => word !== 'retainKeys');
  return { strategy: words[0] ?? '', mergeKey: schema?.['x-kubernetes-patch-merge-key'] };
}

function retainKeys(original: Readonly<Fields>, patch: Readonly<Fields>): Fields {
  const result = omit(original, []);
  const keys = getOwn(patch, RETAIN_KEYS);
  if (keys === undefined) return result;
  if (!Array.isArray(keys)) throw new PatchError(400, 'invalid patch format of retainKeys');
  const kept = new Set<unknown>(keys);
  for (const [key, value] of Object.entries(patch)) {
    const directive = key === RETAIN_KEYS || key.startsWith(ORDER) || key.startsWith(DELETE_PRIMITIVES);
    if (value !== null && !directive && !kept.has(key)) throw new PatchError(400, 'invalid patch format of retainKeys');
  }
  for (const key of Object.keys(result)) if (!kept.has(key)) delete result[key];
  return result;
}

/** Merges and sorts a list that has a `$setElementOrder`. Returns whether the list is done with. */
function mergeOrdered(result: Fields, key: string, patch: unknown, order: unknown, schema: StructuralSchema | undefined): boolean {
  const original = getOwn(result, key);
  if (!Array.isArray(order)) throw new PatchError(400, 'invalid patch format of setElementOrder list');
  if ((original !== undefined && !Array.isArray(original)) || (patch !== undefined && !Array.isArray(patch))) return false;
  if (original === undefined && patch === undefined) return false;
  const { strategy, mergeKey } = strategyOf(schema);
  const live: unknown[] = Array.isArray(original) ? original : [];
  if (Array.isArray(patch) && !inOrder(patch.filter((item) => !isDeletion(item)), order, mergeKey)) {
    throw new PatchError(500, `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`);
  }
  const merged = !Array.isArray(patch) ? live : strategy === 'merge' ? mergeLists(live, patch, schema) : withoutDirectives(patch);
  setOwn(result, key, ordered(Array.isArray(merged) ? merged : [], order, live, mergeKey));
  return true;
}

const isDeletion = (item: unknown): boolean => isRecord(item) && Object.hasOwn(item, DIRECTIVE);

function mergeLists(original: readonly unknown[], patch: readonly unknown[], schema: StructuralSchema | undefined): unknown[] {
  const { mergeKey } = strategyOf(schema);
  if (![...original, ...patch].some(isRecord)) {
    return ordered([...new Set([...original, ...patch])], patch, original, undefined);
  }
  if (mergeKey === undefined || mergeKey === '') throw new PatchError(500, 'cannot merge lists without merge key');
  const items = patch.filter(isRecord);
  let result: unknown[] = [...original];
  const plain: Fields[] = [];
  let replace = false;
  for (const item of items) {
    const directive = getOwn(item, DIRECTIVE);
    if (directive === undefined) plain.push(item);
    else if (directive === 'replace') replace = true;
    else if (directive === 'delete') {
      const key = keyOf(item, mergeKey);
      result = result.filter((each) => !isRecord(each) || !deepEqual(getOwn(each, mergeKey), key));
    } else throw unknownDirective(directive, item);
  }
  if (replace) return plain.map(withoutDirectives);
  for (const item of plain) {
    const key = keyOf(item, mergeKey);
    const index = result.findIndex((each) => isRecord(each) && deepEqual(getOwn(each, mergeKey), key));
    const found = result[index];
    if (isRecord(found)) result[index] = mergeMaps(found, item, schema?.items);
    else result.push(withoutDirectives(item));
  }
  return ordered(result, plain, original, mergeKey);
}

function keyOf(item: Readonly<Fields>, mergeKey: string): unknown {
  const key = getOwn(item, mergeKey);
  if (key === undefined) throw new PatchError(500, `map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
  return key;
}

function unknownDirective(directive: unknown, patch: unknown): PatchError {
  return new PatchError(500, `unknown patch type: ${goText(directive)} in map: ${goText(patch)}`);
}

/** A part of a patch that meets nothing in the object: without directives, and without the keys it would delete. */
function withoutDirectives(patch: Readonly<Fields>): Fields;
function withoutDirectives(patch: unknown): unknown;
function withoutDirectives(patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.filter((item) => !isDeletion(item)).map((item: unknown) => withoutDirectives(item));
  if (!isRecord(patch)) return cloneJson(patch);
  const result: Fields = {};
  for (const [key, value] of Object.entries(patch)) {
    const directive = key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ORDER) || key.startsWith(DELETE_PRIMITIVES);
    if (!directive && value !== null) setOwn(result, key, withoutDirectives(value));
  }
  return result;
}

function omit(fields: Readonly<Fields>, keys: readonly string[]): Fields {
  const result: Fields = {};
  for (const [key, value] of Object.entries(fields)) if (!keys.includes(key)) setOwn(result, key, value);
  return result;
}
