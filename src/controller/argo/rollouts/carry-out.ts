import { ApiError, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { RolloutDecision } from '../../../frontends/argo/advance.js';
import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import { argoResources } from '../../../frontends/argo/resources.js';
import { deepEqual, isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { applyMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import { resources } from '../../../kubernetes/resources.js';
import { serinResources } from '../../../model/resources.js';
import { holds } from '../../applications/applied-objects.js';
import { ApplyRefused } from '../../applications/apply-objects.js';
import { resize } from '../../replica-sets.js';
import { sendRouting } from '../../routing.js';
import { remove, write } from '../../writes.js';
import { rolloutKey, type RolloutContext } from './context.js';

const FIELD_MANAGER = 'serin';
/** How long it is until a Pod is asked for again that its budget did not spare, in milliseconds. */
const SPARED = 30_000;
/** Answers that say nothing about what was sent: somebody was faster, or there are too many requests. */
const PASSING: ReadonlySet<number> = new Set([409, 429]);

/**
 * Does what a decision says, in an order in which each step may rely on those before: what there is to be, how many
 * Pods, what is marked, where traffic at rest goes, what releases are told; only then is anything taken away.
 * @returns when to look again because a budget spared a Pod; milliseconds since the epoch @throws ApplyRefused
 */
export async function carryOut(context: RolloutContext, rollout: Rollout, decision: RolloutDecision): Promise<number | undefined> {
  const { namespace = '' } = rollout.metadata;
  for (const wanted of decision.apply) await applyObject(context, rollout, wanted).catch(explained(wanted.kind, wanted.metadata.name));
  for (const { replicaSet: name, replicas } of decision.sizes) {
    const replicaSet = context.caches.replicaSets.get({ namespace, name });
    if (replicaSet && isControlledBy(replicaSet, rollout)) await resize(context, replicaSet, replicas);
  }
  for (const { resource, name, patch } of decision.annotate) await patchObject(context, namespace, resource, name, patch).catch(explained(resource.kind, name));
  for (const each of decision.routes) await sendRouting(context, namespace, each);
  await tellReleases(context, namespace, decision);
  for (const { resource, name } of decision.remove) await removeObject(context, rollout, resource, name);
  return evictPods(context, rollout, decision);
}

/** An answer that will be the same the next time is told to whoever wrote the Rollout. */
function explained(kind: string, name: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof ApiError) || PASSING.has(error.code) || error.code >= 500) throw error;
    throw new ApplyRefused(`${kind} ${name}: ${error.status.message ?? error.message}`, { cause: error });
  };
}

async function applyObject(context: RolloutContext, rollout: Rollout, wanted: KubernetesObject): Promise<void> {
  const { namespace = '', name: owner } = rollout.metadata;
  const resource = resourceOf(wanted);
  const informer = informerOf(context, resource);
  const at = { namespace, name: wanted.metadata.name };
  const found = informer ? informer.get(at) : await context.client.find(resource, at, { signal: context.signal });
  if (found && !isControlledBy(found, rollout)) {
    throw new ApplyRefused(`${wanted.kind} ${wanted.metadata.name} is there already and does not belong to this Rollout. Delete or rename it, or rename the Rollout.`);
  }
  if (!found) {
    const answer = await write(context, 'rollout.create', informer, (client) => client.create(resource, wanted, { fieldManager: FIELD_MANAGER }));
    context.applied.note(rolloutKey({ namespace, name: owner }), wanted, answer);
    return;
  }
  // What runs is not changed by what it began with.
  if (ONCE.has(resource.kind) || found.metadata.deletionTimestamp !== undefined) return;
  const applied = resource.kind === resources.replicaSets.kind ? withoutSize(wanted) : wanted;
  const key = rolloutKey({ namespace, name: owner });
  if (!context.applied.isDue(key, applied, found, true)) return;
  const answer = await write(context, 'rollout.apply', informer, (client) => client.apply(resource, applied, { fieldManager: FIELD_MANAGER, force: true }));
  context.applied.note(key, applied, answer);
}

