import type { Deployment } from '../kubernetes/generated/apps-v1.js';
import { resources } from '../kubernetes/resources.js';
import type { AbortReason, Release, ReleaseStatus } from '../model/release.js';
import { SIZE_ANNOTATION } from '../model/resources.js';
import type { Role } from '../model/version.js';
import { overwritten } from '../routers/overwriting.js';
import type { RoutingProblem } from '../routers/router.js';
import { isNotFound } from '../cluster/api-error.js';
import type { Caches } from './caches.js';
import type { ControllerContext } from './context.js';
import { name } from './holders.js';
import { deleteReplicaSet, resize } from './replica-sets.js';
import { hashOfRunning, runnerNamed, type RunningVersion, type VersionRunner } from './running-versions.js';
import { remove, write } from './writes.js';

const roles: readonly Role[] = ['canary', 'stable'];

function runnerOf({ metadata: { namespace = '' }, spec }: Release, role: Role, caches: Pick<Caches, 'deployments' | 'replicaSets'>): VersionRunner | undefined {
  return runnerNamed(spec.workload.runBy ?? 'Deployment', { namespace, name: spec[role].replicaSet }, caches);
}

/** What a release leaves on a Deployment with a size, so that it knows afterwards that it has written it. */
const markOf = ({ metadata }: Release, size: number): string => `${metadata.name} ${size}`;

/**
 * Sizes of Deployments that somebody else changed after the release had written them, while it can wait for them: on the way
 * back Pods have to go, whoever wants them.
 */
export function overwrittenSizes(release: Release, caches: Pick<Caches, 'deployments' | 'replicaSets'>): RoutingProblem[] {
  const { phase, intent } = release.status ?? {};
  if (!intent || (phase !== 'Preparing' && phase !== 'Progressing' && phase !== 'Promoting')) return [];
  return roles.flatMap((role) => {
    const [runner, size] = [runnerOf(release, role, caches), intent.sizes[role]];
    if (runner?.kind !== 'Deployment' || size === undefined || intent.holders[role] !== 'release') return [];
    const { object } = runner;
    const present = object.spec.replicas ?? 1;
    if (present === size || object.metadata.annotations?.[SIZE_ANNOTATION] !== markOf(release, size)) return [];
    return [overwritten({ object: { ...object, kind: 'Deployment' }, group: 'apps', field: 'spec.replicas', jsonPointer: '/spec/replicas', owned: ['spec', 'replicas'] }, `set it to ${present} in place of ${size}`)];
  });
}

/**
 * Brings versions that users run to the sizes on record; who controls them is left alone.
 * @param insisting whether to write again what somebody else overwrote
 */
export async function carryOutRunning(context: ControllerContext, release: Release, status: ReleaseStatus, insisting: boolean): Promise<void> {
  if (!insisting && overwrittenSizes({ ...release, status }, context.caches).length > 0) return;
  const { intent } = status;
  for (const role of roles) {
    const [runner, size] = [runnerOf(release, role, context.caches), intent.sizes[role]];
    if (runner && size !== undefined && intent.holders[role] === 'release') await scaleRunner(context, runner, size, markOf(release, size));
  }
}

/** Sizes what users run a version with. @param mark what a Deployment is to say of who sized it; nothing when absent */
export async function scaleRunner(context: ControllerContext, runner: VersionRunner, size: number, mark?: string): Promise<void> {
  if (runner.kind === 'ReplicaSet') return void (await resize(context, runner.object, size));
  const deployment = runner.object;
  if ((deployment.spec.replicas ?? 1) === size) return;
  const annotations = mark === undefined ? {} : { annotations: { [SIZE_ANNOTATION]: mark } };
  await write(context, 'deployment.size', context.caches.deployments, (client) =>
    client.patch(resources.deployments, name(deployment), { kind: 'merge', body: { metadata: { resourceVersion: deployment.metadata.resourceVersion, ...annotations }, spec: { replicas: size } } }),
  );
}

/** Takes off what a release left on Deployments; the last thing before it ends. @returns the number of writes */
export async function removeSizeMarks(context: ControllerContext, release: Release): Promise<number> {
  let count = 0;
  for (const role of roles) {
    const runner = runnerOf(release, role, context.caches);
    if (runner?.kind !== 'Deployment' || !isMarked(runner.object, release)) continue;
    const { object } = runner;
    const last = Object.keys(object.metadata.annotations ?? {}).length === 1;
    await write(context, 'deployment.mark', context.caches.deployments, (client) =>
      client.patch(resources.deployments, name(object), { kind: 'merge', body: { metadata: { resourceVersion: object.metadata.resourceVersion, annotations: last ? null : { [SIZE_ANNOTATION]: null } } } }),
    );
    count++;
  }
  return count;
}

const isMarked = ({ metadata: { annotations } }: Deployment, { metadata }: Release): boolean => annotations?.[SIZE_ANNOTATION]?.startsWith(`${metadata.name} `) === true;

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
