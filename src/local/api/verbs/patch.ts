import { forbiddenField, invalidField } from '../../../kubernetes/field-errors.js';
import { isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { applyJsonPatch } from '../../../kubernetes/patch/json-patch.js';
import { applyMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import { PatchError } from '../../../kubernetes/patch/patch-error.js';
import { applyStrategicMergePatch } from '../../../kubernetes/patch/strategic-merge.js';
import { badRequestStatus, invalidStatus, notFoundStatus, rejectedStatus, serverErrorStatus, unsupportedMediaTypeStatus } from '../../../kubernetes/status.js';
import type { StructuralSchema } from '../../../schema/structural.js';
import { fail, type Answer } from '../request/answer.js';
import { goJsonError, mediaType, parseYamlText } from '../request/body.js';
import type { Call, ServerContext } from '../server-context.js';
import { decodeContent, ownContent, UndecodableObject } from '../writes/decoding.js';
import { readWriteOptions, type WriteOptions } from '../writes/write-options.js';
import { apply } from './apply.js';
import { keyOf, objectAnswer } from './read.js';
import { changeObject, checkName } from './update.js';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';

/** Answers a PATCH of an object or of its status. */
export async function patch(server: ServerContext, call: Call): Promise<Answer> {
  const type = mediaType(call.headers['content-type']);
  if (type === APPLY_PATCH) return apply(server, call);
  const options = readWriteOptions(call, 'PatchOptions');
  if (call.query.has('force')) {
    fail(invalidStatus({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [forbiddenField('force', 'may not be specified for non-apply patch')]));
  }
  const document = parsePatch(call);
  const stored = await server.store.write((transaction) => {
    const before = transaction.get(call.served.collection, keyOf(call)) ?? fail(notFoundStatus(call.served.kind.resource, call.name ?? ''));
    const { shown } = call;
    const target = shown.view === undefined ? { ...before.object, apiVersion: shown.apiVersion } : shown.view.fromStored(before.object);
    const object = decodePatched(call, applyPatchTo(type, target, document, shown.schema), options);
    checkName(call, object);
    return changeObject(server, call, transaction, before, object, options);
  });
  return objectAnswer(server, call, 200, stored);
}

/**
 * Applies a patch of any kind but apply.
 * @param schema what strategic merge walks
 * @throws ApiFailure 400, 415, 422, 500
 */
export function applyPatchTo(type: string, target: unknown, document: unknown, schema: StructuralSchema | undefined): unknown {
  try {
    if (type === JSON_PATCH) return applyJsonPatch(target, document);
    if (!isRecord(document)) return fail(badRequestStatus(`error decoding patch: json: cannot unmarshal ${Array.isArray(document) ? 'array' : typeof document} into Go value of type map[string]interface {}`));
    return type === STRATEGIC_PATCH && schema !== undefined ? applyStrategicMergePatch(target, document, schema) : applyMergePatch(target, document);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.code === 422) return fail(rejectedStatus());
    return fail(error.code === 500 ? serverErrorStatus(error.message) : badRequestStatus(error.message));
  }
}

/** @throws ApiFailure 415 for a type that the kind does not take, 400 when it cannot be read */
export function parsePatch(call: Call): unknown {
  const type = mediaType(call.headers['content-type']);
  const builtin = [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
  if (!builtin.includes(type)) return fail({ ...rejectedStatus(), code: 415, reason: 'UnsupportedMediaType', message: '415: Unsupported Media Type' });
  if (type === STRATEGIC_PATCH && !call.served.kind.strategicMerge) return fail(unsupportedMediaTypeStatus([JSON_PATCH, MERGE_PATCH, APPLY_PATCH]));
  if (type === APPLY_PATCH) return parseYamlText(call.body, (message) => `error decoding YAML: ${message}`);
  try {
    return JSON.parse(call.body);
  } catch (error) {
    return fail(badRequestStatus(`error decoding patch: ${goJsonError(call.body, error)}`));
  }
}

function decodePatched(call: Call, content: unknown, options: WriteOptions): KubernetesObject {
  const own = ownContent(content);
  try {
    const { kind } = call.shown.kind.resource;
    if (own['kind'] !== kind || own['apiVersion'] !== call.shown.apiVersion) {
      const given = `${String(own['apiVersion'])}, Kind=${String(own['kind'])}`;
      throw new UndecodableObject(`${String(own['kind'])} in version ${JSON.stringify(call.shown.version)} cannot be handled as a ${kind}: converting (${given}) to (${call.shown.apiVersion}, Kind=${kind}): unknown conversion`);
    }
    return decodeContent(call, own, options);
  } catch (error) {
    if (!(error instanceof UndecodableObject)) throw error;
    const problem = invalidField('patch', shownPatched(content), error.message);
    return fail({ ...invalidStatus({ group: '', kind: '' }, '', [problem]) });
  }
}

const METADATA_ORDER = ['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields'];

/** A patched object as the 422 shows it: keys of the top level in order, the metadata as its type orders it. */
function shownPatched(content: unknown): string {
  if (!isRecord(content)) return JSON.stringify(content);
  const metadata: unknown = content['metadata'];
  const ordered = isRecord(metadata) ? Object.fromEntries(METADATA_ORDER.filter((key) => key in metadata).map((key) => [key, metadata[key]])) : metadata;
  return JSON.stringify(Object.fromEntries(Object.entries({ ...content, metadata: ordered }).sort(([a], [b]) => (a < b ? -1 : 1))));
}
