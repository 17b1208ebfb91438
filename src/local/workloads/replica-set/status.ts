import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import { matchesLabelSelector } from '../../../kubernetes/selectors.js';
import { isPodAvailable, isPodReady } from '../pods/pod-state.js';

/** What the status is made of. */
export interface ObservedReplicas {
  readonly replicaSet: ReplicaSet;
  /** Active Pods, as before this pass created or deleted any. */
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  /** Why creating or deleting failed in this pass. */
  readonly failure?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status after a pass. Counts of 0 are left out, except where the API always shows them. */
export function replicaSetStatus({ replicaSet, active, terminating, failure, now }: ObservedReplicas): ReplicaSetStatus {
  const { spec, metadata, status } = replicaSet;
  const minReadySeconds = spec.minReadySeconds ?? 0;
  const templateLabels = { matchLabels: spec.template?.metadata?.labels ?? {} };
  const labelled = active.filter((pod) => matchesLabelSelector(templateLabels, pod.metadata.labels)).length;
  const ready = active.filter(isPodReady).length;
  const available = active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length;
  const conditions = conditionsAfter(status?.conditions ?? [], failure, active.length - (spec.replicas ?? 1), now);
  return {
    replicas: active.length,
    ...(labelled > 0 && { fullyLabeledReplicas: labelled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    terminatingReplicas: terminating.length,
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    ...(conditions.length > 0 && { conditions }),
  };
}

/** A failure that is known already keeps its first message. */
function conditionsAfter(before: readonly ReplicaSetCondition[], failure: string | undefined, surplus: number, now: number): ReplicaSetCondition[] {
  const others = before.filter(({ type }) => type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  if (others.length < before.length) return [...before];
  const reason = surplus < 0 ? 'FailedCreate' : 'FailedDelete';
  return [...others, { type: 'ReplicaFailure', status: 'True', reason, message: failure, lastTransitionTime: timestamp(now) }];
}

/** Milliseconds until the next Pod that is ready becomes available; undefined when none is waiting for that. */
export function untilNextAvailable(replicaSet: ReplicaSet, active: readonly Pod[], now: number): number | undefined {
  const wait = (replicaSet.spec.minReadySeconds ?? 0) * 1000;
  if (wait === 0) return undefined;
  const waits = active.flatMap((pod) => {
    const since = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True')?.lastTransitionTime;
    const left = since === undefined ? 0 : Date.parse(since) + wait - now;
    return left > 0 ? [left] : [];
  });
  return waits.length > 0 ? Math.min(...waits) : undefined;
}
