import type { ObjectMeta, OwnerReference } from './generated/meta-v1.js';
import type { KubernetesObject } from './objects.js';

interface Owned {
  metadata: Pick<ObjectMeta, 'ownerReferences'>;
}

/** The one owner reference with `controller: true`; undefined when the object has no controller. */
export function controllerOf(object: Owned): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether the object with this uid is the controller. */
export function isControlledBy(object: Owned, owner: Owned & { metadata: Pick<ObjectMeta, 'uid'> }): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && controller.uid === owner.metadata.uid;
}

/** Whether any owner reference, controller or plain, names the object with this uid. */
export function isOwnedBy(object: Owned, owner: { metadata: Pick<ObjectMeta, 'uid'> }): boolean {
  return object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}

/**
 * A plain owner reference to a live object: deletion follows it, nothing else does.
 * @throws Error when the owner has no name or uid yet
 */
export function ownerReference(owner: KubernetesObject): OwnerReference {
  const { name, uid } = owner.metadata;
  if (name === undefined || uid === undefined || uid === '') {
    throw new Error(`${owner.kind} ${name ?? ''} cannot be an owner before the server has created it`);
  }
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid };
}

/** An owner reference that also makes the owner the controller and blocks its foreground deletion. */
export function controllerReference(owner: KubernetesObject): OwnerReference {
  return { ...ownerReference(owner), controller: true, blockOwnerDeletion: true };
}

/** The references with this one added, or in place of the one with the same uid. The order of the others stays. */
export function withOwner(references: readonly OwnerReference[] | undefined, reference: OwnerReference): OwnerReference[] {
  const others = references ?? [];
  const known = others.some(({ uid }) => uid === reference.uid);
  return known ? others.map((each) => (each.uid === reference.uid ? reference : each)) : [...others, reference];
}

/** The references without the one to this uid. */
export function withoutOwner(references: readonly OwnerReference[] | undefined, uid: string): OwnerReference[] {
  return (references ?? []).filter((each) => each.uid !== uid);
}
