import { stepOf, type PodAmount } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { allowances, canaryPodsFor, nearestPodCounts, podsOf, stablePodsFor } from '../model/sizing.js';
import { WHOLE } from '../model/split.js';

/** How far batches have come at one of them: canary Pods, and the share that they have. */
export interface BatchPoint {
  readonly pods: number;
  /** Per mille. */
  readonly share: number;
}

/** Where a step leads to: how many Pods each version is to have, and the canary's share. */
export interface BatchGoal {
  readonly canary: number;
  readonly stable: number;
  /** Per mille. */
  readonly share: number;
}

/** The share that `pods` of `replicas` mean, in per mille. */
export function shareOfBatch(pods: number, replicas: number): number {
  return replicas === 0 ? 0 : Math.min(WHOLE, Math.round((WHOLE * pods) / replicas));
}

/** Whether steps of a plan in batches say their shares themselves; where none is a batch, only weights do. */
export function saysShares({ spec: { plan } }: Release): boolean {
  const batches = plan.steps.filter(({ kind }) => kind === 'batch');
  return batches.length === 0 || batches.some(({ share }) => share !== undefined);
}

/**
 * The batches up to the step with this index, from none to that far; behind the last step everything. A batch that says no share
 * has the part that its Pods are. Where any says one, none has less than the one before it. Points that a smaller workload, or a
 * step back, has made pointless are left out.
 */
export const batchPath = (release: Release, index: number, replicas: number): BatchPoint[] => wayOf(release, index, replicas).path;

/** Where the step with this index leads to. */
export const batchGoal = (release: Release, index: number, replicas: number): BatchGoal => wayOf(release, index, replicas).goal;

interface Way {
  readonly path: BatchPoint[];
  readonly goal: BatchGoal;
}

function wayOf(release: Release, index: number, replicas: number): Way {
  const { plan } = release.spec;
  const path: BatchPoint[] = [{ pods: 0, share: 0 }];
  const saying = saysShares(release);
  let goal: BatchGoal = { canary: 0, stable: replicas, share: 0 };
  let weight: number | undefined;
  let own: PodAmount | undefined;
  let least = 0;
  const come = (next: BatchGoal, pods = next.canary): void => {
    const { share } = next;
    while ((path.at(-1)?.pods ?? 0) > pods || (path.length > 1 && (path.at(-1)?.share ?? 0) > share)) path.pop();
    path.push({ pods, share });
    goal = next;
  };
  for (const planned of plan.steps.slice(0, Math.max(0, index + 1))) {
    const step = stepOf(planned);
    if (step.kind === 'promote') come({ canary: replicas, stable: 0, share: WHOLE });
    if (step.kind === 'batch') {
      const canary = Math.min(podsOf(step.amount, replicas) ?? 0, replicas);
      const share = Math.max(least, step.share ?? shareOfBatch(canary, replicas));
      if (saying) least = share;
      come({ canary, stable: replicas - canary, share });
    }
    if (step.kind === 'weight') weight = step.share;
    if (step.kind === 'scale') own = step.amount;
    if (step.kind === 'weight' || step.kind === 'scale') {
      const next = goalOfWeight(release, weight ?? 0, own, replicas);
      // More Pods than the share needs bring no more of it; on the way to the next step they do.
      come(next, Math.min(next.canary, plan.countsPods === true ? next.canary : canaryPodsFor(next.share, replicas, { sizing: 'batch' })));
    }
  }
  return { path, goal };
}

/** Where nothing splits requests, the Pod counts that are nearest; else Pods for both shares, unless the canary's are said. */
function goalOfWeight({ spec: { plan } }: Release, share: number, own: PodAmount | undefined, replicas: number): BatchGoal {
  if (plan.countsPods === true) {
    const counts = nearestPodCounts(share, replicas, allowances(plan, replicas).surge > 0);
    return { ...counts, share: shareOfBatch(counts.canary, counts.canary + counts.stable) };
  }
  const said = own && podsOf(own, replicas);
  const canary = said === undefined ? canaryPodsFor(share, replicas, plan) : Math.max(said, share > 0 && replicas > 0 ? 1 : 0);
  return { canary, stable: stablePodsFor(share, replicas, plan), share };
}

/**
 * The share that so many ready canary Pods have on the way: at a batch its own, between two of them what lies between. So each
 * Pod that takes the place of one of stable's brings its part of what the batch adds.
 */
export function shareOnPath(path: readonly BatchPoint[], pods: number): number {
  const before = path.findLast((point) => point.pods <= pods);
  const next = path.find((point) => point.pods > pods);
  if (!before || !next) return before?.share ?? 0;
  // Rounded up, so that the share of so many Pods stands for no fewer on the way back.
  return before.share + Math.ceil(((next.share - before.share) * (pods - before.pods)) / (next.pods - before.pods));
}

/** How many canary Pods an accepted share stands for on the way; so many of stable's are not needed for theirs any more. */
export function podsOnPath(path: readonly BatchPoint[], share: number): number {
  const before = path.findLast((point) => point.share <= share);
  const next = path.find((point) => point.share > share);
  if (!before || !next) return before?.pods ?? 0;
  return before.pods + Math.floor(((next.pods - before.pods) * (share - before.share)) / (next.share - before.share));
}
