import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { cleanUpHistory } from './history.js';
import { limitsOf } from './limits.js';
import { ensureNewReplicaSet, newSize } from './new-replica-set.js';
import type { DeploymentPass } from './pass.js';
import { writeRolloutStatus } from './progress.js';
import { active, availableOf, oldestFirst, sumOf, wantedOf } from './replica-sets.js';
import { scaleTo } from './scaling.js';
import { isComplete } from './status.js';

/** One pass of a rolling update: up if there is room, else down if enough is available. */
export function rollForward(pass: DeploymentPass): void {
  const { deployment } = pass;
  const { current, old } = ensureNewReplicaSet(pass);
  const wanted = wantedOf(deployment);
  const size = wantedOf(current) > wanted ? wanted : newSize(deployment, old, wantedOf(current));
  const scaledUp = scaleTo(pass, current, size) !== current;
  if (!scaledUp && !scaleDownOld(pass, current, active(old)) && isComplete(pass.deployment, pass.deployment.status ?? {})) {
    cleanUpHistory(pass, old);
  }
  writeRolloutStatus(pass);
}

/** @returns whether any was scaled */
function scaleDownOld(pass: DeploymentPass, current: ReplicaSet, old: readonly ReplicaSet[]): boolean {
  if (old.length === 0) return false;
  const fewest = wantedOf(pass.deployment) - limitsOf(pass.deployment).maxUnavailable;
  // Pods of the new ReplicaSet that are not available yet already use up what may be unavailable.
  const notYet = wantedOf(current) - availableOf(current);
  const most = sumOf([...old, current], wantedOf) - fewest - notYet;
  if (most <= 0) return false;
  const cleaned = takeUnavailable(pass, oldestFirst(old), most);
  if (cleaned === undefined) return false;
  const spare = sumOf([...old, current], availableOf) - fewest;
  return takeAvailable(pass, cleaned.replicaSets, spare) + cleaned.taken > 0;
}

/**
 * Pods that are not available go first: they carry nothing and would block the roll.
 * @returns undefined where one has more available than it wants: an earlier scale-down is still under way, and this
 *   pass takes nothing more
 */
function takeUnavailable(pass: DeploymentPass, old: readonly ReplicaSet[], most: number): { replicaSets: ReplicaSet[]; taken: number } | undefined {
  const replicaSets: ReplicaSet[] = [];
  let taken = 0;
  for (const each of old) {
    const unavailable = taken < most ? wantedOf(each) - availableOf(each) : 0;
    if (unavailable < 0) return undefined;
    const take = Math.min(most - taken, unavailable);
    replicaSets.push(take > 0 ? scaleTo(pass, each, wantedOf(each) - take) : each);
    taken += take;
  }
  return { replicaSets, taken };
}

function takeAvailable(pass: DeploymentPass, old: readonly ReplicaSet[], spare: number): number {
  let taken = 0;
  for (const each of old) {
    const take = Math.min(wantedOf(each), spare - taken);
    if (take <= 0) continue;
    scaleTo(pass, each, wantedOf(each) - take);
    taken += take;
  }
  return taken;
}
