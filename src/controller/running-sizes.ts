import type { Deployment } from '../kubernetes/generated/apps-v1.js';
import { resources } from '../kubernetes/resources.js';
import type { Release, ReleaseStatus } from '../model/release.js';
import { isNotFound } from '../cluster/api-error.js';
import type { ControllerContext } from './context.js';
import { name } from './holders.js';
import { remove, write } from './writes.js';

/** Brings versions that users run to the sizes on record; who controls them is left alone. */
export async function carryOutRunning(context: ControllerContext, { metadata: { namespace = '' }, spec }: Release, { intent }: ReleaseStatus): Promise<void> {
  for (const role of ['canary', 'stable'] as const) {
    const deployment = context.caches.deployments.get({ namespace, name: spec[role].replicaSet });
    const size = intent.sizes[role];
    if (deployment && size !== undefined && intent.holders[role] === 'release') await scale(context, deployment, size);
  }
}

async function scale(context: ControllerContext, deployment: Deployment, size: number): Promise<void> {
  if ((deployment.spec.replicas ?? 1) === size) return;
  await write(context, 'deployment.size', context.caches.deployments, (client) =>
    client.patch(resources.deployments, name(deployment), { kind: 'merge', body: { metadata: { resourceVersion: deployment.metadata.resourceVersion }, spec: { replicas: size } } }),
  );
}

/** Deletes the old version, Service and all, where the policy said so and the new one is stable. @returns the number of writes */
export async function deleteOld(context: ControllerContext, { metadata: { namespace = '' }, spec }: Release, status: ReleaseStatus): Promise<number> {
  if (status.phase !== 'Completed' || spec.workload.old !== 'Delete') return 0;
  let count = 0;
  const deployment = context.caches.deployments.get({ namespace, name: spec.stable.replicaSet });
  if (deployment && deployment.metadata.deletionTimestamp === undefined) {
    await remove(context, 'deployment.delete', context.caches.deployments, deployment, (client) => client.delete(resources.deployments, name(deployment), { propagationPolicy: 'Background' }));
    count++;
  }
  const informer = context.caches.routing(resources.services);
  // What leads to more than the old version stays.
  const shared = spec.stable.service === spec.canary.service || spec.stable.service === spec.service;
  const service = shared || spec.stable.service === undefined ? undefined : informer?.get({ namespace, name: spec.stable.service });
  if (service && service.metadata.deletionTimestamp === undefined) {
    await remove(context, 'service.delete', informer, service, (client) => client.delete(resources.services, name(service))).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    count++;
  }
  return count;
}
