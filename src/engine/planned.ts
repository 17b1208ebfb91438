import type { Match } from '../model/match.js';
import { stepOf, type PodAmount } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { podsOf } from '../model/sizing.js';
import { WHOLE } from '../model/split.js';

/** What the plan asks for in a step, as far as requests go. */
export interface PlannedTraffic {
  /** The canary's share in per mille. */
  readonly share: number;
  readonly matches: readonly Match[];
  /** The part that is copied, in per mille. */
  readonly mirror: number;
}

/** What the plan asks for in the step with this index: the last of each kind up to it. */
export function plannedTraffic(release: Release, index: number, replicas: number): PlannedTraffic {
  let traffic: PlannedTraffic = { share: 0, matches: [], mirror: 0 };
  for (const planned of release.spec.plan.steps.slice(0, Math.max(0, index + 1))) {
    const step = stepOf(planned);
    if (step.kind === 'weight') traffic = { ...traffic, share: step.share };
    if (step.kind === 'route') traffic = { ...traffic, matches: step.matches };
    if (step.kind === 'mirror') traffic = { ...traffic, mirror: step.share };
    if (step.kind === 'batch') traffic = { ...traffic, share: shareOfBatch(podsOf(step.amount, replicas) ?? 0, replicas) };
  }
  return traffic;
}

/** The canary's size where the plan says one apart from the share; the last word up to the step with this index. */
export function plannedSize(release: Release, index: number): PodAmount | undefined {
  let amount: PodAmount | undefined;
  for (const planned of release.spec.plan.steps.slice(0, index + 1)) {
    const step = stepOf(planned);
    if (step.kind === 'scale') amount = step.amount.pods === undefined && step.amount.part === undefined ? undefined : step.amount;
  }
  return amount;
}

/** How many Pods the batches up to the step with this index are to have replaced. */
export function plannedBatch(release: Release, index: number, replicas: number): number {
  let pods = 0;
  for (const planned of release.spec.plan.steps.slice(0, index + 1)) {
    const step = stepOf(planned);
    if (step.kind === 'batch') pods = podsOf(step.amount, replicas) ?? pods;
  }
  return Math.min(pods, replicas);
}

/** The share that `pods` of `replicas` mean, in per mille. */
export function shareOfBatch(pods: number, replicas: number): number {
  return replicas === 0 ? 0 : Math.min(WHOLE, Math.round((WHOLE * pods) / replicas));
}
