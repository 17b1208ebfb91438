import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { DESIRED_REPLICAS, desiredReplicasOf, maxReplicasOf, sizeAnnotations } from './annotations.js';
import { isRollingUpdate, limitsOf } from './limits.js';
import type { NewAndOld } from './new-replica-set.js';
import type { DeploymentPass } from './pass.js';
import { active, availableOf, largestThenNewestFirst, largestThenOldestFirst, newestFirst, sumOf, wantedOf } from './replica-sets.js';

/** Sets the size, and with it the annotations that tell for which size of the Deployment. @returns the ReplicaSet as it is now */
export function scaleTo(pass: DeploymentPass, replicaSet: ReplicaSet, size: number, evenIfEqual = false): ReplicaSet {
  const former = wantedOf(replicaSet);
  if (size === former && !evenIfEqual) return replicaSet;
  const annotations = sizeAnnotations(pass.deployment);
  const known = Object.entries(annotations).every(([name, value]) => replicaSet.metadata.annotations?.[name] === value);
  if (size === former && known) return replicaSet;
  const scaled = {
    ...replicaSet,
    metadata: { ...replicaSet.metadata, annotations: { ...replicaSet.metadata.annotations, ...annotations } },
    spec: { ...replicaSet.spec, replicas: size },
  };
  const message = `Scaled ${former < size ? 'up' : 'down'} replica set ${replicaSet.metadata.name} from ${former} to ${size}`;
  pass.update(scaled, size === former ? undefined : { type: 'Normal', reason: 'ScalingReplicaSet', message });
  return scaled;
}

/** Whether the Deployment was scaled since one of its active ReplicaSets was. */
export function wasScaled(deployment: Deployment, replicaSets: readonly ReplicaSet[]): boolean {
  return active(replicaSets).some((each) => {
    const desired = desiredReplicasOf(each);
    return desired !== undefined && desired !== wantedOf(deployment);
  });
}

/**
 * Brings all ReplicaSets together to the Deployment's size without hastening a roll: the only active one (or, if none is,
 * the newest) gets all; beside a saturated new one the old ones go to 0; else each changes in proportion to its size.
 */
export function scaleAll(pass: DeploymentPass, { current, old }: NewAndOld): void {
  const { deployment } = pass;
  const all = [...newestFirst(old), ...(current ? [current] : [])];
  const running = active(all);
  if (running.length <= 1) {
    const only = running[0] ?? current ?? all[0];
    if (only) scaleTo(pass, only, wantedOf(deployment));
  } else if (current && isSaturated(deployment, current)) {
    for (const each of running) if (each !== current) scaleTo(pass, each, 0);
  } else if (isRollingUpdate(deployment)) {
    for (const [replicaSet, size] of proportionalSizes(deployment, running)) scaleTo(pass, replicaSet, size, true);
  }
}

/** Whether the ReplicaSet carries the whole Deployment, knows so, and all its Pods are available. */
function isSaturated(deployment: Deployment, replicaSet: ReplicaSet): boolean {
  const wanted = wantedOf(deployment);
  const desired = replicaSet.metadata.annotations?.[DESIRED_REPLICAS] ?? '';
  return wantedOf(replicaSet) === wanted && /^[+-]?\d+$/.test(desired) && Number(desired) === wanted && availableOf(replicaSet) === wanted;
}

/** Shares out what is to be added or taken, the largest first; what rounding leaves over goes to the largest. */
function proportionalSizes(deployment: Deployment, running: readonly ReplicaSet[]): [ReplicaSet, number][] {
  const wanted = wantedOf(deployment);
  const allowed = wanted > 0 ? wanted + limitsOf(deployment).maxSurge : 0;
  const toAdd = allowed - sumOf(running, wantedOf);
  const sorted = toAdd > 0 ? largestThenNewestFirst(running) : toAdd < 0 ? largestThenOldestFirst(running) : [...running];
  let added = 0;
  const sizes = sorted.map((each): [ReplicaSet, number] => {
    const share = shareOf(deployment, each, toAdd, toAdd - added);
    added += share;
    return [each, wantedOf(each) + share];
  });
  const [largest] = sizes;
  if (largest) largest[1] = Math.max(0, largest[1] + toAdd - added);
  return sizes;
}

function shareOf(deployment: Deployment, replicaSet: ReplicaSet, toAdd: number, left: number): number {
  if (toAdd === 0 || left === 0) return 0;
  const change = proportionalChange(deployment, replicaSet);
  return toAdd > 0 ? Math.min(change, left) : Math.max(change, left);
}

function proportionalChange(deployment: Deployment, replicaSet: ReplicaSet): number {
  const wanted = wantedOf(deployment);
  const size = wantedOf(replicaSet);
  if (wanted === 0) return -size;
  const before = maxReplicasOf(replicaSet) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return roundHalfAway((size * (wanted + limitsOf(deployment).maxSurge)) / before) - size;
}

function roundHalfAway(value: number): number {
  return value < 0 ? Math.ceil(value - 0.5) : Math.floor(value + 0.5);
}
