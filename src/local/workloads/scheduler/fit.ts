import type { Node, Pod, Taint, Toleration } from '../../../kubernetes/generated/core-v1.js';
import { quantityAsNumber } from '../../../kubernetes/quantity.js';
import { isPodFinished } from '../pods/pod-state.js';

/** Resources that are counted, beside the number of Pods. */
const COUNTED = ['cpu', 'memory', 'ephemeral-storage'] as const;
const UNREACHABLE: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Why a Pod cannot run on a node, one short phrase each, as the Kubernetes scheduler words them; none when it can. */
export function obstacles(pod: Pod, node: Node, podsOnNode: readonly Pod[]): string[] {
  if (!matchesNodeSelector(pod, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const taint = taintsOf(node).find((each) => each.effect !== 'PreferNoSchedule' && !isTolerated(pod, each));
  if (taint) return [taint.key === UNSCHEDULABLE.key ? 'node(s) were unschedulable' : `node(s) had untolerated taint(s)`];
  return shortages(pod, node, podsOnNode.filter((each) => !isPodFinished(each)));
}

function shortages(pod: Pod, node: Node, others: readonly Pod[]): string[] {
  const room = node.status?.allocatable ?? {};
  const missing: string[] = [];
  if (room['pods'] !== undefined && others.length + 1 > quantityAsNumber(room['pods'])) missing.push('Too many pods');
  for (const resource of COUNTED) {
    const wanted = requestOf(pod, resource);
    if (wanted === 0) continue;
    const used = others.reduce((sum, each) => sum + requestOf(each, resource), 0);
    if (wanted + used > quantityAsNumber(room[resource] ?? 0)) missing.push(`Insufficient ${resource}`);
  }
  return missing;
}

/** What the Pod asks for: all its containers together, or the largest init container if that is more. */
function requestOf(pod: Pod, resource: string): number {
  const requests = (containers: Pod['spec']['containers'] | undefined): number[] =>
    (containers ?? []).map((container) => quantityAsNumber(container.resources?.requests?.[resource] ?? 0));
  const together = requests(pod.spec.containers).reduce((sum, each) => sum + each, 0);
  return Math.max(together, ...requests(pod.spec.initContainers));
}

function matchesNodeSelector(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  return Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
}

function taintsOf(node: Node): Taint[] {
  const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return [
    ...(node.spec?.unschedulable === true ? [UNSCHEDULABLE] : []),
    ...(ready ? [] : [UNREACHABLE]),
    ...(node.spec?.taints ?? []),
  ];
}

function isTolerated(pod: Pod, taint: Taint): boolean {
  return (pod.spec.tolerations ?? []).some((toleration: Toleration) => {
    if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
    const sameKey = toleration.key === undefined || toleration.key === '' || toleration.key === taint.key;
    return sameKey && (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? ''));
  });
}
