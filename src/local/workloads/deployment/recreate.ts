import { isPodFinished } from '../pods/pod-state.js';
import { cleanUpHistory } from './history.js';
import { ensureNewReplicaSet, syncNewReplicaSet, type NewAndOld } from './new-replica-set.js';
import type { DeploymentPass } from './pass.js';
import { writeRolloutStatus } from './progress.js';
import { active, sumOf, wantedOf } from './replica-sets.js';
import { scaleTo } from './scaling.js';
import { isComplete } from './status.js';

/** One pass of strategy Recreate: all old Pods have to be gone before the first new one is asked for. */
export function recreate(pass: DeploymentPass): void {
  const found = syncNewReplicaSet(pass);
  const running = active(found.old);
  for (const each of running) scaleTo(pass, each, 0);
  if (running.length === 0 && !oldPodsRun(pass, found)) {
    const { current, old } = ensureNewReplicaSet(pass);
    scaleTo(pass, current, wantedOf(pass.deployment));
    if (isComplete(pass.deployment, pass.deployment.status ?? {})) cleanUpHistory(pass, old);
  }
  writeRolloutStatus(pass);
}

function oldPodsRun(pass: DeploymentPass, { current, old }: NewAndOld): boolean {
  if (sumOf(old, ({ status }) => status?.replicas ?? 0) > 0) return true;
  return [...pass.podsByOwner].some(([owner, pods]) => owner !== current?.metadata.uid && pods.some((pod) => !isPodFinished(pod)));
}
