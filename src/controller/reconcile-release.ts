import { advance, firstStatus } from '../engine/advance.js';
import type { Decision } from '../engine/decision.js';
import { formatShare } from '../engine/formatting.js';
import { isWritingAgain } from '../engine/overwritten-routes.js';
import type { Message } from '../model/messages.js';
import { hasEnded, type Release, type ReleaseStatus } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { FINALIZER, serinResources } from '../model/resources.js';
import { WHOLE, type Split } from '../model/split.js';
import { deepEqual } from '../kubernetes/json.js';
import { isOwnedBy } from '../kubernetes/owners.js';
import type { ControllerContext } from './context.js';
import { giveTo, name, setFree, type HolderObjects } from './holders.js';
import { isRestored, keepClaims, restoredStatus, waitsForRestore } from './restored.js';
import { isUnbegun } from './freezes.js';
import { observeRelease, type ReleaseView } from './observe-release.js';
import { carryOutRunning, deleteLeft, removeSizeMarks } from './running-sizes.js';
import { createReplicaSet, deleteReplicaSet, newReplicaSet, resize, setPaused } from './replica-sets.js';
import { applyRouting, removeEpoch, routingPlan, stampedByOthers } from './routing.js';
import { carryOutJob, tidyJobs } from './step-job.js';
import { write } from './writes.js';

/** A release under way is looked at this often at the latest, in milliseconds. */
const LOOK_AGAIN = 10_000;

/**
 * One pass over one release: observe, decide, write the decision down, then do what is written down.
 * @returns when to look again, milliseconds since the epoch
 */
export async function reconcileRelease(context: ControllerContext, key: { namespace: string; name: string }): Promise<number | undefined> {
  const found = context.caches.releases.get(key);
  if (!found) return letGo(context, key);
  // Somebody leads after us, whatever we believe.
  if ((found.status?.epoch ?? 0) > context.leadership.epoch()) return letGo(context, key);
  if (hasEnded(found.status?.phase ?? 'Preparing')) {
    context.analyses.finish(key);
    context.gates.forget(key);
    if (found.status && (await tidyJobs(context, found, found.status)) > 0) return context.clock.now();
    await letRecordGo(context, found);
    return undefined;
  }
  const policy = context.caches.policies.get({ namespace: key.namespace, name: found.spec.policy });
  if (waitsForRestore(context, found, policy)) return context.clock.now() + LOOK_AGAIN;
  // What the server answered: a record with the version from before it would be refused.
  const release = found.status ? found : await start(context, found, policy);
  const before = release.status;
  if (!before) return undefined;
  if (hasEnded(before.phase)) return context.clock.now();
  // Before anything is observed: metrics of a step that has just begun say nothing yet.
  const waits = before.held !== undefined || (release.spec.consent !== undefined && isUnbegun(release));
  // One that waits to begin has nothing that could be sampled.
  if (!waits) context.analyses.track(release, found.status === undefined);
  const view = observeRelease(context, release);
  const now = context.clock.now();
  const { decision, takesPlace } = decide(context, view, now);
  if (decision.status.held) context.analyses.forget(key);
  // Our stamps must be off the shared objects before the record says that the release has ended.
  if (hasEnded(decision.status.phase) && (await removeEpoch(context, view.routing, before)) > 0) return now;
  if (hasEnded(decision.status.phase) && release.spec.workload.kind === 'Versions' && (await removeSizeMarks(context, release)) > 0) return now;
  if (hasEnded(decision.status.phase) && (await deleteLeft(context, view.release, decision.status, view.workload?.versions ?? [])) > 0) return now;
  const status = withRouting(decision.status, view);
  const kept = await keepClaims(context, view.release, status);
  // Our epoch before our stamps: two that both believe they lead would stamp over each other until one of them sees a higher epoch on record.
  const isTakenOver = before.epoch !== context.leadership.epoch() && stampedByOthers(context, view.routing, status).length > 0;
  const recorded = deepEqual(status, before) && !isTakenOver ? kept : await record(context, kept, status);
  announce(context, recorded, decision.happened);
  if (hasEnded(status.phase)) context.observer.ended(recorded);
  // On record it takes a place by itself.
  if (takesPlace && view.policy) context.places.giveBack(view.policy);
  if (hasEnded(status.phase)) return now;
  await effect(context, { ...view, release: recorded }, status);
  // Verdicts stand in the log of the status; their evidence is written when what they led to is done.
  context.analyses.passed(key);
  const { waitsUntil } = view.observation.routing;
  return Math.min(decision.lookAgainAt ?? Number.POSITIVE_INFINITY, waitsUntil ?? Number.POSITIVE_INFINITY, now + LOOK_AGAIN);
}

