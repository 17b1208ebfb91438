import type { Pod, PodCondition } from '../../../kubernetes/generated/core-v1.js';
import type { DeleteOptions } from '../../../kubernetes/generated/meta-v1.js';
import type { PodDisruptionBudget } from '../../../kubernetes/generated/policy-v1.js';
import { isConditionTrue } from '../../../kubernetes/conditions.js';
import { cloneJson, isRecord } from '../../../kubernetes/json.js';
import { matchesLabelSelector } from '../../../kubernetes/selectors.js';
import { badRequestStatus, failureStatus, forbiddenStatus, notFoundStatus, tooManyRequestsStatus, type FailureStatus } from '../../../kubernetes/status.js';
import { doneAnswer, fail, type Answer } from '../request/answer.js';
import { parseObjectBody } from '../request/body.js';
import type { Call, ServerContext } from '../server-context.js';
import type { StoredObject, Transaction } from '../store.js';
import { timestamp } from '../writes/identity.js';
import { readWriteOptions } from '../writes/write-options.js';
import { deleteObject } from './delete.js';
import { keyOf } from './read.js';

const BUDGETS = 'policy/poddisruptionbudgets';
const VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget.";
const MOST_DISRUPTED = 2000;

/** Deletes a Pod the polite way: as its disruption budget allows. */
export async function evictPod(server: ServerContext, call: Call): Promise<Answer> {
  const { fields, options, dryRun } = readEviction(call);
  if (isRecord(fields['metadata']) && fields['metadata']['name'] !== call.name) fail(badRequestStatus('name in URL does not match name in Eviction object'));
  await server.store.write((transaction) => {
    const before = transaction.get(call.served.collection, keyOf(call)) ?? fail(notFoundStatus(call.served.kind.resource, call.name ?? ''));
    const pod = before.object as Pod;
    if (!needsNoBudget(pod)) spendBudget(server, transaction, pod, dryRun);
    deleteObject(server, call, transaction, dryRun ? before : marked(server, transaction, before), options, dryRun);
  });
  return doneAnswer();
}

function readEviction(call: Call): { fields: Record<string, unknown>; options: DeleteOptions; dryRun: boolean } {
  const content = parseObjectBody(call.body, call.headers['content-type'], 'Eviction');
  const fields = isRecord(content) ? content : {};
  const options: DeleteOptions = isRecord(fields['deleteOptions']) ? fields['deleteOptions'] : {};
  return { fields, options, dryRun: readWriteOptions(call, 'CreateOptions').dryRun || (options.dryRun ?? []).includes('All') };
}

/** A Pod that serves nobody any more, or nobody yet. */
function needsNoBudget({ status, metadata }: Pod): boolean {
  return ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '') || metadata.deletionTimestamp !== undefined;
}

/** @throws ApiFailure 429 when the budget of the Pod is spent, 500 when it has several */
function spendBudget(server: ServerContext, transaction: Transaction, pod: Pod, dryRun: boolean): void {
  const { namespace = '', name, labels } = pod.metadata;
  const budgets = transaction
    .list(BUDGETS, `${namespace}/`)
    .filter(({ object }) => (object as PodDisruptionBudget).spec?.selector !== undefined && matchesLabelSelector((object as PodDisruptionBudget).spec?.selector, labels));
  const [stored, another] = budgets;
  if (another !== undefined) fail(failureStatus(500, '', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'));
  if (stored === undefined) return;
  const budget = stored.object as PodDisruptionBudget;
  if (!isConditionTrue(pod.status?.conditions, 'Ready') && maySpareUnhealthy(budget)) return;
  const refusal = refusalOf(budget);
  if (refusal !== undefined) fail(refusal);
  if (dryRun) return;
  const next = cloneJson(budget);
  const { status } = next;
  if (status === undefined) return;
  status.disruptionsAllowed = (status.disruptionsAllowed ?? 0) - 1;
  status.disruptedPods = { ...status.disruptedPods, [name]: timestamp(server.clock.now()) };
  if (status.disruptionsAllowed === 0) noteSpent(next, timestamp(server.clock.now()));
  transaction.put(stored.collection, stored.key, next);
}

/** A Pod that is not ready costs nothing where enough others are, or where the budget says so. */
function maySpareUnhealthy({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const wanted = status?.desiredHealthy ?? 0;
  return wanted > 0 && (status?.currentHealthy ?? 0) >= wanted;
}

function refusalOf({ metadata, status }: PodDisruptionBudget): FailureStatus | undefined {
  const { name, generation = 0 } = metadata;
  if ((status?.observedGeneration ?? 0) < generation) return violation(`The disruption budget ${name} is still being processed by the server.`, 10);
  const target = { group: 'policy', plural: 'poddisruptionbudget', kind: '' };
  const { disruptionsAllowed = 0, disruptedPods = {}, desiredHealthy = 0, currentHealthy = 0, conditions = [] } = status ?? {};
  if (disruptionsAllowed < 0) return forbiddenStatus(target, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MOST_DISRUPTED) return forbiddenStatus(target, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  if (disruptionsAllowed > 0) return undefined;
  const { reason = '', message = '' } = conditions.find(({ type, status: state }) => type === 'DisruptionAllowed' && state === 'False') ?? {};
  if (reason === 'SyncFailed' && message !== '') return violation(`The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${message}`);
  if (currentHealthy <= desiredHealthy) return violation(`The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`);
  return violation(`The disruption budget ${name} does not allow evicting pods currently${message === '' ? '' : ` (${reason}): ${message}`}`);
}

function violation(message: string, retryAfterSeconds?: number): FailureStatus {
  const status = tooManyRequestsStatus(VIOLATION, retryAfterSeconds);
  return { ...status, details: { ...status.details, causes: [{ reason: 'DisruptionBudget', message }] } };
}

function noteSpent(budget: PodDisruptionBudget, now: string): void {
  const { status } = budget;
  if (status === undefined) return;
  const before = status.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const spent = { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '', observedGeneration: status.observedGeneration ?? 0 };
  const lastTransitionTime = before?.status === 'False' ? before.lastTransitionTime : now;
  status.conditions = [...(status.conditions ?? []).filter((each) => each !== before), { ...spent, lastTransitionTime }];
}

/** The Pod says why it ends, as long as it is there. */
function marked(server: ServerContext, transaction: Transaction, before: StoredObject): StoredObject {
  const pod = cloneJson(before.object as Pod);
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  const why: PodCondition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
  pod.status = { ...pod.status, conditions: [...others, { ...why, lastTransitionTime: timestamp(server.clock.now()) }] };
  return transaction.put(before.collection, before.key, pod);
}
