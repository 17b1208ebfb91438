import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { alreadyExistsStatus, badRequestStatus, forbiddenStatus, notFoundStatus, serverErrorStatus } from '../../../kubernetes/status.js';
import { resources } from '../../../kubernetes/resources.js';
import { refuseEscalation } from '../access/escalation.js';
import { objectMetaProblems } from '../kinds/object-meta.js';
import { fail, type Answer } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { StoredObject, type Transaction } from '../store.js';
import { admit, mutated } from '../writes/admission.js';
import { kindContext, refuse, setField } from '../writes/change.js';
import { decodeBody } from '../writes/decoding.js';
import { generatedName, newUid, timestamp } from '../writes/identity.js';
import { dropRepeatedOwners } from '../writes/metadata-rules.js';
import { ownershipContext, withOwners } from '../writes/ownership.js';
import { readWriteOptions, type WriteOptions } from '../writes/write-options.js';
import { keyOf, objectAnswer } from './read.js';

/** Answers a POST to a collection. */
export async function create(server: ServerContext, call: Call): Promise<Answer> {
  const options = readWriteOptions(call, 'CreateOptions');
  const object = decodeBody(call, options);
  const stored = await server.store.write((transaction) => createObject(server, call, transaction, object, options));
  return objectAnswer(server, call, 201, stored);
}

/**
 * Creates an object within a write. The object is given away.
 * @param noteOwners false when the object's managedFields are made already (apply)
 */
export function createObject(server: ServerContext, call: Call, transaction: Transaction, given: KubernetesObject, options: WriteOptions, noteOwners = true): StoredObject {
  const { kind, collection, terminating } = call.served;
  checkNamespace(call, given);
  if (terminating) fail(forbiddenStatus(kind.resource, given.metadata.name, 'create not allowed while custom resource definition is terminating'));
  if (given.metadata.resourceVersion) fail(serverErrorStatus('resourceVersion should not be set on objects to be created'));
  beginLife(server, call, given);
  requireLivingNamespace(transaction, call, given);
  if (!given.metadata.name && given.metadata.generateName) given.metadata.name = generatedName(given.metadata.generateName, server.random);
  if (kind.subresources.status) setField(given, 'status', undefined);
  const repeated = dropRepeatedOwners(given);
  if (repeated !== undefined) call.warnings.push(repeated);
  const owned = noteOwners ? withOwners(undefined, given, ownershipContext(server, call, options)) : given;
  const step = { server, call, transaction, operation: 'CREATE', before: undefined, dryRun: options.dryRun } as const;
  const object = mutated({ ...step, object: owned }, owned);
  const name = object.metadata.name ?? '';
  refuseEscalation(server, call, object, undefined);
  const problems = kind.prepareForCreate(object, kindContext(server, transaction));
  refuse(kind, name, [...objectMetaProblems(object, kind), ...problems, ...kind.validate(object), ...(call.served.check?.(object, undefined) ?? []), ...(call.shown.view?.check?.(object) ?? [])]);
  admit({ ...step, object });
  call.served.toStored?.(object);
  const key = keyOf({ namespace: call.namespace, name });
  const other = transaction.get(collection, key)?.object;
  if (other !== undefined) fail(alreadyExistsStatus(kind.resource, name, other.metadata.deletionTimestamp === undefined ? '' : 'object is being deleted: '));
  return options.dryRun ? new StoredObject(collection, key, 0, object) : transaction.put(collection, key, object);
}

function checkNamespace({ namespace, served }: Call, { metadata }: KubernetesObject): void {
  if (!served.kind.resource.namespaced) {
    if (metadata.namespace) fail(badRequestStatus('namespace is not allowed on this type'));
    return;
  }
  if (namespace === undefined) fail(badRequestStatus('an empty namespace may not be set during creation'));
  if (metadata.namespace && metadata.namespace !== namespace) fail(badRequestStatus('the namespace of the provided object does not match the namespace sent on the request'));
  metadata.namespace = namespace;
}

function beginLife(server: ServerContext, { served }: Call, { metadata }: KubernetesObject): void {
  metadata.uid = newUid(server.random);
  metadata.creationTimestamp = timestamp(server.clock.now());
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  delete metadata.resourceVersion;
  if (served.kind.hasGeneration ?? true) metadata.generation = 1;
}

function requireLivingNamespace(transaction: Transaction, { namespace, served }: Call, { metadata }: KubernetesObject): void {
  if (namespace === undefined) return;
  const found = transaction.get('/namespaces', namespace)?.object;
  if (found === undefined) return fail(notFoundStatus(resources.namespaces, namespace));
  if (found.metadata.deletionTimestamp === undefined) return;
  const status = forbiddenStatus(served.kind.resource, metadata.name, `unable to create new content in namespace ${namespace} because it is being terminated`);
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' };
  fail({ ...status, details: { ...status.details, causes: [cause] } });
}
