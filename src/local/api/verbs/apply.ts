import { applyObject, ApplyConflictError, ApplyError } from '../../../kubernetes/apply/apply.js';
import { requiredField } from '../../../kubernetes/field-errors.js';
import { isRecord } from '../../../kubernetes/json.js';
import { badRequestStatus, conflictStatus, invalidStatus, notFoundStatus, serverErrorStatus } from '../../../kubernetes/status.js';
import { attributesOf } from '../access/attributes.js';
import { fail, type Answer } from '../request/answer.js';
import { parseYamlText } from '../request/body.js';
import type { Call, ServerContext } from '../server-context.js';
import type { StoredObject, Transaction } from '../store.js';
import { decodeContent, ownContent, UndecodableObject } from '../writes/decoding.js';
import { ownershipContext } from '../writes/ownership.js';
import { readWriteOptions, type WriteOptions } from '../writes/write-options.js';
import { createObject } from './create.js';
import { keyOf, objectAnswer } from './read.js';
import { changeObject } from './update.js';

/** Answers a server-side apply of an object or of its status. */
export async function apply(server: ServerContext, call: Call): Promise<Answer> {
  const { options, configuration } = readApply(call);
  const { created, stored } = await server.store.write((transaction) => {
    const before = transaction.get(call.served.collection, keyOf(call));
    if (before === undefined && call.subresource !== undefined) return fail(notFoundStatus(call.served.kind.resource, call.name ?? ''));
    return { created: before === undefined, stored: applyWithin(server, call, transaction, before, configuration, options) };
  });
  return objectAnswer(server, call, created ? 201 : 200, stored);
}

/**
 * Reads what every apply must say.
 * @throws ApiFailure 400 or 422
 */
export function readApply(call: Call): { options: WriteOptions; configuration: Record<string, unknown> } {
  const options = readWriteOptions(call, 'PatchOptions');
  if (!call.query.get('fieldManager')) {
    fail(invalidStatus({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [requiredField('fieldManager', 'is required for apply patch')]));
  }
  const configuration = parseYamlText(call.body, (message) => `error decoding YAML: ${message}`);
  if (!isRecord(configuration)) return fail(badRequestStatus('error decoding YAML: the configuration is not an object'));
  return { options, configuration };
}

/** Applies a configuration of the call's kind within a write. @throws ApiFailure */
export function applyWithin(
  server: ServerContext,
  call: Call,
  transaction: Transaction,
  before: StoredObject | undefined,
  configuration: Readonly<Record<string, unknown>>,
  options: WriteOptions,
): StoredObject {
  const { served, name = '' } = call;
  checkType(call, configuration);
  if (call.shown.view !== undefined) return fail(badRequestStatus(`server-side apply takes a ${served.apiVersion} ${served.kind.resource.kind} here, not one of ${call.shown.apiVersion}`));
  const context = ownershipContext(server, call, options) ?? fail(serverErrorStatus(`${served.kind.resource.kind} has no schema to apply by`));
  const live = before === undefined ? undefined : { ...before.object, apiVersion: served.apiVersion };
  const metadata = isRecord(configuration['metadata']) ? configuration['metadata'] : {};
  const given = typeof metadata['name'] === 'string' ? metadata['name'] : undefined;
  if (given !== undefined && given !== name) fail(badRequestStatus(`the name of the object (${given}) does not match the name on the URL (${name})`));
  if (before === undefined && metadata['uid']) fail(conflictStatus(served.kind.resource, name, `uid mismatch: the provided object specified uid ${String(metadata['uid'])}, and no existing object was found`));
  try {
    const applied = applyObject(live, configuration, { ...context, force: options.force });
    const object = decodeContent(call, ownContent(applied.object), { ...options, fieldValidation: 'Ignore' });
    object.metadata.name ||= name;
    if (before !== undefined) return changeObject(server, call, transaction, before, object, options, false);
    server.authorizer.require(call.user, attributesOf(call, 'create'));
    return createObject(server, call, transaction, object, options, false);
  } catch (error) {
    if (error instanceof ApplyConflictError) return fail(error.status);
    if (error instanceof ApplyError) return fail(error.code === 400 ? badRequestStatus(error.message) : serverErrorStatus(error.message));
    if (error instanceof UndecodableObject) return fail(serverErrorStatus(`failed to convert: ${error.message}`));
    throw error;
  }
}

function checkType({ shown: served }: Call, { apiVersion, kind }: Readonly<Record<string, unknown>>): void {
  const wanted = served.kind.resource.kind;
  if (apiVersion === undefined || kind === undefined) fail(badRequestStatus(`invalid object type: /, Kind=${String(kind ?? '')}`));
  if (apiVersion !== served.apiVersion || kind !== wanted) fail(badRequestStatus(`the configuration is a ${String(apiVersion)} ${String(kind)}; this path takes a ${served.apiVersion} ${wanted}`));
}
