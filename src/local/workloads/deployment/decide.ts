import { hasProgressDeadline, newCondition } from './conditions.js';
import { cleanUpHistory } from './history.js';
import { isRollingUpdate } from './limits.js';
import { syncNewReplicaSet } from './new-replica-set.js';
import { DeploymentPass, type DeploymentWrite, type ObservedDeployment } from './pass.js';
import { recreate } from './recreate.js';
import { rollForward } from './rolling-update.js';
import { scaleAll, wasScaled } from './scaling.js';
import { statusOf } from './status.js';

export interface DeploymentDecision {
  readonly writes: readonly DeploymentWrite[];
  /** Milliseconds until the next look, even if nothing changes until then. */
  readonly lookAgainAfter?: number;
}

/**
 * What the Deployment controller does next, as Kubernetes 1.36 does it. Claiming ReplicaSets comes before and is not part
 * of this. The same observation always gives the same writes.
 */
export function decideDeployment(observed: ObservedDeployment): DeploymentDecision {
  const pass = new DeploymentPass(observed);
  run(pass);
  return { writes: pass.writes, ...(pass.lookAgainAfter !== undefined && { lookAgainAfter: pass.lookAgainAfter }) };
}

function run(pass: DeploymentPass): void {
  const { metadata, spec } = pass.deployment;
  if (metadata.deletionTimestamp !== undefined) {
    syncNewReplicaSet(pass);
    pass.writeStatus(statusOf(pass));
    return;
  }
  notePausing(pass);
  if (spec.paused === true) {
    keepSize(pass);
    return;
  }
  syncNewReplicaSet(pass);
  if (wasScaled(pass.deployment, pass.replicaSets)) keepSize(pass);
  else if (isRollingUpdate(pass.deployment)) rollForward(pass);
  else recreate(pass);
}

/** Scales without rolling: what a paused Deployment does, and any Deployment right after it was scaled. */
function keepSize(pass: DeploymentPass): void {
  const found = syncNewReplicaSet(pass);
  scaleAll(pass, found);
  if (pass.deployment.spec.paused === true) cleanUpHistory(pass, found.old);
  pass.writeStatus(statusOf(pass));
}

/** Progressing becomes Unknown when pausing starts or ends, so that no deadline counts time spent paused. */
function notePausing(pass: DeploymentPass): void {
  const { deployment, now } = pass;
  const progressing = pass.condition('Progressing');
  if (!hasProgressDeadline(deployment) || progressing?.reason === 'ProgressDeadlineExceeded') return;
  const noted = progressing?.reason === 'DeploymentPaused';
  if (deployment.spec.paused === true && !noted) {
    pass.writeCondition(newCondition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', now));
  } else if (deployment.spec.paused !== true && noted) {
    pass.writeCondition(newCondition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now));
  }
}
