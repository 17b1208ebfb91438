import { invalidField } from '../../../kubernetes/field-errors.js';
import { cloneJson, deepEqual } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { badRequestStatus, conflictStatus, invalidStatus, notFoundStatus, serverErrorStatus, type FailureStatus } from '../../../kubernetes/status.js';
import { refuseEscalation } from '../access/escalation.js';
import { objectMetaProblems } from '../kinds/object-meta.js';
import { fail, type Answer } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { StoredObject, type Transaction } from '../store.js';
import { admit, mutated } from '../writes/admission.js';
import { contentChanged, fieldOf, kindContext, refuse, setField } from '../writes/change.js';
import { decodeBody } from '../writes/decoding.js';
import { dropRepeatedOwners, metadataUpdateProblems } from '../writes/metadata-rules.js';
import { ownershipContext, withOwners } from '../writes/ownership.js';
import { readWriteOptions, type WriteOptions } from '../writes/write-options.js';
import { attributesOf } from '../access/attributes.js';
import { createObject } from './create.js';
import { holdsNamespace } from './delete.js';
import { keyOf, objectAnswer } from './read.js';

/** Answers a PUT of an object or of its status. */
export async function update(server: ServerContext, call: Call): Promise<Answer> {
  const options = readWriteOptions(call, 'UpdateOptions');
  const object = decodeBody(call, options);
  checkName(call, object);
  const { created, stored } = await server.store.write((transaction) => {
    const before = transaction.get(call.served.collection, keyOf(call));
    if (before !== undefined) return { created: false, stored: changeObject(server, call, transaction, before, object, options) };
    if (call.subresource !== undefined || !CREATED_BY_PUT.has(call.served.collection)) return fail(notFoundStatus(call.served.kind.resource, call.name ?? ''));
    return { created: true, stored: createByPut(server, call, transaction, object, options) };
  });
  return objectAnswer(server, call, created ? 201 : 200, stored);
}

/** Kinds of which a PUT makes an object that is not there. */
const CREATED_BY_PUT = new Set([
  ...['/events', '/services', '/endpoints', '/limitranges', 'coordination.k8s.io/leases', 'metrics.k8s.io/pods', 'metrics.k8s.io/nodes'],
  ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map((plural) => `rbac.authorization.k8s.io/${plural}`),
]);

function createByPut(server: ServerContext, call: Call, transaction: Transaction, object: KubernetesObject, options: WriteOptions): StoredObject {
  server.authorizer.require(call.user, attributesOf(call, 'create'));
  // Who names an identity means an object that was there; a version alone is passed over.
  if (object.metadata.uid) return fail(otherUid(call, keyOf(call), object.metadata.uid, ''));
  delete object.metadata.resourceVersion;
  return createObject(server, call, transaction, object, options);
}

/** @throws ApiFailure 400 when the body is about another object than the path */
export function checkName({ name, namespace }: Call, { metadata }: KubernetesObject): void {
  if (!metadata.name) fail(badRequestStatus('the name of the object (based on its metadata) must be set'));
  if (metadata.name !== name) fail(badRequestStatus(`the name of the object (${metadata.name}) does not match the name on the URL (${name ?? ''})`));
  if (metadata.namespace && metadata.namespace !== namespace) fail(badRequestStatus(`the namespace of the object (${metadata.namespace}) does not match the namespace on the request (${namespace ?? ''})`));
}

/**
 * Puts `given` in the place of `before` within a write: the whole object, or what the subresource stands for. It is given away.
 * @param noteOwners false when the object's managedFields are made already (apply)
 */
export function changeObject(
  server: ServerContext,
  call: Call,
  transaction: Transaction,
  before: StoredObject,
  given: KubernetesObject,
  options: WriteOptions,
  noteOwners = true,
): StoredObject {
  const { kind, collection } = call.served;
  requireVersion(call, given, before);
  keepIdentity(given, before.object);
  keepRest(call, given, before.object);
  const repeated = dropRepeatedOwners(given);
  if (repeated !== undefined) call.warnings.push(repeated);
  const owned = noteOwners ? withOwners(before.object, given, ownershipContext(server, call, options)) : given;
  const step = { server, call, transaction, operation: 'UPDATE', before: before.object, dryRun: options.dryRun } as const;
  const object = mutated({ ...step, object: owned }, owned);
  refuseEscalation(server, call, object, before.object);
  const problems = call.subresource === 'finalize' ? [] : kind.prepareForUpdate(object, before.object, kindContext(server, transaction));
  if ((kind.hasGeneration ?? true) && contentChanged(kind, object, before.object)) object.metadata.generation = (before.object.metadata.generation ?? 0) + 1;
  refuse(kind, object.metadata.name, [
    // The real server looks twice at the metadata of built-in kinds, and says so.
    ...(call.served.custom ? [] : metadataUpdateProblems(object, before.object)),
    ...metadataUpdateProblems(object, before.object),
    ...objectMetaProblems(object, kind),
    ...problems,
    ...kind.validateUpdate(object, before.object),
    ...(call.served.check?.(object, before.object) ?? []),
  ]);
  admit({ ...step, object });
  call.served.toStored?.(object);
  if (deepEqual(object, { ...before.object, apiVersion: object.apiVersion })) return before;
  if (options.dryRun) return new StoredObject(collection, before.key, before.version, object);
  if (isDone(object)) return finish(transaction, before, object);
  return transaction.put(collection, before.key, object);
}

