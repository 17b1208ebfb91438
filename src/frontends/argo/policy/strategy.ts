import type { Strategy } from '../../../model/policy/strategies.js';
import type { BlueGreenStrategy, CanaryStrategy } from '../kinds/strategies.js';
import { podAmount } from '../rollouts/pod-amount.js';
import { policySteps } from './steps.js';

type Canary = NonNullable<Strategy['canary']>;
type BlueGreen = NonNullable<Strategy['blueGreen']>;

/** A canary strategy as a policy has it: one step for each of the Rollout's, in the same place. */
export function canaryOf(canary: CanaryStrategy, skipSteps: boolean): Canary {
  const { minPodsPerReplicaSet: minimum = 0, replicaProgressThreshold: threshold } = canary;
  return {
    steps: skipSteps ? [] : policySteps(canary),
    weightsMayFall: true,
    ...inPlace(canary),
    ...(canary.trafficRouting ? { minimumPods: Math.max(0, minimum) } : {}),
    ...(threshold === undefined ? {} : { readyThreshold: threshold.type === 'Percent' ? { percent: threshold.value } : { pods: threshold.value } }),
  };
}

/**
 * Where only Pod counts split requests, the canary takes the place of stable's Pods. With dynamicStableScale it does so as
 * well, but beside what stable still needs: none is missing, and at worst both run in full.
 */
function inPlace({ trafficRouting, dynamicStableScale, maxSurge = '25%', maxUnavailable = '25%' }: CanaryStrategy): Pick<Canary, 'inPlace'> {
  if (!trafficRouting) return { inPlace: { maxSurge: podAmount(maxSurge), maxUnavailable: podAmount(maxUnavailable) } };
  return dynamicStableScale ? { inPlace: { maxSurge: '100%', maxUnavailable: 0 } } : {};
}

/** What a blue/green Rollout waits for before the switch. */
export interface Gate {
  readonly analysis: boolean;
  /** Whether somebody has to promote. */
  readonly manual: boolean;
  /** How long to wait otherwise, in milliseconds. */
  readonly milliseconds: number;
}

/** What stands before the switch; undefined where nothing does. */
export function gateOf({ prePromotionAnalysis, autoPromotionEnabled = true, autoPromotionSeconds = 0 }: BlueGreenStrategy): Gate | undefined {
  const gate = { analysis: prePromotionAnalysis !== undefined, manual: !autoPromotionEnabled, milliseconds: autoPromotionEnabled ? autoPromotionSeconds * 1000 : 0 };
  return gate.analysis || gate.manual || gate.milliseconds > 0 ? gate : undefined;
}

/**
 * A blue/green strategy as a policy has it: one pause before the switch for all that stands before it, one behind it while the
 * analysis after the switch runs. Whoever ends them is the Rollout: time counts from when the new version has its Pods.
 */
export function blueGreenOf(strategy: BlueGreenStrategy, skipSteps: boolean): BlueGreen {
  const gate = skipSteps ? undefined : gateOf(strategy);
  const { previewReplicaCount = 0, postPromotionAnalysis } = strategy;
  return {
    ...(previewReplicaCount < 1 || skipSteps ? {} : { previewReplicas: previewReplicaCount }),
    before: gate ? [{ pause: {} }] : [],
    ...(postPromotionAnalysis && !skipSteps ? { after: [{ pause: {} }] } : {}),
    keep: '0s',
  };
}
