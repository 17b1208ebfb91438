import jsonPatch, { type Operation } from 'fast-json-patch';
import { cloneJson, isRecord } from '../json.js';
import { PatchError } from './patch-error.js';

const MOST_OPERATIONS = 10_000;

/**
 * Applies an RFC 6902 patch. `replace` of a missing key of a map adds it, as Kubernetes' library does.
 * @throws PatchError 400 when the document is no list of operations, 422 when an operation does not apply
 */
export function applyJsonPatch(object: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) {
    throw new PatchError(400, `error decoding patch: json: cannot unmarshal ${goName(operations)} into Go value of type []handlers.jsonPatchOp`);
  }
  if (operations.length > MOST_OPERATIONS) {
    throw new PatchError(422, `The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${operations.length}`);
  }
  let document: unknown = cloneJson(object);
  for (const operation of operations) {
    try {
      document = jsonPatch.applyPatch(document, [relaxed(toOperation(operation), document)], true, true, true).newDocument;
    } catch (error) {
      throw new PatchError(422, error instanceof PatchError ? error.message : detailOf(error));
    }
  }
  return document;
}

function toOperation(operation: unknown): Operation {
  if (!isRecord(operation)) throw new PatchError(422, 'an operation of a JSON patch is not an object');
  const { op, path, from, value } = operation;
  if (typeof path !== 'string') throw new PatchError(422, 'an operation of a JSON patch has no path');
  if (op === 'remove') return { op, path };
  if (op === 'move' || op === 'copy') {
    if (typeof from !== 'string') throw new PatchError(422, `${op} operation of a JSON patch has no "from"`);
    return { op, path, from };
  }
  if (op === 'add' || op === 'replace' || op === 'test') {
    if (value === undefined && op !== 'test') throw new PatchError(422, `${op} operation of a JSON patch has no value`);
    return { op, path, value: value ?? null };
  }
  throw new PatchError(422, `Unexpected kind: ${String(op)}`);
}

/** `replace` at a key that the parent map lacks becomes `add`; `test` of a missing key against null holds. */
function relaxed(operation: Operation, document: unknown): Operation {
  if (operation.op !== 'replace' && operation.op !== 'test') return operation;
  const keys = operation.path.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop();
  let parent: unknown = document;
  for (const key of keys) {
    if (Array.isArray(parent)) parent = parent[Number(key)];
    else if (isRecord(parent) && Object.hasOwn(parent, key)) parent = parent[key];
    else return operation;
  }
  if (last === undefined || !isRecord(parent) || Object.hasOwn(parent, last)) return operation;
  if (operation.op === 'replace') return { op: 'add', path: operation.path, value: operation.value };
  return operation.value === null ? { op: 'test', path: '', value: document } : operation;
}

function goName(value: unknown): string {
  return value === null ? 'null' : isRecord(value) ? 'object' : typeof value;
}

/** The first line: the library appends the whole document to its messages. */
function detailOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error);
}
