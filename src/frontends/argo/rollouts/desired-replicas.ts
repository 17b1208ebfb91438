import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Rollout } from '../kinds/rollout.js';
import type { NamedPatch } from './ephemeral-metadata.js';
import { DESIRED_REPLICAS } from './labels.js';
import { replicasOf } from './template.js';

/**
 * What is to be written so that stable and the newest version say how many Pods the Rollout asks for, which tools compare with
 * what there is. Of a paused Rollout nothing is sized, so nothing is said.
 * @param names of these two
 */
export function desiredReplicasPatches(rollout: Rollout, replicaSets: readonly ReplicaSet[], names: readonly (string | undefined)[]): NamedPatch[] {
  const desired = String(replicasOf(rollout));
  if (rollout.spec.paused === true) return [];
  return replicaSets
    .filter(({ metadata }) => names.includes(metadata.name) && metadata.annotations?.[DESIRED_REPLICAS] !== desired)
    .map(({ metadata: { name } }) => ({ name, patch: { metadata: { annotations: { [DESIRED_REPLICAS]: desired } } } }));
}
