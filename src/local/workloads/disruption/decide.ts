import { timestamp } from '../../../kubernetes/conditions.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { Condition } from '../../../kubernetes/generated/meta-v1.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../kubernetes/generated/policy-v1.js';
import { scaledIntOrPercent } from '../../../kubernetes/int-or-percent.js';
import { isPodReady } from '../pods/pod-state.js';

/** How long an eviction that was granted may take before the Pod counts again. */
const DELETION_TIMEOUT_MS = 120_000;

/** What the controller sees of one budget. */
export interface ObservedBudget {
  readonly budget: PodDisruptionBudget;
  /** All Pods that it selects. */
  readonly pods: readonly Pod[];
  /** How many Pods their controllers are to have together; undefined where the budget does not ask. */
  readonly expected: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What to write, and when to look again. */
export interface BudgetDecision {
  readonly status: PodDisruptionBudgetStatus;
  /** Milliseconds until an eviction counts as not done. */
  readonly againAfter: number | undefined;
}

/** Whether the budget is a part of what the controllers of its Pods are to have, and not of the Pods that are there. */
export function needsExpected({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';
}

/** How many of the Pods may go now. @throws Error for a percentage that is none */
export function decideBudget({ budget, pods, expected, now }: ObservedBudget): BudgetDecision {
  const { maxUnavailable, minAvailable } = budget.spec;
  const expectedPods = expected ?? (minAvailable === undefined ? 0 : pods.length);
  let desiredHealthy = 0;
  if (maxUnavailable !== undefined) desiredHealthy = Math.max(0, expectedPods - scaledIntOrPercent(maxUnavailable, expectedPods, 'up'));
  else if (minAvailable !== undefined) desiredHealthy = scaledIntOrPercent(minAvailable, expectedPods, 'up');
  const { disrupted, againAfter } = stillDisrupted(budget, pods, now);
  const currentHealthy = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && !Object.hasOwn(disrupted, pod.metadata.name) && isPodReady(pod)).length;
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const { generation } = budget.metadata;
  return {
    againAfter,
    status: {
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed,
      expectedPods,
      ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
      ...(generation !== undefined && { observedGeneration: generation }),
      conditions: [disruptionAllowed(budget, disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods', '', now)],
    },
  };
}

/** The status after a pass that failed: nothing may go. */
export function failedStatus(budget: PodDisruptionBudget, message: string, now: number): PodDisruptionBudgetStatus {
  const zero = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  return { ...zero, ...budget.status, disruptionsAllowed: 0, conditions: [disruptionAllowed(budget, 'SyncFailed', message, now)] };
}

function disruptionAllowed({ status, metadata }: PodDisruptionBudget, reason: string, message: string, now: number): Condition {
  const type = 'DisruptionAllowed';
  const value = reason === 'SufficientPods' ? 'True' : 'False';
  const before = status?.conditions?.find((condition) => condition.type === type);
  const since = before?.status === value ? before.lastTransitionTime : undefined;
  const { generation } = metadata;
  return { type, status: value, reason, message, ...(generation !== undefined && { observedGeneration: generation }), lastTransitionTime: since ?? timestamp(now) };
}

/** Pods whose eviction was granted and that are not seen to go yet: they do not count as healthy for a while. */
function stillDisrupted({ status }: PodDisruptionBudget, pods: readonly Pod[], now: number): { disrupted: Record<string, string>; againAfter: number | undefined } {
  const here = new Set(pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name));
  const entries = Object.entries(status?.disruptedPods ?? {}).filter(([name, since]) => here.has(name) && Date.parse(since) + DELETION_TIMEOUT_MS >= now);
  const ends = entries.map(([, since]) => Date.parse(since) + DELETION_TIMEOUT_MS - now);
  return { disrupted: Object.fromEntries(entries), againAfter: ends.length > 0 ? Math.min(...ends) + 1 : undefined };
}
