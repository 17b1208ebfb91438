import type { OwnerReference } from '../../../kubernetes/generated/meta-v1.js';
import { FOREGROUND, ORPHAN, waitsForDependents, type GraphNode } from './ownership-graph.js';

/** Whether an owner exists; `leaving` when it is only waiting for what it owns to go. */
export type OwnerState = 'present' | 'absent' | 'leaving';

export interface ObservedOwnership {
  readonly node: GraphNode;
  readonly ownerState: (owner: OwnerReference) => OwnerState;
  readonly dependents: readonly GraphNode[];
}

export type GarbageDecision =
  | { readonly kind: 'nothing' }
  /** Take these owner references off the object. */
  | { readonly kind: 'drop-owners'; readonly uids: readonly string[] }
  /** `unblock`: first let none of its owners wait for it, or two could wait for each other. */
  | { readonly kind: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan'; readonly unblock: boolean }
  /** Take the reference to this object off all its dependents, then the finalizer off the object. */
  | { readonly kind: 'orphan' }
  /** Nothing that it waits for is left. */
  | { readonly kind: 'remove-finalizer'; readonly finalizer: string }
  /** It waits for these to go. */
  | { readonly kind: 'look-at'; readonly uids: readonly string[] };

/** What becomes of one object: kept as long as one owner exists, else deleted; owners that are gone are forgotten. */
export function decideGarbage({ node, ownerState, dependents }: ObservedOwnership): GarbageDecision {
  if (node.leaving) return decideLeaving(node, dependents);
  if (node.owners.length === 0) return { kind: 'nothing' };
  const states = node.owners.map((owner) => ({ uid: owner.uid, state: ownerState(owner) }));
  const lost = states.filter(({ state }) => state !== 'present').map(({ uid }) => uid);
  if (lost.length < states.length) return lost.length === 0 ? { kind: 'nothing' } : { kind: 'drop-owners', uids: lost };
  if (states.some(({ state }) => state === 'leaving') && dependents.length > 0) {
    return { kind: 'delete', policy: 'Foreground', unblock: dependents.some(waitsForDependents) };
  }
  return { kind: 'delete', policy: policyOf(node), unblock: false };
}

function decideLeaving(node: GraphNode, dependents: readonly GraphNode[]): GarbageDecision {
  if (node.finalizers.includes(ORPHAN)) return { kind: 'orphan' };
  if (!node.finalizers.includes(FOREGROUND)) return { kind: 'nothing' };
  const blocking = dependents.filter(({ owners }) => owners.some(({ uid, blockOwnerDeletion }) => uid === node.uid && blockOwnerDeletion === true));
  if (blocking.length === 0) return { kind: 'remove-finalizer', finalizer: FOREGROUND };
  return { kind: 'look-at', uids: dependents.filter((each) => !each.leaving).map(({ uid }) => uid) };
}

function policyOf(node: GraphNode): 'Background' | 'Foreground' | 'Orphan' {
  if (node.finalizers.includes(ORPHAN)) return 'Orphan';
  return node.finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
}
