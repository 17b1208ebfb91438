import type { Node, Pod } from '../../../kubernetes/generated/core-v1.js';
import { isPodFinished } from '../pods/pod-state.js';
import { obstacles } from './fit.js';

/** The name that Pods ask for when they leave it to the default. */
export const SCHEDULER_NAME = 'default-scheduler';

export type SchedulingDecision = { readonly kind: 'bind'; readonly node: string } | { readonly kind: 'unschedulable'; readonly message: string };

/** Whether the Pod waits for this scheduler. */
export function waitsForNode(pod: Pod): boolean {
  return (
    (pod.spec.nodeName ?? '') === '' &&
    (pod.spec.schedulerName ?? SCHEDULER_NAME) === SCHEDULER_NAME &&
    (pod.spec.schedulingGates ?? []).length === 0 &&
    pod.metadata.deletionTimestamp === undefined &&
    !isPodFinished(pod)
  );
}

/** The node with the fewest Pods among those that can take it (the name decides a tie), or why none can. */
export function decideNode(pod: Pod, nodes: readonly Node[], podsByNode: ReadonlyMap<string, readonly Pod[]>): SchedulingDecision {
  const podsOn = (node: Node): readonly Pod[] => podsByNode.get(node.metadata.name) ?? [];
  const judged = nodes.map((node) => ({ node, reasons: obstacles(pod, node, podsOn(node)) }));
  const [best] = judged
    .filter(({ reasons }) => reasons.length === 0)
    .sort((a, b) => podsOn(a.node).length - podsOn(b.node).length || (a.node.metadata.name < b.node.metadata.name ? -1 : 1));
  if (best) return { kind: 'bind', node: best.node.metadata.name };
  return { kind: 'unschedulable', message: explain(judged.map(({ reasons }) => reasons)) };
}

function explain(reasonsByNode: readonly (readonly string[])[]): string {
  if (reasonsByNode.length === 0) return 'no nodes available to schedule pods';
  const counts = new Map<string, number>();
  for (const reason of reasonsByNode.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${reasonsByNode.length} nodes are available: ${parts.join(', ')}.`;
}
