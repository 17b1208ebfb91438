import { authorOfImage } from '../approvals/image-consent.js';
import { ApiError, isConflict, isNotFound } from '../cluster/api-error.js';
import type { LoopParts } from '../cluster/loop.js';
import type { KubernetesObject, ObjectName, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { APPROVAL_POLICY, vouchedFor } from '../model/approval-admission.js';
import { parseDuration } from '../model/duration.js';
import type { ImageApproval } from '../model/images/image-approval.js';
import type { ImagePolicy } from '../model/images/image-policy.js';
import type { ImageUpdate, ImageUpdatePhase, ImageUpdateStatus } from '../model/images/image-update.js';
import { formatProblem } from '../model/policy-problem.js';
import { serinResources } from '../model/resources.js';
import { finderOf } from './door/tell-policies.js';
import type { ImageCaches } from './image-caches.js';
import type { ImageMemory } from './image-memory.js';
import { placeOf } from './matching/image-reference.js';
import { imagePolicyProblems } from './matching/policy-problems.js';
import { tagRules, type TagRules } from './matching/tag-rules.js';
import { policyStatus } from './policy-status.js';
import type { Poller, PollWanted } from './polling/poller.js';
import { advanceUpdates, appliedStatus, type UpdateDecision } from './updates/advance.js';
import { withForgotten } from './updates/forgotten.js';
import { outdatedUpdates, releaseOf } from './updates/history.js';
import { isEnded, phaseOf } from './updates/phases.js';
import { IMAGES_MANAGER } from './workloads/author.js';
import { gitOwnerOf } from './workloads/git-owner.js';
import { imageChange } from './workloads/image-change.js';
import { isProblem, readWorkload, repositoriesOf, type FindObject, type ImageWorkload, type WorkloadProblem } from './workloads/workload.js';

/** What work on a policy needs. */
export interface ImageContext extends LoopParts {
  readonly caches: ImageCaches;
  readonly memory: ImageMemory;
  readonly poller: Poller;
}

/** When what was refused, or belongs to a kind that is not watched, is looked at again, in milliseconds. */
const SOON = 500;
const UNWATCHED = 60_000;
const REFUSED = 30_000;

/** One pass over one ImagePolicy and its updates. @returns when to look again, in milliseconds from now */
export async function reconcileImagePolicy(context: ImageContext, name: Required<ObjectName>, signal: AbortSignal): Promise<number | undefined> {
  const { caches, clock, memory, poller } = context;
  const key = `${name.namespace}/${name.name}`;
  const found = caches.policies.get(name);
  if (!found || found.metadata.deletionTimestamp !== undefined) {
    poller.set(key, undefined);
    memory.delete(key);
    return undefined;
  }
  const updates = caches.updates.list({ namespace: name.namespace }).filter(({ spec }) => spec.policy === name.name);
  const { rules, problem: unusable } = rulesOf(found);
  const isBusy = updates.some((each) => !isEnded(each));
  // What is changed is read afresh; what is only shown may be a moment old.
  const workload = await readWorkload(found, isBusy ? finderOf(context.client, signal) : cachedFinder(context, signal));
  const now = clock.now();
  const decisions = advanceUpdates({
    policy: found, rules, updates, workload, now,
    ...(unusable === undefined ? {} : { why: unusable }),
    approvals: vouchedOf(context, name),
    gitOwner: isBusy && !isProblem(workload) ? gitOwnerOf(workload) : undefined,
  });
  const later = [found.spec.workload.rollout === undefined ? undefined : UNWATCHED];
  for (const decision of decisions) later.push(await carryOut(context, found, workload, decision, signal));
  const present = caches.updates.list({ namespace: name.namespace }).filter(({ spec }) => spec.policy === name.name);
  const policy = await keepRecords(context, found, present, signal);
  const wanted = rules && !isProblem(workload) ? wantedOf(policy, workload, rules) : undefined;
  const problem = unusable ?? (wanted === SEVERAL ? wanted : undefined);
  poller.set(key, wanted === SEVERAL ? undefined : wanted);
  if (!policy.spec.poll) memory.delete(key);
  const status = policyStatus(policy, workload, rules, present, memory.get(key) ?? {}, problem, now);
  if (status && context.mayWrite()) {
    const written = await context.client.replace(serinResources.imagePolicies, { ...policy, status }, { subresource: 'status', signal });
    caches.policies.remember(written);
  }
  const times = later.filter((each) => each !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** What people said to images of a namespace, as far as the API server vouches for them. */
function vouchedOf({ caches, shared }: ImageContext, { namespace }: Required<ObjectName>): ImageApproval[] {
  const found = { name: APPROVAL_POLICY };
  return vouchedFor(caches.approvals.list({ namespace }), serinResources.imageApprovals, shared(resources.validatingAdmissionPolicies)?.get(found), shared(resources.validatingAdmissionPolicyBindings)?.get(found));
}

/** The rules of a policy, or why they cannot be used. */
export function rulesOf({ spec }: ImagePolicy): { readonly rules?: TagRules; readonly problem?: string } {
  const [wrong] = imagePolicyProblems(spec).filter(({ severity }) => severity !== 'warning');
  return wrong ? { problem: formatProblem(wrong) } : { rules: tagRules(spec.tags) };
}

/** @returns when to look again, in milliseconds */
async function carryOut(context: ImageContext, policy: ImagePolicy, workload: ImageWorkload | WorkloadProblem, { update, status, change, againAt }: UpdateDecision, signal: AbortSignal): Promise<number | undefined> {
  if (!context.mayWrite()) return undefined;
  let present = update;
  if (status) present = await record(context, policy, update, status, signal);
  const waits = againAt === undefined ? undefined : Math.max(SOON, againAt - context.clock.now());
  if (!change || isProblem(workload) || !context.mayWrite()) return waits;
  const { name, namespace = '' } = workload.object.metadata;
  try {
    await context.client.patch(workload.resource, { name, namespace }, { kind: 'merge', body: imageChange(workload, change, update.metadata.name, authorOfImage(update)) }, { fieldManager: IMAGES_MANAGER, signal });
  } catch (error) {
    if (isConflict(error)) return SOON;
    if (!(error instanceof ApiError) || error.code >= 500) throw error;
    // Whatever refuses it may let it pass later; it is said where people look.
    const message = `Waits: the API server refuses to change ${workload.resource.kind} ${name}: ${error.status.message ?? String(error.code)}`;
    if (present.status?.message !== message) await record(context, policy, present, { ...present.status, phase: phaseOf(present), message }, signal);
    return REFUSED;
  }
  await record(context, policy, present, appliedStatus(present, workload, context.clock.now()), signal);
  return undefined;
}

/** Reasons of Events, by the phase that is told of. */
const REASONS: Readonly<Partial<Record<ImageUpdatePhase, { readonly type: 'Normal' | 'Warning'; readonly reason: string }>>> = {
  WaitingForApproval: { type: 'Normal', reason: 'ImageWaitsForApproval' },
  Applied: { type: 'Normal', reason: 'ImageApplied' },
  Reported: { type: 'Normal', reason: 'ImageReported' },
  Rejected: { type: 'Warning', reason: 'ImageRejected' },
  Expired: { type: 'Warning', reason: 'ImageExpired' },
  Refused: { type: 'Warning', reason: 'ImageRefused' },
};

async function record(context: ImageContext, policy: ImagePolicy, update: ImageUpdate, status: ImageUpdateStatus, signal: AbortSignal): Promise<ImageUpdate> {
  const written = await context.client.replace(serinResources.imageUpdates, { ...update, status }, { subresource: 'status', signal });
  context.caches.updates.remember(written);
  const event = REASONS[status.phase];
  if (event && status.phase !== update.status?.phase) context.note(policy, { ...event, message: `${update.spec.image}:${update.spec.tag}: ${status.message ?? status.phase}` });
  return written;
}

/**
 * Writes down which releases updates led to, and lets go of the oldest: what they took up is on record in the policy first, so that it
 * is known again. @returns the policy as it is then
 */
async function keepRecords({ client, caches, shared, clock, mayWrite }: ImageContext, policy: ImagePolicy, updates: readonly ImageUpdate[], signal: AbortSignal): Promise<ImagePolicy> {
  const { namespace = '' } = policy.metadata;
  const releases = shared(serinResources.releases)?.list({ namespace }) ?? [];
  for (const update of updates) {
    const release = releaseOf(update, policy, releases, clock.now());
    if (release === undefined || !update.status || !mayWrite()) continue;
    caches.updates.remember(await client.replace(serinResources.imageUpdates, { ...update, status: { ...update.status, release } }, { subresource: 'status', signal }));
  }
  const outdated = outdatedUpdates(updates, policy, clock.now());
  if (outdated.length === 0 || !mayWrite()) return policy;
  const kept = await client.replace(serinResources.imagePolicies, { ...policy, status: { ...policy.status, forgotten: withForgotten(policy, outdated) } }, { subresource: 'status', signal });
  caches.policies.remember(kept);
  for (const { metadata: { name, uid }, ...rest } of outdated) {
    if (!mayWrite()) return kept;
    try {
      await client.delete(serinResources.imageUpdates, { name, namespace }, { signal, ...(uid === undefined ? {} : { preconditions: { uid } }) });
      caches.updates.forget({ metadata: { name, namespace, ...(uid === undefined ? {} : { uid }) }, ...rest });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
  return kept;
}

const SEVERAL = 'the containers run several images, and only one can be asked for; name it under spec.image';

function wantedOf({ spec, metadata }: ImagePolicy, workload: ImageWorkload, rules: TagRules): PollWanted | typeof SEVERAL | undefined {
  const { poll, paused } = spec;
  const [repository = '', more] = repositoriesOf(workload);
  if (!poll || paused) return undefined;
  if (more !== undefined) return SEVERAL;
  const place = placeOf(repository);
  return place && {
    ...place,
    insecure: poll.insecure ?? false,
    every: parseDuration(poll.every),
    ...(poll.secret === undefined ? {} : { secret: { namespace: metadata.namespace ?? '', name: poll.secret } }),
    ...(rules.sameTag ? { tag: workload.containers[0]?.image.tag ?? 'latest' } : {}),
  };
}

/** Reads what the controller watches from its caches, and asks for the rest. */
export function cachedFinder({ shared, client }: Pick<ImageContext, 'shared' | 'client'>, signal: AbortSignal): FindObject {
  const ask = finderOf(client, signal);
  return <T extends KubernetesObject>(resource: Resource<T>, name: ObjectName) => {
    const cache = shared(resource);
    return cache?.synced ? Promise.resolve(cache.get(name)) : ask(resource, name);
  };
}