/** What the endpoint does not stand for stays as it is. */
function keepRest({ subresource, served }: Call, object: KubernetesObject, before: KubernetesObject): void {
  if (subresource === 'status') keepAllButStatus(served.custom, object, before);
  else if (subresource === 'finalize') keepAllButFinalizers(object, before);
  else if (served.kind.subresources.status) setField(object, 'status', cloneJson(fieldOf(before, 'status')));
}

/** An object that was only held by finalizers goes with the last of them; the answer shows it as it was then. */
function finish(transaction: Transaction, before: StoredObject, object: KubernetesObject): StoredObject {
  transaction.delete(before.collection, before.key);
  return new StoredObject(before.collection, before.key, before.version, object);
}

function isDone(object: KubernetesObject): boolean {
  const { metadata } = object;
  return !holdsNamespace(object) && metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0 && (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function requireVersion(call: Call, { metadata }: KubernetesObject, before: StoredObject): void {
  const { served, name = '', method } = call;
  const { kind } = served;
  const asked = metadata.resourceVersion ?? '';
  if (metadata.uid && metadata.uid !== before.object.metadata.uid) {
    if (method === 'PATCH') {
      const problem = invalidField('metadata.uid', metadata.uid, 'field is immutable');
      refuse(kind, name, [problem, problem]);
    }
    fail(otherUid(call, before.key, metadata.uid, before.object.metadata.uid ?? ''));
  }
  if (asked === '' || asked === '0') {
    const problem = invalidField('metadata.resourceVersion', 0, 'must be specified for an update');
    if (kind.requiresResourceVersion && method === 'PUT') fail(invalidStatus({ group: kind.resource.group, kind: kind.resource.plural }, name, [problem]));
    return;
  }
  if (!/^\d+$/.test(asked)) fail(serverErrorStatus(`strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`));
  if (Number(asked) !== before.version) fail(conflictStatus(kind.resource, name));
}

function otherUid({ served, name = '' }: Call, key: string, asked: string, found: string): FailureStatus {
  const { resource } = served.kind;
  const path = `/registry/${resource.group === '' ? '' : `${resource.group}/`}${resource.plural}/${key}`;
  const uids = `UID in precondition: ${asked}, UID in object meta: ${found}`;
  return conflictStatus(resource, name, `StorageError: invalid object, Code: 4, Key: ${path}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${uids}`);
}

/** What the server gave an object stays, whatever the body says. */
function keepIdentity({ metadata }: KubernetesObject, { metadata: before }: KubernetesObject): void {
  for (const field of ['uid', 'creationTimestamp', 'deletionTimestamp', 'generation', 'deletionGracePeriodSeconds', 'resourceVersion', 'namespace'] as const) {
    if (before[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: before[field] });
  }
  delete metadata.selfLink;
}

/** The finalizers of a Namespace's spec are changed through its finalize subresource only. */
function keepAllButFinalizers(object: KubernetesObject, before: KubernetesObject): void {
  setField(object, 'status', cloneJson(fieldOf(before, 'status')));
  object.metadata = cloneJson(before.metadata);
}

/** Of the metadata, built-in kinds take annotations through /status, custom ones nothing. */
function keepAllButStatus(custom: boolean, object: KubernetesObject, before: KubernetesObject): void {
  for (const field of Object.keys(object)) if (field !== 'status' && field !== 'metadata') setField(object, field, undefined);
  for (const [field, value] of Object.entries(before)) if (field !== 'status' && field !== 'metadata') setField(object, field, cloneJson(value));
  const { managedFields, annotations } = object.metadata;
  object.metadata = { ...cloneJson(before.metadata), ...(managedFields === undefined ? {} : { managedFields }) };
  if (!custom && annotations !== undefined) object.metadata.annotations = annotations;
}
