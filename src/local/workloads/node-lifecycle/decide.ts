import { timestamp } from '../../../kubernetes/conditions.js';
import type { Node, NodeCondition, Pod } from '../../../kubernetes/generated/core-v1.js';
import { isPodReady } from '../pods/pod-state.js';

/** A node that gave no sign of life for so long counts as lost. */
export const GRACE_MS = 50_000;

export interface ObservedNode {
  readonly node: Node;
  readonly pods: readonly Pod[];
  /** Milliseconds since its last sign of life: a renewed Lease or a condition's heart-beat. */
  readonly silentFor: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface NodeDecision {
  /** The node's new condition Ready; absent when it stays. */
  readonly ready?: NodeCondition;
  /** Pods that are no longer to be counted as ready. */
  readonly notReady: readonly Pod[];
}

/** A silent node is not known to be ready, and neither are its Pods. A node that never said anything is left alone. */
export function decideNodeHealth({ node, pods, silentFor, now }: ObservedNode): NodeDecision {
  const former = node.status?.conditions?.find(({ type }) => type === 'Ready');
  if (silentFor < GRACE_MS || former === undefined) return { notReady: [] };
  const notReady = pods.filter(isPodReady);
  if (former.status === 'Unknown') return { notReady };
  const ready: NodeCondition = {
    ...former,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: timestamp(now),
  };
  return { ready, notReady };
}
