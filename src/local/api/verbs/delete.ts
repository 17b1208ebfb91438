import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { FieldError } from '../../../kubernetes/field-error.js';
import { invalidField, unsupportedField } from '../../../kubernetes/field-errors.js';
import type { DeleteOptions } from '../../../kubernetes/generated/meta-v1.js';
import { badRequestStatus, conflictStatus, deletedStatus, forbiddenStatus, invalidStatus, notFoundStatus } from '../../../kubernetes/status.js';
import { CLEANUP_FINALIZER } from '../definitions/definition-controller.js';
import { fail, jsonAnswer, type Answer } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { StoredObject, type Transaction } from '../store.js';
import { admit } from '../writes/admission.js';
import { fieldOf, setField } from '../writes/change.js';
import { timestamp } from '../writes/identity.js';
import { keyOf, objectAnswer } from './read.js';

/** A deletion of these is answered with the object, of others with a Status. */
const ANSWERED_WHOLE = new Set(['/pods', '/services', '/serviceaccounts', '/persistentvolumes', '/persistentvolumeclaims', '/podtemplates', '/resourcequotas']);
/** Jobs leave their Pods behind unless told otherwise. */
const ORPHANS_BY_DEFAULT = new Set(['batch/jobs', '/replicationcontrollers']);

const ORPHAN_WARNING =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

/** Answers a DELETE of one object. */
export async function remove(server: ServerContext, call: Call): Promise<Answer> {
  const options = readDeleteOptions(call);
  // Options in a body are all the options there are: a dryRun beside it in the query does not count.
  const dryRun = (options.dryRun ?? []).includes('All');
  if (ORPHANS_BY_DEFAULT.has(call.served.collection) && options.propagationPolicy === undefined && options.orphanDependents === undefined) {
    call.warnings.push(ORPHAN_WARNING);
  }
  const { gone, stored } = await server.store.write((transaction) => {
    const before = transaction.get(call.served.collection, keyOf(call)) ?? fail(notFoundStatus(call.served.kind.resource, call.name ?? ''));
    return deleteObject(server, call, transaction, before, options, dryRun);
  });
  if (gone && !ANSWERED_WHOLE.has(call.served.collection)) return jsonAnswer(200, deletedStatus(call.served.kind.resource, call.name ?? '', stored.object.metadata.uid ?? ''));
  return objectAnswer(server, call, 200, stored);
}

/** Deletes an object within a write, or marks it while finalizers hold it. */
export function deleteObject(
  server: ServerContext,
  call: Call,
  transaction: Transaction,
  before: StoredObject,
  options: DeleteOptions,
  dryRun: boolean,
): { gone: boolean; stored: StoredObject } {
  checkPreconditions(call, before, options);
  refuseDeletion(call, before);
  admit({ server, call, transaction, operation: 'DELETE', object: undefined, before: before.object, dryRun });
  const { metadata } = before.object;
  const finalizers = withCleanup(before.object, finalizersFor(call, metadata.finalizers ?? [], options));
  const grace = graceOf(before.object, options);
  if (finalizers.length === 0 && grace === 0 && !holdsNamespace(before.object)) {
    const last = { ...metadata, deletionTimestamp: metadata.deletionTimestamp ?? '', deletionGracePeriodSeconds: 0 };
    const pod = before.collection === '/pods';
    if (pod) last.deletionTimestamp = timestamp(server.clock.now());
    const stored = pod ? new StoredObject(before.collection, before.key, before.version, { ...before.object, metadata: last }) : before;
    if (!dryRun) transaction.delete(before.collection, before.key);
    return { gone: true, stored };
  }
  const marked = mark(server, before.object, finalizers, grace);
  if (marked === undefined) return { gone: false, stored: before };
  return { gone: false, stored: dryRun ? new StoredObject(before.collection, before.key, before.version, marked) : transaction.put(before.collection, before.key, marked) };
}

