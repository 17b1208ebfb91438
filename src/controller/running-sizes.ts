import { resources } from '../kubernetes/resources.js';
import type { AbortReason, Release, ReleaseStatus } from '../model/release.js';
import { isNotFound } from '../cluster/api-error.js';
import type { ControllerContext } from './context.js';
import { name } from './holders.js';
import { deleteReplicaSet, resize } from './replica-sets.js';
import { hashOfRunning, runnerNamed, type RunningVersion, type VersionRunner } from './running-versions.js';
import { remove, write } from './writes.js';

/** Brings versions that users run to the sizes on record; who controls them is left alone. */
export async function carryOutRunning(context: ControllerContext, { metadata: { namespace = '' }, spec }: Release, { intent }: ReleaseStatus): Promise<void> {
  for (const role of ['canary', 'stable'] as const) {
    const runner = runnerNamed(spec.workload.runBy ?? 'Deployment', { namespace, name: spec[role].replicaSet }, context.caches);
    const size = intent.sizes[role];
    if (runner && size !== undefined && intent.holders[role] === 'release') await scaleRunner(context, runner, size);
  }
}

/** Sizes what users run a version with. */
export async function scaleRunner(context: ControllerContext, runner: VersionRunner, size: number): Promise<void> {
  if (runner.kind === 'ReplicaSet') return void (await resize(context, runner.object, size));
  const deployment = runner.object;
  if ((deployment.spec.replicas ?? 1) === size) return;
  await write(context, 'deployment.size', context.caches.deployments, (client) =>
    client.patch(resources.deployments, name(deployment), { kind: 'merge', body: { metadata: { resourceVersion: deployment.metadata.resourceVersion }, spec: { replicas: size } } }),
  );
}

async function deleteRunner(context: ControllerContext, runner: VersionRunner): Promise<void> {
  if (runner.kind === 'ReplicaSet') return deleteReplicaSet(context, runner.object);
  const deployment = runner.object;
  await remove(context, 'deployment.delete', context.caches.deployments, deployment, (client) => client.delete(resources.deployments, name(deployment), { propagationPolicy: 'Background' }));
}

/** Ends that say nothing against the version on trial, or leave nothing of it to delete. */
const NOT_REJECTED: readonly (AbortReason | undefined)[] = ['WorkloadGone', 'TakenOver', 'PolicyDeleted', 'ReleaseDeleted', 'Restored', 'CanaryGone'];

/**
 * Deletes the version that a release leaves behind, Service and all, where the policy said so: the old one once the new one is
 * stable, the new one once it was taken back. One that was changed meanwhile is another version by now, and stays.
 * @param running the versions that there are @returns the number of writes
 */
export async function deleteLeft(context: ControllerContext, { metadata: { namespace = '' }, spec }: Release, { phase, abortReason }: ReleaseStatus, running: readonly RunningVersion[]): Promise<number> {
  if (spec.workload.old !== 'Delete' || (phase === 'Aborted' && NOT_REJECTED.includes(abortReason))) return 0;
  const [left, stays] = phase === 'Completed' ? [spec.stable, spec.canary] : [spec.canary, spec.stable];
  if (left.replicaSet === stays.replicaSet) return 0;
  const runner = runnerNamed(spec.workload.runBy ?? 'Deployment', { namespace, name: left.replicaSet }, context.caches);
  const version = running.find((each) => each.name === left.replicaSet);
  if (phase === 'Aborted' && runner && (version === undefined || hashOfRunning(version) !== left.hash)) return 0;
  let count = 0;
  if (runner && runner.object.metadata.deletionTimestamp === undefined) {
    await deleteRunner(context, runner);
    count++;
  }
  const informer = context.caches.routing(resources.services);
  // What leads to more than this version stays.
  const shared = left.service === stays.service || left.service === spec.service;
  const service = shared || left.service === undefined ? undefined : informer?.get({ namespace, name: left.service });
  if (service && service.metadata.deletionTimestamp === undefined) {
    await remove(context, 'service.delete', informer, service, (client) => client.delete(resources.services, name(service))).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    count++;
  }
  return count;
}
