import type { RolloutStatus } from '../kinds/rollout-status.js';
import type { RolloutSpec } from '../kinds/rollout.js';
import { isCompleted } from './progress.js';
import { reasons } from './texts.js';

type Phase = Pick<RolloutStatus, 'phase' | 'message'>;

const progressing = (message: string): Phase => ({ phase: 'Progressing', message });

/** The phase of a Rollout, and why it is in it, in the words that Argo's tools show and wait for. @param status with its conditions */
export function phaseOf(spec: RolloutSpec, status: RolloutStatus): Phase {
  for (const { type, reason, message = '' } of status.conditions ?? []) {
    if (type === 'InvalidSpec') return { phase: 'Degraded', message: `InvalidSpec: ${message}` };
    if (reason === reasons.aborted || reason === reasons.late) return { phase: 'Degraded', message: `${reason}: ${message}` };
  }
  if (spec.paused === true) return { phase: 'Paused', message: 'manually paused' };
  const [pause] = status.pauseConditions ?? [];
  if (pause) return { phase: 'Paused', message: pause.reason };
  if (spec.restartAt !== undefined && !sameTime(spec.restartAt, status.restartedAt)) return progressing('rollout is restarting');
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  if (updatedReplicas < (spec.replicas ?? 1)) return progressing('more replicas need to be updated');
  if (availableReplicas < updatedReplicas) return progressing('updated replicas are still becoming available');
  return ofStrategy(spec, status, replicas > updatedReplicas) ?? { phase: 'Healthy' };
}

function ofStrategy({ strategy: { canary, blueGreen } = {} }: RolloutSpec, status: RolloutStatus, hasOld: boolean): Phase | undefined {
  if (blueGreen) {
    if ((status.blueGreen?.activeSelector ?? '') === '' || status.blueGreen?.activeSelector !== status.currentPodHash) return progressing('active service cutover pending');
    if (isCompleted(status)) return undefined;
    return progressing(blueGreen.postPromotionAnalysis && !isOver(status.blueGreen?.postPromotionAnalysisRunStatus?.status) ? 'waiting for analysis to complete' : 'waiting for post-promotion verification to complete');
  }
  if (canary && !canary.trafficRouting && hasOld) return progressing('old replicas are pending termination');
  return canary && !isCompleted(status) ? progressing('waiting for all steps to complete') : undefined;
}

const isOver = (phase: string | undefined): boolean => phase !== undefined && !['', 'Pending', 'Running'].includes(phase);

const sameTime = (one: string, other: string | undefined): boolean => other !== undefined && Date.parse(one) === Date.parse(other);
