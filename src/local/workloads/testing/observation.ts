import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { OwnerReference } from '../../../kubernetes/generated/meta-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { DeploymentState, ObjectChange, ReplicaSetState } from './scenario.js';

const PREFIX = 'deployment.kubernetes.io/';

/** All objects in the words of a scenario. */
export function snapshot(
  deployments: readonly Deployment[],
  replicaSets: readonly ReplicaSet[],
  pods: readonly Pod[],
): { deployments: DeploymentState[]; replicaSets: ReplicaSetState[]; pods: Record<string, number> } {
  const byOwner: Record<string, number> = {};
  for (const { metadata } of pods) {
    const owner = ownersOf(metadata).join(', ') || 'none';
    byOwner[owner] = (byOwner[owner] ?? 0) + 1;
  }
  return {
    deployments: deployments.map((each) => ({
      name: each.metadata.name,
      replicas: each.spec.replicas ?? 1,
      ...(each.spec.paused === true && { paused: true }),
      status: countsOf(each.status),
      ...annotationsOf(each),
    })),
    replicaSets: replicaSets.map((each) => ({
      name: each.metadata.name,
      image: each.spec.template?.spec?.containers[0]?.image ?? '',
      replicas: each.spec.replicas ?? 1,
      owners: ownersOf(each.metadata),
      status: countsOf(each.status),
      ...annotationsOf(each),
    })),
    pods: byOwner,
  };
}

/** What an object asks for, and who owns it. */
export function describeChange(key: string, object: KubernetesObject & { spec?: { replicas?: number; paused?: boolean } }): ObjectChange {
  const { metadata, spec } = object;
  const owners = ownersOf(metadata);
  return {
    object: key,
    ...(spec?.replicas !== undefined && { replicas: spec.replicas }),
    ...(spec?.paused === true && { paused: true }),
    ...(owners.length > 0 && { owners }),
    ...(metadata.deletionTimestamp !== undefined && { deleting: true }),
    ...(metadata.finalizers && { finalizers: metadata.finalizers }),
    ...annotationsOf(object),
  };
}

/** Conditions as `Type=Status Reason: message`, sorted. */
export function conditionsOf(object: KubernetesObject & { status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] } }): string[] {
  return (object.status?.conditions ?? []).map(({ type, status, reason, message }) => `${type}=${status} ${reason ?? ''}: ${message ?? ''}`).sort();
}

function ownersOf({ ownerReferences = [] }: { ownerReferences?: OwnerReference[] }): string[] {
  return ownerReferences.map(
    ({ kind, name, controller, blockOwnerDeletion }) =>
      `${kind}/${name}${controller === true ? ' (controller)' : ''}${blockOwnerDeletion === true ? ' (block)' : ''}`,
  );
}

function annotationsOf({ metadata }: KubernetesObject): { annotations?: Record<string, string> } {
  const own = Object.entries(metadata.annotations ?? {}).filter(([name]) => name.startsWith(PREFIX));
  return own.length === 0 ? {} : { annotations: Object.fromEntries(own.map(([name, value]) => [name.slice(PREFIX.length), value])) };
}

function countsOf(status: object | undefined): Record<string, number> {
  const counts = Object.entries(status ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(counts.filter(([name]) => name !== 'observedGeneration'));
}
