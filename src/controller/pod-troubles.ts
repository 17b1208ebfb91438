import type { PodTrouble } from '../engine/observation.js';
import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { ContainerStatus, Pod } from '../kubernetes/generated/core-v1.js';
import { findCondition } from '../kubernetes/conditions.js';

/** So many restarts of one container are no start-up hiccup. */
const CRASHING_RESTARTS = 2;
const IMAGE_REASONS = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError']);
const CONFIG_REASONS = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** What is wrong with Pods of a ReplicaSet that waiting alone does not mend; the worst first. */
export function troublesOf(replicaSet: ReplicaSet, pods: readonly Pod[]): PodTrouble[] {
  const refused = findCondition(replicaSet.status?.conditions, 'ReplicaFailure');
  const troubles = pods.flatMap((pod) => podTrouble(pod) ?? []);
  if (refused?.status === 'True') troubles.push({ pod: replicaSet.metadata.name, kind: 'refused', detail: refused.message ?? refused.reason ?? 'Pods are refused' });
  const order: readonly PodTrouble['kind'][] = ['crashing', 'image', 'config', 'refused', 'unschedulable', 'unready'];
  return troubles.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.pod.localeCompare(b.pod));
}

function podTrouble(pod: Pod): PodTrouble | undefined {
  const { name } = pod.metadata;
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  for (const container of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const kind = containerTrouble(container);
    if (kind) return { pod: name, kind, detail: containerDetail(container) };
  }
  const scheduled = findCondition(pod.status?.conditions, 'PodScheduled');
  if (scheduled?.status === 'False') return { pod: name, kind: 'unschedulable', detail: scheduled.message ?? scheduled.reason ?? 'cannot be scheduled' };
  return undefined;
}

function containerTrouble({ state, restartCount, ready }: ContainerStatus): PodTrouble['kind'] | undefined {
  const reason = state?.waiting?.reason ?? '';
  if (IMAGE_REASONS.has(reason)) return 'image';
  if (CONFIG_REASONS.has(reason)) return 'config';
  if (reason === 'CrashLoopBackOff' || (!ready && restartCount >= CRASHING_RESTARTS)) return 'crashing';
  return undefined;
}

function containerDetail({ name, state, lastState, restartCount }: ContainerStatus): string {
  if (state?.waiting && state.waiting.reason !== 'CrashLoopBackOff') return `container ${name}: ${state.waiting.reason ?? ''}${state.waiting.message ? `, ${state.waiting.message}` : ''}`;
  const last = lastState?.terminated ?? state?.terminated;
  return `container ${name} ended ${restartCount} times${last ? `, last with exit code ${last.exitCode}` : ''}`;
}