/** One that has waited to begin needs a place now, which others may have taken. */
function decide({ places, caches }: ControllerContext, { release, policy, observation }: ReleaseView, now: number): { readonly decision: Decision; readonly takesPlace: boolean } {
  const decision = advance(release, observation, now);
  const begins = isUnbegun(release) && (release.status?.held !== undefined || release.spec.consent !== undefined) && decision.status.held === undefined && decision.status.abortReason === undefined;
  if (!begins || !policy) return { decision, takesPlace: false };
  // What an earlier pass took and never used is not to stand in its own way.
  places.giveBack(policy);
  const queued = { ...policy, status: { ...policy.status, queuedAt: release.status?.startedAt ?? '' } };
  if (places.take(queued, caches).free) return { decision, takesPlace: true };
  return { decision: advance(release, { ...observation, place: { free: false } }, now), takesPlace: false };
}

/** Everything that follows from what has been recorded. */
async function effect(context: ControllerContext, view: ReleaseView, status: ReleaseStatus): Promise<void> {
  const { release } = view;
  await carryOut(context, view, status);
  await carryOutJob(context, release, status);
  await tidyJobs(context, release, status);
  context.gates.carryOut({ ...release, status }, status);
}

/** Stops to sample and to ask for a release that is gone, or that another controller leads. */
export function letGo({ analyses, gates }: ControllerContext, key: { namespace: string; name: string }): undefined {
  analyses.forget(key);
  gates.forget(key);
}

/** The first status stands before anything else is done. */
async function start(context: ControllerContext, release: Release, policy: ReleasePolicy | undefined): Promise<Release> {
  const now = context.clock.now();
  const status = { ...(policy && isRestored(release, policy) ? restoredStatus(release, now) : firstStatus(release, now)), epoch: context.leadership.epoch() };
  const recorded = await record(context, release, status);
  announce(context, recorded, (status.log ?? []).map(({ code, arguments: args }) => ({ code: code as Message['code'], arguments: args })));
  return recorded;
}

/** Adds what only the routing products know: shares, and the claims that must be on record before the first write. */
function withRouting(status: ReleaseStatus, { routing, observation, release }: ReleaseView): ReleaseStatus {
  const claims = routingPlan(routing, { ...status, claims: release.status?.claims ?? [] })?.claims;
  const shares = (split: Split | undefined): { stable: number; canary: number } | undefined => split && { ...split.shares };
  const asked = status.intent.routing === 'split' ? { stable: WHOLE - status.intent.share, canary: status.intent.share } : undefined;
  const known = { asked, written: shares(observation.routing.written) ?? (asked && release.status?.shares?.written), accepted: shares(observation.routing.accepted), counted: asked && status.shares?.counted };
  const present = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return {
    ...status,
    ...(claims && claims.length > 0 ? { claims: claims.map(({ kind, name: claimed, namespace, found }) => ({ kind, name: claimed, ...(namespace === undefined ? {} : { namespace }), found })) } : {}),
    shares: present,
    share: shareText(status, observation.routing.accepted),
  };
}

/** The canary's share as tables show it: what is accepted, or was last, and everything once it is stable. */
function shareText({ phase, share = '0 %' }: ReleaseStatus, accepted: Split | undefined): string {
  if (accepted) return formatShare(accepted.shares.canary);
  return phase === 'HandingOver' || phase === 'Completed' ? formatShare(WHOLE) : phase === 'Aborted' ? formatShare(0) : share;
}

async function record(context: ControllerContext, release: Release, status: ReleaseStatus): Promise<Release> {
  return write(context, 'release.status', context.caches.releases, (client) =>
    client.replace(serinResources.releases, { ...release, status: { ...status, epoch: context.leadership.epoch() } }, { subresource: 'status' }),
  );
}

function announce(context: ControllerContext, release: Release, happened: readonly Message[]): void {
  for (const what of happened) context.events.record(release, what, what.code === 'Aborting' || what.code === 'LettingGo' ? 'Warning' : 'Normal');
}