/** @returns undefined when the object is already marked just so */
function mark(server: ServerContext, object: KubernetesObject, finalizers: string[], grace: number): KubernetesObject | undefined {
  const { metadata } = object;
  const first = metadata.deletionTimestamp === undefined;
  const shorter = !first && grace < (metadata.deletionGracePeriodSeconds ?? 0);
  if (!first && !shorter && finalizers.join() === (metadata.finalizers ?? []).join()) return undefined;
  const marked = { ...object, metadata: { ...metadata } };
  if (finalizers.length > 0) marked.metadata.finalizers = finalizers;
  if (first || shorter) {
    marked.metadata.deletionTimestamp = timestamp(server.clock.now() + grace * 1000);
    marked.metadata.deletionGracePeriodSeconds = grace;
  }
  if (object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition') delete marked.metadata.deletionGracePeriodSeconds;
  if (object.kind === 'Namespace') {
    setField(marked, 'status', { ...asRecord(fieldOf(object, 'status')), phase: 'Terminating' });
  }
  if (object.kind === 'CustomResourceDefinition') {
    if (first) setField(marked, 'status', withTerminating(asRecord(fieldOf(object, 'status')), timestamp(server.clock.now())));
  } else if (first && metadata.generation !== undefined) marked.metadata.generation = metadata.generation + 1;
  return marked;
}

/** What is deleted of a definition first is its instances. */
function withCleanup({ kind, metadata }: KubernetesObject, finalizers: string[]): string[] {
  return kind === 'CustomResourceDefinition' && metadata.deletionTimestamp === undefined && !finalizers.includes(CLEANUP_FINALIZER) ? [...finalizers, CLEANUP_FINALIZER] : finalizers;
}

/** A namespace stays until its content is gone and its own finalizers with it. */
export function holdsNamespace(object: KubernetesObject): boolean {
  const finalizers = object.kind === 'Namespace' ? asRecord(fieldOf(object, 'spec'))['finalizers'] : undefined;
  return Array.isArray(finalizers) && finalizers.length > 0;
}

/** A definition says at once that its instances will go. */
function withTerminating(status: Record<string, unknown>, now: string): Record<string, unknown> {
  const message = 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon';
  const terminating = { type: 'Terminating', status: 'True', lastTransitionTime: now, reason: 'InstanceDeletionPending', message };
  return { ...status, conditions: [...(Array.isArray(status['conditions']) ? status['conditions'] : []), terminating] };
}

const asRecord = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** A Pod on a node is given time; its node deletes it with 0 when it has ended. */
function graceOf(object: KubernetesObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (object.kind !== 'Pod') return 0;
  const { spec, status, metadata } = object as Pod;
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  if (gracePeriodSeconds !== undefined) return Math.max(0, gracePeriodSeconds);
  return metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

/** @throws ApiFailure 403 for the namespaces that must always be there */
function refuseDeletion({ served: { kind, collection } }: Call, before: StoredObject): void {
  if (collection === '/namespaces' && ['default', 'kube-system', 'kube-public'].includes(before.key)) {
    fail(forbiddenStatus(kind.resource, before.key, 'this namespace may not be deleted'));
  }
}

/** Waiting for dependents, or leaving them, is a finalizer that the garbage collector takes away. */
function finalizersFor({ served }: Call, finalizers: readonly string[], { propagationPolicy, orphanDependents }: DeleteOptions): string[] {
  const asked = propagationPolicy ?? (orphanDependents === true ? 'Orphan' : orphanDependents === false ? 'Background' : undefined);
  const policy = asked ?? (ORPHANS_BY_DEFAULT.has(served.collection) ? 'Orphan' : undefined);
  if (policy === undefined) return [...finalizers];
  const others = finalizers.filter((finalizer) => finalizer !== 'orphan' && finalizer !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  return policy === 'Foreground' ? [...others, 'foregroundDeletion'] : others;
}

function checkPreconditions({ served, name = '' }: Call, before: StoredObject, { preconditions }: DeleteOptions): void {
  const { uid = '', resourceVersion = '' } = before.object.metadata;
  const target = { group: served.kind.resource.group, kind: served.kind.resource.kind, plural: served.kind.resource.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    const why = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    fail(conflictStatus(target, name, why));
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    fail(conflictStatus(target, name, why));
  }
}

/**
 * Options from the body, or from the query where there is no body.
 * @throws ApiFailure 400, 422
 */
export function readDeleteOptions(call: Call): DeleteOptions {
  const options = call.body.trim() === '' ? optionsOfQuery(call.query) : optionsOfBody(call.body);
  const { propagationPolicy: policy, orphanDependents, dryRun = [] } = options;
  const problems: FieldError[] = [];
  if (policy !== undefined && orphanDependents !== undefined) {
    problems.push(invalidField('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'));
  } else if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy)) {
    problems.push(unsupportedField('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  if (dryRun.some((each) => each !== 'All')) problems.push(unsupportedField('dryRun', dryRun, ['All']));
  if (problems.length > 0) fail(invalidStatus({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', problems));
  return options;
}

function optionsOfBody(body: string): DeleteOptions {
  const content = parsed(body);
  return isRecord(content) ? content : fail(badRequestStatus('the body of a DELETE must be a DeleteOptions object'));
}

function optionsOfQuery(query: URLSearchParams): DeleteOptions {
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = query.get('orphanDependents');
  return {
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphan === null ? {} : { orphanDependents: orphan === 'true' }),
    ...(query.has('dryRun') ? { dryRun: query.getAll('dryRun') } : {}),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    return fail(badRequestStatus(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`));
  }
}
