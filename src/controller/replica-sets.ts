import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import { resources } from '../kubernetes/resources.js';
import type { Holder, Release } from '../model/release.js';
import { MANAGED_BY, POLICY_LABEL } from '../model/resources.js';
import { HASH_LABEL } from '../model/version.js';
import type { ControllerContext } from './context.js';
import { labelsFor, name, ownersFor, type HolderObjects } from './holders.js';
import { changedLabels } from './set-apart.js';
import type { Workload } from './workload.js';
import { remove, write, type WriteContext } from './writes.js';

/** Sizes a ReplicaSet, guarded by its version. @returns whether something was written */
export async function resize(context: WriteContext & Pick<ControllerContext, 'caches'>, replicaSet: ReplicaSet, size: number): Promise<boolean> {
  if (replicaSet.spec.replicas === size) return false;
  await write(context, 'replicaset.size', context.caches.replicaSets, (client) =>
    client.patch(resources.replicaSets, name(replicaSet), { kind: 'merge', body: { metadata: { resourceVersion: replicaSet.metadata.resourceVersion }, spec: { replicas: size } } }),
  );
  return true;
}

/** The ReplicaSet of a version: the workload's template exactly, with nothing but the label that tells its Pods apart. */
export function newReplicaSet(workload: Workload, version: Release['spec']['canary'], size: number, holder: Holder, objects: HolderObjects, policy: string): ReplicaSet {
  const { template } = workload;
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: version.hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: version.replicaSet,
      namespace: workload.namespace,
      labels: workload.kind === 'Inline' ? { ...labels, ...MANAGED_BY, [POLICY_LABEL]: policy } : changedLabels(labels, labelsFor(holder, objects)),
      ownerReferences: ownersFor(holder, objects) ?? [],
    },
    spec: {
      replicas: size,
      ...(workload.deployment?.spec.minReadySeconds === undefined ? {} : { minReadySeconds: workload.deployment.spec.minReadySeconds }),
      selector: { ...workload.selector, matchLabels: { ...workload.selector.matchLabels, [HASH_LABEL]: version.hash } },
      template: { ...template, metadata: { ...template.metadata, labels } as NonNullable<typeof template.metadata> },
    },
  };
}

export async function createReplicaSet(context: ControllerContext, replicaSet: ReplicaSet): Promise<void> {
  await write(context, 'replicaset.create', context.caches.replicaSets, (client) => client.create(resources.replicaSets, replicaSet));
}

export async function deleteReplicaSet(context: ControllerContext, replicaSet: ReplicaSet): Promise<void> {
  await remove(context, 'replicaset.delete', context.caches.replicaSets, replicaSet, (client) =>
    client.delete(resources.replicaSets, name(replicaSet), { propagationPolicy: 'Background', preconditions: { resourceVersion: replicaSet.metadata.resourceVersion ?? '' } }),
  );
}

/** Pauses the Deployment or lets it roll again. @returns whether something was written */
export async function setPaused(context: ControllerContext, workload: Workload, paused: boolean): Promise<boolean> {
  const { deployment } = workload;
  if (!deployment || workload.paused === paused) return false;
  await write(context, paused ? 'deployment.pause' : 'deployment.unpause', context.caches.deployments, (client) =>
    client.patch(resources.deployments, name(deployment), { kind: 'merge', body: { metadata: { resourceVersion: deployment.metadata.resourceVersion }, spec: { paused: paused ? true : null } } }),
  );
  return true;
}