/** Brings about what the recorded intent says. Each write is guarded, so that another order of passes leads to the same end. */
async function carryOut(context: ControllerContext, view: ReleaseView, status: ReleaseStatus): Promise<void> {
  const { intent } = status;
  const { workload, release, replicaSets } = view;
  if (release.spec.first) return;
  if (release.spec.workload.kind === 'Versions') {
    const insisting = isInsisting(release, status, context.clock.now());
    await carryOutRunning(context, release, status, insisting);
    await applyRouting(context, view.routing, status, insisting);
    return;
  }
  const objects: HolderObjects = { workload, policy: view.policy, release };
  const { stable, canary } = release.spec;
  const find = (replicaSet: string): ReleaseView['replicaSets'][number] | undefined => replicaSets.find(({ metadata }) => metadata.name === replicaSet);
  // Lending from a Deployment that is not paused makes a twin, so it is paused before anything is borrowed.
  if (workload && intent.paused && (await setPaused(context, workload, true))) return;
  await carryOutCanary(context, view, status, objects);
  const stableSet = find(stable.replicaSet);
  if (stableSet && workload) {
    if (await giveTo(context, stableSet, intent.holders.stable, objects)) return;
    if (intent.holders.stable === 'release' && intent.sizes.stable !== undefined) await resize(context, stableSet, intent.sizes.stable);
    else if (workload.kind === 'Inline' && intent.holders.stable === 'home' && release.status?.phase !== 'HandingOver') await resize(context, stableSet, workload.replicas);
  }
  for (const other of replicaSets) {
    if (other.metadata.name === stable.replicaSet || other.metadata.name === canary.replicaSet || !workload) continue;
    // A Deployment that rolls by itself would make another one at once.
    if (intent.holders.others !== 'home' && !workload.paused) continue;
    await giveTo(context, other, intent.holders.others, objects);
  }
  if (!workload) await letRestGo(context, view, status);
  await applyRouting(context, view.routing, status, isInsisting(release, status, context.clock.now()));
  if (workload && !intent.paused) await setPaused(context, workload, false);
}

/** A person who says "go on" to this step wants our routes again, and it may have been a slip once; nothing else may set off a war of writes. */
const isInsisting = ({ spec }: Release, status: ReleaseStatus, now: number): boolean =>
  status.phase !== 'Aborting' && ((spec.advanceTo ?? 0) > status.step.index || isWritingAgain(status, now));

/** What a release holds beside the canary of a workload that is gone: left to run when that was asked for, else ended. */
async function letRestGo(context: ControllerContext, { release, replicaSets }: ReleaseView, { intent }: ReleaseStatus): Promise<void> {
  for (const replicaSet of replicaSets) {
    if (replicaSet.metadata.name === release.spec.canary.replicaSet || !isOwnedBy(replicaSet, release)) continue;
    if (intent.holders.canary === 'free' && (replicaSet.spec.replicas ?? 1) > 0) await setFree(context, replicaSet, release);
    else if (!(await resize(context, replicaSet, 0))) await deleteReplicaSet(context, replicaSet);
  }
}

async function carryOutCanary(context: ControllerContext, view: ReleaseView, status: ReleaseStatus, objects: HolderObjects): Promise<void> {
  const { intent, phase } = status;
  const { canary } = view.release.spec;
  const found = view.replicaSets.find(({ metadata }) => metadata.name === canary.replicaSet);
  const holder = intent.holders.canary;
  if (!found) {
    const wanted = phase === 'Preparing' || phase === 'Progressing' || phase === 'Promoting';
    if (wanted && view.workload && view.observation.workload?.template === 'canary') {
      await createReplicaSet(context, newReplicaSet(view.workload, canary, 0, 'release', objects, view.release.spec.policy));
    }
    return;
  }
  if (holder === 'nobody') {
    if (found.spec.replicas === 0) await deleteReplicaSet(context, found);
    return;
  }
  if (holder === 'free') return void (await setFree(context, found, view.release));
  if (await giveTo(context, found, holder, objects)) return;
  if (holder === 'release' && intent.sizes.canary !== undefined) await resize(context, found, intent.sizes.canary);
}

/** The record of an ended release is free to be deleted once its policy has taken over the outcome. */
async function letRecordGo(context: ControllerContext, release: Release): Promise<void> {
  const finalizers = release.metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) return;
  const policy = context.caches.policies.get({ namespace: release.metadata.namespace ?? '', name: release.spec.policy });
  if (policy && policy.status?.release === release.metadata.name && policy.status.concluded !== release.metadata.name) return;
  const informer = release.metadata.deletionTimestamp === undefined ? context.caches.releases : undefined;
  await write(context, 'release.finalizer', informer, (client) =>
    client.patch(serinResources.releases, name(release), {
      kind: 'merge',
      body: { metadata: { resourceVersion: release.metadata.resourceVersion, finalizers: finalizers.filter((each) => each !== FINALIZER) } },
    }),
  );
}
