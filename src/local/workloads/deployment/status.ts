import type { Deployment, DeploymentStatus, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { newCondition, withCondition } from './conditions.js';
import { limitsOf } from './limits.js';
import { newAndOld } from './new-replica-set.js';
import type { DeploymentPass } from './pass.js';
import { availableOf, sumOf, wantedOf } from './replica-sets.js';

/** The counts and the condition Available, as of the ReplicaSets' own status. Counts of 0 are left out, as the API writes them. */
export function statusOf(pass: DeploymentPass): DeploymentStatus {
  const { deployment, replicaSets, now } = pass;
  const { current } = newAndOld(deployment, replicaSets);
  const available = sumOf(replicaSets, availableOf);
  const enough = available >= wantedOf(deployment) - limitsOf(deployment).maxUnavailable;
  const condition = enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : newCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now);
  const terminating = terminatingOf(replicaSets);
  return {
    ...counts({
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: sumOf(replicaSets, ({ status }) => status?.replicas ?? 0),
      updatedReplicas: current?.status?.replicas ?? 0,
      readyReplicas: sumOf(replicaSets, ({ status }) => status?.readyReplicas ?? 0),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, sumOf(replicaSets, wantedOf) - available),
    }),
    ...(terminating !== undefined && { terminatingReplicas: terminating }),
    conditions: withCondition(deployment.status?.conditions ?? [], condition),
    ...(deployment.status?.collisionCount !== undefined && { collisionCount: deployment.status.collisionCount }),
  };
}

/** Undefined as long as one ReplicaSet that was synced does not say how many of its Pods are terminating. */
function terminatingOf(replicaSets: readonly ReplicaSet[]): number | undefined {
  const synced = replicaSets.filter(({ status }) => (status?.observedGeneration ?? 0) > 0 || status?.terminatingReplicas !== undefined);
  if (synced.some(({ status }) => status?.terminatingReplicas === undefined)) return undefined;
  return sumOf(synced, ({ status }) => status?.terminatingReplicas ?? 0);
}

/** All wanted Pods are of the new template and available, and no others are left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = wantedOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function counts<K extends string>(all: Record<K, number>): Partial<Record<K, number>> {
  const kept: Partial<Record<K, number>> = {};
  for (const key of Object.keys(all) as K[]) if (all[key] !== 0) kept[key] = all[key];
  return kept;
}
