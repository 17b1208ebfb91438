import type { Deployment } from '../../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Rollout } from '../kinds/rollout.js';
import { replicasOf } from './template.js';

/**
 * How many Pods the Deployment that workloadRef names is to have, now that the Rollout runs Pods in its place; undefined where
 * it is to be left alone. `onsuccess`: none, once the Rollout is healthy. `progressively`: as many as the Rollout has not got
 * yet, until it is healthy for the first time, and none after. A Deployment without Pods never gets any.
 * @param available Pods of the Rollout that are available @param healthy whether all of them are, and of the newest version
 */
export function workloadReplicas(rollout: Rollout, workload: KubernetesObject | undefined, available: number, healthy: boolean): number | undefined {
  const { kind, scaleDown = 'never' } = rollout.spec.workloadRef ?? {};
  if (kind !== 'Deployment' || workload?.kind !== kind || scaleDown === 'never') return undefined;
  // Its kind says what it is.
  const present = (workload as Deployment).spec.replicas ?? 1;
  if (present === 0) return undefined;
  const wanted = healthy ? 0 : scaleDown === 'progressively' && isFirst(rollout) ? Math.max(0, replicasOf(rollout) - available) : undefined;
  return wanted === present ? undefined : wanted;
}

/** Whether no version has been stable yet. */
const isFirst = ({ status }: Rollout): boolean => (status?.stableRS ?? '') === '' || status?.stableRS === status?.currentPodHash;
