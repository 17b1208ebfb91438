import { isForbidden, isNotFound } from '../cluster/api-error.js';
import type { ClusterClient } from '../cluster/client.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import type { Approval } from '../model/approval.js';
import type { FreezeWindow } from '../model/freeze-window.js';
import type { Release } from '../model/release.js';
import { serinResources } from '../model/resources.js';
import { ApprovalError } from './approval-error.js';
import type { Caller } from './caller.js';
import { planApproval, type Saying, type WindowExcepts } from './decision.js';
import { windowsFor } from './frozen.js';
import { give, requireAdmission, type Giving } from './giving.js';
import { approvalsOf } from './record.js';
import { lookAt } from './seen.js';

/** What was said, and what comes of it. */
export interface Said<T> {
  readonly approval: T;
  /** What is so now, as a sentence, and what comes next. */
  readonly done: string;
  readonly next: string;
  /** False where it had been said before. */
  readonly isNew: boolean;
}

/**
 * Says something to a release, in the name that the client stands for: creates the Approval. What was shown to the caller must
 * still be so; where the saying does not tell, it is what is so now.
 * @throws ApprovalError where it cannot be said, ApiError where the cluster is not reached
 */
export async function sayOnRelease(client: ClusterClient, release: Release, caller: Caller, saying: Saying, giving: Giving = {}): Promise<Said<Approval>> {
  const { namespace = '', name } = release.metadata;
  const [{ items }, now, excepts] = await Promise.all([
    client.list(serinResources.approvals, { namespace, ...giving }),
    lookAt(client, release, giving),
    saying.window === undefined ? undefined : exceptsOf(client, namespace, saying.window, giving),
  ]);
  const { seen = now } = saying;
  if (seen.images.length > 0 && now.images.some((image) => !seen.images.includes(image))) throw new ApprovalError('refused', `release ${name} is not what was shown: its Pods run another image. Look at it again.`);
  const plan = planApproval(release, approvalsOf(release, items), caller, { ...saying, seen }, excepts);
  if (plan.outcome === 'refused') throw new ApprovalError('refused', plan.why);
  const { done, next } = plan;
  if (plan.outcome === 'nothing') return { approval: plan.approval, done, next, isNew: false };
  await requireAdmission(client, giving);
  return { approval: await give(client, serinResources.approvals, plan.approval, giving), done, next, isNew: true };
}

/** The freeze windows of a namespace and of the cluster, as far as the caller may see them. */
export async function findWindows(client: ClusterClient, namespace: string | undefined, giving: Giving = {}): Promise<FreezeWindow[]> {
  const [own, all] = await Promise.all([
    visible(client, serinResources.freezeWindows, { ...(namespace === undefined ? {} : { namespace }), ...giving }),
    visible(client, serinResources.clusterFreezeWindows, giving),
  ]);
  return [...(own ?? []), ...(all ?? [])];
}

/** Whom a freeze window lets through; undefined where that may not be seen. @throws ApprovalError for a window that is not there */
async function exceptsOf(client: ClusterClient, namespace: string, window: string, giving: Giving): Promise<WindowExcepts> {
  const [own, all] = await Promise.all([visible(client, serinResources.freezeWindows, { namespace, ...giving }), visible(client, serinResources.clusterFreezeWindows, giving)]);
  const named = windowsFor([...(own ?? []), ...(all ?? [])], namespace).filter(({ metadata }) => metadata.name === window);
  if (named.length === 0) {
    if (!own || !all) return undefined;
    throw new ApprovalError('refused', `there is no freeze window ${window} for namespace ${namespace}. They are listed by: kubectl get freezewindows,clusterfreezewindows.`);
  }
  // Two of one name have to let it through both.
  const excepts = named.map(({ spec: { exceptWith } }) => exceptWith);
  if (excepts.some((each) => each === undefined)) return 'nobody';
  const [first] = excepts;
  return { users: first?.users ?? [], groups: first?.groups ?? [] };
}

async function visible<T extends KubernetesObject>(client: ClusterClient, resource: Resource<T>, options: { readonly namespace?: string } & Giving): Promise<T[] | undefined> {
  try {
    return (await client.list(resource, options)).items;
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return undefined;
    throw error;
  }
}
