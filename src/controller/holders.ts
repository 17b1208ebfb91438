import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { OwnerReference } from '../kubernetes/generated/meta-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { controllerOf, controllerReference, ownerReference } from '../kubernetes/owners.js';
import { resources } from '../kubernetes/resources.js';
import type { Holder } from '../model/release.js';
import { API_VERSION } from '../model/resources.js';
import type { ControllerContext } from './context.js';
import { write } from './writes.js';

/** The objects that may hold a ReplicaSet. */
export interface HolderObjects {
  readonly home: KubernetesObject | undefined;
  readonly policy: KubernetesObject | undefined;
  readonly release: KubernetesObject | undefined;
}

/**
 * The owners of a ReplicaSet that `holder` is to control. The home is always an owner too, a plain one, so that deleting
 * the borrower never takes serving Pods along. @returns undefined when the holder does not exist
 */
export function ownersFor(holder: Holder, objects: HolderObjects): OwnerReference[] | undefined {
  const { home } = objects;
  const borrower = objects[holder];
  if (!borrower) return undefined;
  if (holder === 'home' || borrower.metadata.uid === home?.metadata.uid) return [controllerReference(borrower)];
  return [controllerReference(borrower), ...(home ? [ownerReference(home)] : [])];
}

/** Whether Serin may change who controls it: nobody's and our own may be, a stranger's never. */
function mayChange(replicaSet: ReplicaSet, objects: HolderObjects): boolean {
  const controller = controllerOf(replicaSet);
  return !controller || controller.apiVersion === API_VERSION || controller.uid === objects.home?.metadata.uid;
}

/** Gives a ReplicaSet to its holder, guarded by its version. @returns whether something was written */
export async function giveTo(context: ControllerContext, replicaSet: ReplicaSet, holder: Holder, objects: HolderObjects): Promise<boolean> {
  const owners = ownersFor(holder, objects);
  if (!owners || !mayChange(replicaSet, objects)) return false;
  const present = replicaSet.metadata.ownerReferences ?? [];
  const same = owners.length === present.length && owners.every((owner) => present.some(({ uid, controller }) => uid === owner.uid && (controller ?? false) === (owner.controller ?? false)));
  if (same) return false;
  await write(context, `replicaset.owner.${holder}`, context.caches.replicaSets, (client) =>
    client.patch(resources.replicaSets, name(replicaSet), {
      kind: 'merge',
      body: { metadata: { resourceVersion: replicaSet.metadata.resourceVersion, ownerReferences: owners } },
    }),
  );
  return true;
}

/** Takes a holder off a ReplicaSet and leaves it to run. @returns whether something was written */
export async function setFree(context: ControllerContext, replicaSet: ReplicaSet, from: KubernetesObject): Promise<boolean> {
  const present = replicaSet.metadata.ownerReferences ?? [];
  const owners = present.filter(({ uid }) => uid !== from.metadata.uid);
  if (owners.length === present.length) return false;
  await write(context, 'replicaset.owner.free', context.caches.replicaSets, (client) =>
    client.patch(resources.replicaSets, name(replicaSet), { kind: 'merge', body: { metadata: { resourceVersion: replicaSet.metadata.resourceVersion, ownerReferences: owners } } }),
  );
  return true;
}

export const name = ({ metadata }: KubernetesObject): { name: string; namespace: string } => ({ name: metadata.name, namespace: metadata.namespace ?? '' });
