import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { isPodActive, isPodReady, podReadySince } from './pod-state.js';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * The Pods in the order in which a scale-down deletes them. First those without a node, then by phase, not ready, lower
 * deletion cost, more related Pods on the same node, ready for a shorter time, more restarts, younger. Times are told
 * apart only by their order of magnitude (powers of 2), so that not always the youngest goes.
 * @param related Pods of all ReplicaSets with the same controller: they count as neighbours on a node
 * @param now milliseconds since the epoch
 */
export function deletionOrder(pods: readonly Pod[], related: readonly Pod[], now: number): Pod[] {
  const crowd = new Map<string, number>();
  for (const pod of related) {
    if (isPodActive(pod)) crowd.set(pod.spec.nodeName ?? '', (crowd.get(pod.spec.nodeName ?? '') ?? 0) + 1);
  }
  const crowdOf = (pod: Pod): number => crowd.get(pod.spec.nodeName ?? '') ?? 0;
  return [...pods].sort(
    (a, b) =>
      Number(hasNode(a)) - Number(hasNode(b)) ||
      phaseOf(a) - phaseOf(b) ||
      Number(isPodReady(a)) - Number(isPodReady(b)) ||
      costOf(a) - costOf(b) ||
      crowdOf(b) - crowdOf(a) ||
      compareTimes(a, b, podReadySince(a), podReadySince(b), now) ||
      restartsOf(b) - restartsOf(a) ||
      compareTimes(a, b, createdAt(a), createdAt(b), now) ||
      compareText(a.metadata.name, b.metadata.name),
  );
}

function hasNode(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') !== '';
}

function phaseOf(pod: Pod): number {
  return PHASES[pod.status?.phase ?? 'Pending'] ?? 0;
}

function costOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? '';
  return /^-?\d+$/.test(text) ? Number(text) : 0;
}

function createdAt(pod: Pod): number | undefined {
  return pod.metadata.creationTimestamp === undefined ? undefined : Date.parse(pod.metadata.creationTimestamp);
}

function restartsOf(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}

/** The later time first, as far as ages differ by a factor of about 2; within that the uid decides. No time counts as later. */
function compareTimes(a: Pod, b: Pod, timeA: number | undefined, timeB: number | undefined, now: number): number {
  if (timeA === timeB) return 0;
  if (timeA === undefined) return -1;
  if (timeB === undefined) return 1;
  return magnitudeOfAge(timeA, now) - magnitudeOfAge(timeB, now) || compareText(a.metadata.uid ?? '', b.metadata.uid ?? '');
}

/** The power of 2 of the age in nanoseconds; -1 for no age at all. */
function magnitudeOfAge(time: number, now: number): number {
  const nanoseconds = (now - time) * 1e6;
  return nanoseconds > 0 ? Math.floor(Math.log2(nanoseconds)) : -1;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
