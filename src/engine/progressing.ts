import { message } from '../model/messages.js';
import { stepOf, type Step } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { batchShare, batchStands, inBatches, keepBatch, lastStable } from './batches.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import { describeStep, formatShare } from './formatting.js';
import type { Observation } from './observation.js';
import { plannedBatch, plannedTraffic } from './planned.js';
import { waitsForPodsGone } from './pods-gone.js';
import { shareForReadyPods, shareReached } from './routing.js';
import { keepCanarySize, podsNeeded } from './sizes.js';
import { checkStep } from './step-checks.js';
import { askTraffic, keepTraffic } from './traffic.js';

/** Starts the step with this index, or the promotion behind the last one. */
export function beginStep(draft: Draft, release: Release, observation: Observation, index: number): void {
  const { steps } = release.spec.plan;
  const step = steps[index];
  draft.startStep(index, observation.evidence.canary.requests);
  if (!step || step.kind === 'promote') {
    draft.enter('Promoting');
    draft.happen(message('Promoting'));
    return;
  }
  draft.happen(message('StepStarted', { step: index + 1, steps: steps.length, what: describeStep(stepOf(step)) }));
}

/** Works on the present step. @returns why the release cannot go on, when it cannot */
export function progress(draft: Draft, release: Release, observation: Observation): Ending | undefined {
  const { index } = draft.status.step;
  const planned = release.spec.plan.steps[index];
  const step: Step = planned ? stepOf(planned) : { kind: 'promote' };
  const failed = inBatches(release) ? progressInBatches(draft, release, observation, index) : progressByShare(draft, release, observation, index);
  if (failed) return failed;
  if (release.spec.paused) {
    draft.wait(message('WaitsForResume', { release: release.metadata.name }));
    return undefined;
  }
  if (!sharesStand(draft, release, observation, index)) return undefined;
  const checked = checkStep(draft, release, observation, step);
  if (checked === 'done') beginStep(draft, release, observation, index + 1);
  return typeof checked === 'string' ? undefined : checked;
}

function progressByShare(draft: Draft, release: Release, observation: Observation, index: number): Ending | undefined {
  const replicas = observation.workload?.replicas ?? 0;
  const needed = podsNeeded(release, index, plannedTraffic(release, index, replicas).share, replicas);
  const own = release.spec.plan.steps.slice(0, index + 1).some(({ kind }) => kind === 'scale');
  const failed = keepCanarySize(draft, release, observation, own ? needed : Math.max(needed, replicas > 0 ? 1 : 0));
  if (!failed) keepTraffic(draft, release, observation, index);
  return failed;
}

function progressInBatches(draft: Draft, release: Release, observation: Observation, index: number): Ending | undefined {
  const replicas = observation.workload?.replicas ?? 0;
  const target = plannedBatch(release, index, replicas);
  const failed = keepBatch(draft, release, observation, target, lastStable(release, replicas, target));
  if (failed) return failed;
  const planned = release.spec.paused ? draft.intent.share : batchShare(draft, release, observation, target);
  const share = shareForReadyPods(planned, observation, !release.spec.paused);
  askTraffic(draft, release, observation, { share, matches: [], mirror: 0 }, planned);
  return undefined;
}

/** Whether the present share of the plan is really in force, with all Pods that it needs. */
function sharesStand(draft: Draft, release: Release, observation: Observation, index: number): boolean {
  const replicas = observation.workload?.replicas ?? 0;
  if (replicas === 0) return false;
  const { share } = plannedTraffic(release, index, replicas);
  const target = plannedBatch(release, index, replicas);
  const left = replicas - target + lastStable(release, replicas, target);
  const standing = inBatches(release) ? batchStands(observation, target, left) : (observation.replicaSets.canary?.ready ?? 0) >= (draft.intent.sizes.canary ?? 0);
  if (!standing) {
    if (inBatches(release) && (observation.replicaSets.canary?.ready ?? 0) >= target) {
      draft.wait(waitsForPodsGone('stable', observation, Math.max(0, (observation.replicaSets.stable?.pods ?? 0) - left), draft.now));
    }
    return false;
  }
  if (draft.intent.share !== share || !shareReached(draft, observation, share)) {
    draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? `takes over ${formatShare(share)}` }));
    return false;
  }
  return true;
}
