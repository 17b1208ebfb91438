import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { isConditionTrue } from '../../../kubernetes/conditions.js';
import { surgeAndUnavailable } from '../../../kubernetes/int-or-percent.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { byAge, sizeOf } from '../rollouts/labels.js';
import type { Facts } from '../updates/facts.js';

/** What a restart does now. */
export interface Restart {
  /** Names of Pods that are told to end. */
  readonly evict: readonly string[];
  /** For status.restartedAt: the restart that was done last. */
  readonly restartedAt: string | undefined;
  readonly lookAgainAt: number | undefined;
}

/** After how long it is tried again when Pods may not end, in milliseconds. */
const AGAIN = 30_000;

/**
 * Replaces Pods that are older than spec.restartAt: those of stable first, then of the newest version, then the others from the
 * oldest on. No more at once than may be missing, and none of the next before all of one are there again.
 * @param restartedAt as the status says it
 */
export function restartOf({ rollout, observed, stable, newest, now, replicas }: Facts, restartedAt: string | undefined): Restart {
  const { restartAt } = rollout.spec;
  const standing = { evict: [], restartedAt, lookAgainAt: undefined };
  if (restartAt === undefined || (restartedAt !== undefined && Date.parse(restartedAt) === Date.parse(restartAt))) return standing;
  const since = Date.parse(restartAt);
  if (since > now) return { ...standing, lookAgainAt: since };
  const first = [stable, newest].flatMap((each) => each ?? []);
  const order = [...new Set([...first, ...[...observed.replicaSets].sort(byAge)])];
  const most = atOnce(allowancesOf(rollout.spec.strategy), replicas);
  for (const replicaSet of order) {
    const pods = observed.pods.filter((pod) => isControlledBy(pod, replicaSet));
    const old = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && createdAt(pod) < since).sort((a, b) => createdAt(a) - createdAt(b) || a.metadata.name.localeCompare(b.metadata.name));
    const missing = missingPods(replicaSet, pods);
    if (old.length === 0 && missing === 0) continue;
    const evict = old.slice(0, Math.max(0, most - missing)).map(({ metadata }) => metadata.name);
    return { evict, restartedAt, lookAgainAt: now + AGAIN };
  }
  return { evict: [], restartedAt: restartAt, lookAgainAt: undefined };
}

const createdAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '');

/** Pods that are to be there and are not available, or are about to go. */
function missingPods(replicaSet: ReplicaSet, pods: readonly Pod[]): number {
  // The ReplicaSet's own count lags behind: it has not seen yet that one of them ended.
  const ready = pods.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && isConditionTrue(status?.conditions, 'Ready')).length;
  return Math.max(0, sizeOf(replicaSet) - Math.min(replicaSet.status?.availableReplicas ?? 0, ready));
}

interface Allowances {
  readonly surge: number | string;
  readonly unavailable: number | string;
}

function allowancesOf({ canary, blueGreen }: NonNullable<Facts['rollout']['spec']['strategy']> = {}): Allowances {
  // Blue/green has one for restarts alone.
  return { surge: blueGreen ? 0 : (canary?.maxSurge ?? '25%'), unavailable: blueGreen?.maxUnavailable ?? canary?.maxUnavailable ?? '25%' };
}

/** How many Pods may be missing at once; at least one, or nothing would ever restart. */
function atOnce({ surge, unavailable }: Allowances, replicas: number): number {
  return Math.max(1, Math.min(replicas, surgeAndUnavailable(amountOf(surge), amountOf(unavailable), replicas).unavailable));
}

/** A text may hold the number. */
const amountOf = (value: number | string): number | string => (typeof value === 'string' && !value.endsWith('%') ? Number(value) : value);
