import type { RolloutStep } from '../kinds/canary-steps.js';

/** Reasons of conditions and events by which Argo's tools, Argo CD and notifications tell what happened. */
export const reasons = {
  invalid: 'InvalidSpec', available: 'AvailableReason', updated: 'ReplicaSetUpdated', created: 'NewReplicaSetCreated', found: 'FoundNewReplicaSet',
  newVersion: 'RolloutUpdated', completed: 'RolloutCompleted', notCompleted: 'RolloutNotCompleted', healthy: 'RolloutHealthy', aborting: 'RolloutAborting', aborted: 'RolloutAborted', retry: 'RolloutRetry',
  paused: 'RolloutPaused', resumed: 'RolloutResumed', missing: 'ReplicaSetNotAvailable', step: 'RolloutStepCompleted', weight: 'TrafficWeightUpdated', progressed: 'NewReplicaSetAvailable',
  late: 'ProgressDeadlineExceeded', scaled: 'ScalingReplicaSet', switched: 'SwitchService', skipped: 'SkipSteps', elsewhere: 'ServedElsewhere',
} as const;

/** A name in quotation marks, as Argo Rollouts writes it. */
export const quoted = (name: string): string => JSON.stringify(name);

/** A step in a few words, as Argo's tools show it. */
export function stepText({ setWeight, pause, setCanaryScale, setHeaderRoute, setMirrorRoute, analysis, experiment }: RolloutStep): string {
  if (setWeight !== undefined) return `setWeight: ${setWeight}`;
  if (pause) return pause.duration === undefined ? 'pause' : `pause: ${pause.duration}`;
  if (experiment) return 'experiment';
  if (analysis) return 'analysis';
  if (setHeaderRoute) return 'setHeaderRoute';
  if (setMirrorRoute) return 'setMirrorRoute';
  if (setCanaryScale?.weight !== undefined) return `setCanaryScale{weight: ${setCanaryScale.weight}}`;
  if (setCanaryScale?.replicas !== undefined) return `setCanaryScale{replicas: ${setCanaryScale.replicas}}`;
  return 'setCanaryScale{matchTrafficWeight: true}';
}
