import { message } from '../model/messages.js';
import { stepOf, type Step } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { batchGoal } from './batch-path.js';
import { batchShare, batchStands, inBatches, keepBatch, stableLeft } from './batches.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import { describeStep, formatShare } from './formatting.js';
import type { Observation } from './observation.js';
import { plannedTraffic } from './planned.js';
import { waitsForPodsGone } from './pods-gone.js';
import { forcedShare, shareForReadyPods, shareReached } from './routing.js';
import { hasItsSize, keepCanarySize, podsNeeded } from './sizes.js';
import { checkStep } from './step-checks.js';
import { askedBeside, askTraffic, keepTraffic } from './traffic.js';

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
  const failed = keepCanarySize(draft, release, observation, own || release.spec.plan.minimumPods === 0 ? needed : Math.max(needed, replicas > 0 ? 1 : 0));
  if (!failed) keepTraffic(draft, release, observation, index);
  return failed;
}

function progressInBatches(draft: Draft, release: Release, observation: Observation, index: number): Ending | undefined {
  const replicas = observation.workload?.replicas ?? 0;
  const goal = batchGoal(release, index, replicas);
  const failed = keepBatch(draft, release, observation, goal);
  if (failed) return failed;
  const planned = release.spec.paused ? draft.intent.share : batchShare(draft, release, observation, goal);
  const share = shareForReadyPods(planned, observation, !release.spec.paused);
  const isReady = (observation.replicaSets.canary?.ready ?? 0) >= goal.canary;
  askTraffic(draft, release, observation, { share, ...askedBeside(draft, release, index, replicas, isReady) }, planned);
  return undefined;
}

/** Whether the present share of the plan is really in force, with all Pods that it needs. */
function sharesStand(draft: Draft, release: Release, observation: Observation, index: number): boolean {
  const replicas = observation.workload?.replicas ?? 0;
  if (replicas === 0 && release.spec.plan.leaves !== true) return false;
  // Where stable has no ready Pods the canary gets everything, and the step cannot have it otherwise.
  const share = forcedShare(observation) ?? plannedTraffic(release, index, replicas).share;
  const goal = batchGoal(release, index, replicas);
  const left = stableLeft(release, replicas, goal);
  const standing = inBatches(release) ? batchStands(draft, observation, goal, left) : hasItsSize(draft, observation);
  if (!standing) {
    if (inBatches(release) && (observation.replicaSets.canary?.ready ?? 0) >= goal.canary) {
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
