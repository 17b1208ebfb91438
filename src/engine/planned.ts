import type { Match, MirroredRequests } from '../model/match.js';
import { stepOf, type PodAmount } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { batchGoal } from './batch-path.js';

/** What the plan asks for in a step, as far as requests go. */
export interface PlannedTraffic {
  /** The canary's share in per mille. */
  readonly share: number;
  readonly matches: readonly Match[];
  /** The part that is copied, in per mille. */
  readonly mirror: number;
  /** The requests that are copied where it is not a part of all. */
  readonly mirrors: readonly MirroredRequests[];
}

/** What the plan asks for in the step with this index: the last of each kind up to it. */
export function plannedTraffic(release: Release, index: number, replicas: number): PlannedTraffic {
  let traffic: PlannedTraffic = { share: 0, matches: [], mirror: 0, mirrors: [] };
  for (const planned of release.spec.plan.steps.slice(0, Math.max(0, index + 1))) {
    const step = stepOf(planned);
    if (step.kind === 'weight') traffic = { ...traffic, share: step.share };
    if (step.kind === 'route') traffic = { ...traffic, matches: step.matches };
    if (step.kind === 'mirror') traffic = { ...traffic, mirror: step.share, mirrors: step.mirrors ?? [] };
  }
  return release.spec.plan.sizing === 'batch' ? { ...traffic, share: batchGoal(release, index, replicas).share } : traffic;
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