/** The size of a ReplicaSet that is there is a matter of its own. */
function withoutSize(wanted: KubernetesObject): KubernetesObject {
  const spec: unknown = Reflect.get(wanted, 'spec');
  if (!isRecord(spec)) return wanted;
  const { replicas: _, ...rest } = spec;
  return { ...wanted, spec: rest } as KubernetesObject;
}

async function patchObject(context: RolloutContext, namespace: string, resource: Resource<KubernetesObject>, name: string, patch: unknown): Promise<void> {
  const informer = informerOf(context, resource);
  const found = informer?.get({ namespace, name });
  if (informer && (!found || deepEqual(applyMergePatch(found, patch), found))) return;
  await write(context, `rollout.patch.${resource.kind}`, informer, (client) => client.patch(resource, { namespace, name }, { kind: 'merge', body: patch })).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** What a release was told already it is not told again. */
async function tellReleases(context: RolloutContext, namespace: string, { commands }: RolloutDecision): Promise<void> {
  for (const { release: name, spec } of commands) {
    const release = context.caches.releases.get({ namespace, name });
    if (!release || holds(release.spec, spec)) continue;
    await write(context, 'rollout.command', context.caches.releases, (client) => client.patch(serinResources.releases, { namespace, name }, { kind: 'merge', body: { spec } }));
  }
}

/** Deletes what is the Rollout's, and is as it was when that was decided. */
async function removeObject(context: RolloutContext, rollout: Rollout, resource: Resource<KubernetesObject>, name: string): Promise<void> {
  const at = { namespace: rollout.metadata.namespace ?? '', name };
  const informer = informerOf(context, resource);
  const found = informer ? informer.get(at) : await context.client.find(resource, at, { signal: context.signal });
  if (!found || found.metadata.deletionTimestamp !== undefined || !isControlledBy(found, rollout)) return;
  const { uid = '', resourceVersion = '' } = found.metadata;
  await remove(context, 'rollout.remove', informer, found, (client) => client.delete(resource, at, { propagationPolicy: 'Background', preconditions: { uid, resourceVersion } }).catch(whenGone));
  context.applied.forget(rolloutKey({ namespace: at.namespace, name: rollout.metadata.name }), found);
}

function whenGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

/** Ends Pods as their budgets allow. */
async function evictPods(context: RolloutContext, rollout: Rollout, { evict }: RolloutDecision): Promise<number | undefined> {
  const { namespace = '' } = rollout.metadata;
  let again: number | undefined;
  for (const name of evict) {
    const pod = context.caches.pods.get({ namespace, name });
    if (!pod || pod.metadata.deletionTimestamp !== undefined) continue;
    // The watch tells when it ends: it is not forgotten here, since it may take its time.
    await write(context, 'rollout.evict', undefined, (client) => client.evict({ namespace, name }, { signal: context.signal }).then(() => pod)).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 429) again = context.clock.now() + SPARED;
      else whenGone(error);
    });
  }
  return again;
}

/** What a Rollout begins, and what then is its own. */
const ONCE: ReadonlySet<string> = new Set([argoResources.analysisRuns.kind, argoResources.experiments.kind]);

/** Everything that a Rollout may be turned into. */
const kinds = [resources.replicaSets, resources.services, serinResources.releasePolicies, argoResources.analysisRuns, argoResources.experiments] as unknown as readonly Resource<KubernetesObject>[];

/** @throws Error for a kind that none is turned into */
function resourceOf({ apiVersion, kind }: KubernetesObject): Resource<KubernetesObject> {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const found = kinds.find((each) => each.group === group && each.kind === kind);
  if (!found) throw new Error(`Rollouts are not turned into ${kind}.${group}`);
  return found;
}

/** The cache of a kind; undefined for one that is not watched. */
function informerOf({ caches, argo }: RolloutContext, resource: Resource<KubernetesObject>): Informer<KubernetesObject> | undefined {
  const watched = [caches.replicaSets, caches.pods, caches.deployments, caches.policies, argo.rollouts, argo.analysisRuns, argo.experiments] as unknown as Informer<KubernetesObject>[];
  return watched.find((each) => each.resource.group === resource.group && each.resource.kind === resource.kind) ?? caches.routing(resource);
}
