import { ApiError, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { Experiment } from '../../../frontends/argo/kinds/experiment.js';
import { refusalKey, type ExperimentDecision } from '../../../frontends/argo/experiments/observation.js';
import { argoResources } from '../../../frontends/argo/resources.js';
import { deepEqual } from '../../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { applyMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import { resources } from '../../../kubernetes/resources.js';
import { resize } from '../../replica-sets.js';
import { remove, write } from '../../writes.js';
import { experimentKey, type ExperimentContext } from './context.js';

const FIELD_MANAGER = 'serin';
/** Answers that say nothing about what was sent: somebody was faster, or there are too many requests. */
const PASSING: ReadonlySet<number> = new Set([404, 409, 429]);

/** Does what a decision says. @returns whether the API server refused something, which is to be decided on at once */
export async function carryOut(context: ExperimentContext, experiment: Experiment, decision: ExperimentDecision): Promise<boolean> {
  const { namespace = '' } = experiment.metadata;
  let isRefused = false;
  for (const object of decision.create) isRefused = (await create(context, experiment, object)) || isRefused;
  for (const { resource, name, patch } of decision.annotate) await mark(context, experiment, resource, name, patch);
  for (const { replicaSet: name, replicas } of decision.sizes) {
    const found = context.caches.replicaSets.get({ namespace, name });
    if (found && isControlledBy(found, experiment)) await resize(context, found, replicas);
  }
  for (const { resource, name } of decision.remove) await take(context, experiment, resource, name);
  return isRefused;
}

const kinds = [resources.replicaSets, resources.services, argoResources.analysisRuns] as unknown as readonly Resource<KubernetesObject>[];

/** @returns whether it was refused for good */
async function create(context: ExperimentContext, experiment: Experiment, object: KubernetesObject): Promise<boolean> {
  const resource = kinds.find(({ kind }) => kind === object.kind);
  if (!resource) throw new Error(`Experiments are not turned into ${object.kind}`);
  const informer = informerOf(context, resource);
  try {
    await write(context, `experiment.create.${object.kind}`, informer, (client) => client.create(resource, object, { fieldManager: FIELD_MANAGER }));
    return false;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code >= 500) throw error;
    const isForeign = error.code === 409 && (await belongsToOthers(context, experiment, resource, object.metadata.name));
    if (PASSING.has(error.code) && !isForeign) throw error;
    const key = experimentKey({ namespace: experiment.metadata.namespace ?? '', name: experiment.metadata.name });
    const all = context.refused.get(key) ?? new Map<string, string>();
    const reason = isForeign ? `${resource.kind} ${object.metadata.name} is there already and does not belong to this Experiment. Delete or rename it, or rename the Experiment.` : (error.status.message ?? error.message);
    context.refused.set(key, all.set(refusalKey(object), reason));
    return true;
  }
}

/** Whether what was to be created is somebody else's: it will be so the next time, too. */
async function belongsToOthers({ client }: ExperimentContext, experiment: Experiment, resource: Resource<KubernetesObject>, name: string): Promise<boolean> {
  const found = await client.find(resource, { namespace: experiment.metadata.namespace ?? '', name });
  return found !== undefined && found.metadata.deletionTimestamp === undefined && !isControlledBy(found, experiment);
}

async function mark(context: ExperimentContext, experiment: Experiment, resource: Resource<KubernetesObject>, name: string, patch: unknown): Promise<void> {
  const informer = informerOf(context, resource);
  const at = { namespace: experiment.metadata.namespace ?? '', name };
  const found = informer?.get(at);
  if (!found || !isControlledBy(found, experiment) || deepEqual(applyMergePatch(found, patch), found)) return;
  await write(context, `experiment.patch.${resource.kind}`, informer, (client) => client.patch(resource, at, { kind: 'merge', body: patch }));
}

/** Deletes what is the Experiment's, and is as it was when that was decided. */
async function take(context: ExperimentContext, experiment: Experiment, resource: Resource<KubernetesObject>, name: string): Promise<void> {
  const informer = informerOf(context, resource);
  const at = { namespace: experiment.metadata.namespace ?? '', name };
  const found = informer?.get(at);
  if (!found || found.metadata.deletionTimestamp !== undefined || !isControlledBy(found, experiment)) return;
  const { uid = '' } = found.metadata;
  const isGone = (error: unknown): void => {
    if (!isNotFound(error)) throw error;
  };
  await remove(context, 'experiment.remove', informer, found, (client) => client.delete(resource, at, { propagationPolicy: 'Background', preconditions: { uid } }).catch(isGone));
}

/** The cache of a kind; undefined for one that cannot be seen. */
function informerOf({ caches, argo }: ExperimentContext, resource: Resource<KubernetesObject>): Informer<KubernetesObject> | undefined {
  const watched = [caches.replicaSets, argo.analysisRuns] as unknown as Informer<KubernetesObject>[];
  return watched.find((each) => each.resource.group === resource.group && each.resource.kind === resource.kind) ?? caches.routing(resource);
}
