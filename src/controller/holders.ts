import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { OwnerReference } from '../kubernetes/generated/meta-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { controllerOf, controllerReference, ownerReference } from '../kubernetes/owners.js';
import { resources } from '../kubernetes/resources.js';
import type { Holder, Release } from '../model/release.js';
import { API_VERSION } from '../model/resources.js';
import type { ControllerContext } from './context.js';
import { isSetApart, labelsApart, labelsAtHome, missingIn, type LabelChanges } from './set-apart.js';
import type { Workload } from './workload.js';
import { write } from './writes.js';

/** The objects that may hold a ReplicaSet. */
export interface HolderObjects {
  /** Undefined when it is gone. */
  readonly workload: Pick<Workload, 'kind' | 'owner' | 'selector'> | undefined;
  readonly policy: KubernetesObject | undefined;
  readonly release: Release | undefined;
}

/**
 * The owners of a ReplicaSet that `holder` is to control. The home is always an owner too, a plain one, so that deleting
 * the borrower never takes serving Pods along. @returns undefined when the holder does not exist
 */
export function ownersFor(holder: Holder, objects: HolderObjects): OwnerReference[] | undefined {
  const home = objects.workload?.owner;
  const borrower = holder === 'home' ? home : objects[holder];
  if (!borrower) return undefined;
  if (holder === 'home' || borrower.metadata.uid === home?.metadata.uid) return [controllerReference(borrower)];
  return [controllerReference(borrower), ...(home ? [ownerReference(home)] : [])];
}

/** Whether Serin may change who controls it: nobody's and our own may be, a stranger's never. */
function mayChange(replicaSet: ReplicaSet, objects: HolderObjects): boolean {
  const controller = controllerOf(replicaSet);
  return !controller || controller.apiVersion === API_VERSION || controller.uid === objects.workload?.owner.metadata.uid;
}

/** Labels that a Deployment's ReplicaSet has with its holder; another workload's keep theirs. */
export function labelsFor(holder: Holder, { workload, policy, release }: HolderObjects, replicaSet?: ReplicaSet): LabelChanges {
  if (workload?.kind !== 'Deployment') return {};
  if (holder === 'home') return replicaSet ? labelsAtHome(replicaSet) : {};
  return labelsApart(workload.selector, release?.spec.policy ?? policy?.metadata.name ?? '');
}

/** One that its Release lost by the way in which that is deleted: the cluster would take it again, and it is safe as it is. */
const isLeft = (replicaSet: ReplicaSet, holder: Holder, { release }: HolderObjects): boolean =>
  holder === 'release' && release?.metadata.deletionTimestamp !== undefined && !controllerOf(replicaSet) && isSetApart(replicaSet);

/** Gives a ReplicaSet to its holder, guarded by its version. @returns whether something was written */
export async function giveTo(context: ControllerContext, replicaSet: ReplicaSet, holder: Holder, objects: HolderObjects): Promise<boolean> {
  const owners = ownersFor(holder, objects);
  if (!owners || !mayChange(replicaSet, objects) || isLeft(replicaSet, holder, objects)) return false;
  const present = replicaSet.metadata.ownerReferences ?? [];
  const same = owners.length === present.length && owners.every((owner) => present.some(({ uid, controller }) => uid === owner.uid && (controller ?? false) === (owner.controller ?? false)));
  const labels = missingIn(replicaSet.metadata.labels, labelsFor(holder, objects, replicaSet));
  const relabelled = Object.keys(labels).length > 0;
  if (same && !relabelled) return false;
  await write(context, `replicaset.owner.${holder}`, context.caches.replicaSets, (client) =>
    client.patch(resources.replicaSets, name(replicaSet), {
      kind: 'merge',
      body: { metadata: { resourceVersion: replicaSet.metadata.resourceVersion, ownerReferences: owners, ...(relabelled ? { labels } : {}) } },
    }),
  );
  return true;
}

/** Gives one that nobody controls, and that has no Deployment to go home to, its labels again. */
export async function putLabelsBack(context: ControllerContext, replicaSet: ReplicaSet): Promise<void> {
  await write(context, 'replicaset.labels', context.caches.replicaSets, (client) =>
    client.patch(resources.replicaSets, name(replicaSet), { kind: 'merge', body: { metadata: { resourceVersion: replicaSet.metadata.resourceVersion, labels: labelsAtHome(replicaSet) } } }),
  );
}

/** Takes a holder off a ReplicaSet and leaves it to run. @returns whether something was written */
export async function setFree(context: ControllerContext, replicaSet: ReplicaSet, from: KubernetesObject): Promise<boolean> {
  const present = replicaSet.metadata.ownerReferences ?? [];
  const owners = present.filter(({ uid }) => uid !== from.metadata.uid);
  if (owners.length === present.length) return false;
  await write(context, 'replicaset.owner.free', context.caches.replicaSets, (client) =>
    client.patch(resources.replicaSets, name(replicaSet), { kind: 'merge', body: { metadata: { resourceVersion: replicaSet.metadata.resourceVersion, ownerReferences: owners, labels: labelsAtHome(replicaSet) } } }),
  );
  return true;
}

export const name = ({ metadata }: KubernetesObject): { name: string; namespace: string } => ({ name: metadata.name, namespace: metadata.namespace ?? '' });
