import { message } from '../model/messages.js';
import { stepOf, type Step } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { canaryPodsFor } from '../model/sizing.js';
import type { Draft } from './draft.js';
import { notReadyEnding, troubleText, type Ending } from './endings.js';
import { describeStep, formatShare, formatTime } from './formatting.js';
import type { Observation } from './observation.js';
import { shareForReadyPods, shareReached } from './routing.js';

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
  const failed = keepCanarySize(draft, release, observation, shareWanted(release, index));
  if (failed) return failed;
  keepReadyShare(draft, release, observation, index);
  if (release.spec.paused) {
    draft.wait(message('WaitsForResume', { release: release.metadata.name }));
    return undefined;
  }
  if (stepDone(draft, release, observation, step)) beginStep(draft, release, observation, index + 1);
  return undefined;
}

/** The share that the plan asks for in the step with this index: the last weight up to it. */
export function shareWanted(release: Release, index: number): number {
  let share = 0;
  for (const step of release.spec.plan.steps.slice(0, index + 1)) if (step.kind === 'weight') share = step.share ?? share;
  return share;
}

/**
 * Asks for the Pods that the wanted share needs, and never for fewer than its present share does. While paused by a
 * person no Pods are added. @returns an ending when they were not ready in time
 */
export function keepCanarySize(draft: Draft, release: Release, observation: Observation, share: number): Ending | undefined {
  const { plan } = release.spec;
  const replicas = observation.workload?.replicas ?? 0;
  const atLeastOne = replicas > 0 ? 1 : 0;
  const needed = Math.max(canaryPodsFor(share, replicas, plan.sizing), canaryPodsFor(draft.intent.share, replicas, plan.sizing), atLeastOne);
  const held = release.spec.paused && replicas > 0 ? Math.min(needed, draft.intent.sizes.canary ?? 0) : needed;
  draft.intend({ sizes: { canary: held } });
  const canary = observation.replicaSets.canary;
  if (replicas === 0) {
    draft.wait(message('WaitsForScaleUp'));
    return undefined;
  }
  if ((canary?.ready ?? 0) >= held) return undefined;
  const waited = draft.waited();
  const troubles = canary?.troubles ?? [];
  if (waited >= plan.readyTimeoutMilliseconds) return notReadyEnding(plan.readyTimeoutMilliseconds, troubles);
  draft.wait(message('WaitsForPods', { ready: canary?.ready ?? 0, wanted: held, trouble: troubleText(troubles) }), draft.now + plan.readyTimeoutMilliseconds - waited);
  return undefined;
}

/** Keeps rule 2 between steps: a share only where there are ready Pods; brings it back when they are there again. */
function keepReadyShare(draft: Draft, release: Release, observation: Observation, index: number): void {
  const reachedBefore = index > 0 ? shareWanted(release, index - 1) : 0;
  const replicas = observation.workload?.replicas ?? 0;
  const enough = (share: number): boolean => (observation.replicaSets.canary?.ready ?? 0) >= canaryPodsFor(share, replicas, release.spec.plan.sizing);
  const wanted = shareWanted(release, index);
  const present = draft.intent.share;
  // A share rises only when the Pods for it are ready; a paused release raises none.
  let next = Math.max(reachedBefore, Math.min(present, wanted));
  if (!enough(next)) next = Math.min(next, present);
  if (wanted > present && enough(wanted)) next = wanted;
  if (release.spec.paused) next = Math.min(next, present);
  const share = shareForReadyPods(replicas === 0 ? present : next, observation, !release.spec.paused);
  askShare(draft, observation, share, next);
}

/** Asks for a share and says why, when it is another than before. */
export function askShare(draft: Draft, observation: Observation, share: number, planned: number): void {
  if (draft.intent.share === share && draft.intent.routing === 'split') return;
  draft.intend({ routing: 'split', share });
  const noReadyCanary = (observation.replicaSets.canary?.ready ?? 0) === 0;
  const why = share === planned ? 'PlanAsks' : noReadyCanary ? 'NoReadyCanary' : 'NoReadyStable';
  draft.happen(message('ShareAsked', { share: formatShare(share), why: `@${why}` }));
}

function stepDone(draft: Draft, release: Release, observation: Observation, step: Step): boolean {
  const { index } = draft.status.step;
  const toldToGoOn = (release.spec.advanceTo ?? 0) > index;
  const share = shareWanted(release, index);
  if (!sharesStand(draft, observation, share)) return false;
  switch (step.kind) {
    case 'weight':
      return true;
    case 'pause':
      return toldToGoOn || pauseOver(draft, release, step.milliseconds);
    case 'analyze':
      return toldToGoOn || analysisOver(draft, observation, step);
    case 'promote':
      return true;
  }
}

/** Whether the present share of the plan is really in force, with all Pods that it needs. */
function sharesStand(draft: Draft, observation: Observation, share: number): boolean {
  const wanted = draft.intent.sizes.canary ?? 0;
  if ((observation.workload?.replicas ?? 0) === 0 || (observation.replicaSets.canary?.ready ?? 0) < wanted) return false;
  if (draft.intent.share !== share || !shareReached(draft, observation, share)) {
    draft.wait(message('WaitsForRouter', { what: observation.routing.waitsFor ?? `takes over ${formatShare(share)}` }));
    return false;
  }
  return true;
}

function pauseOver(draft: Draft, release: Release, milliseconds: number | undefined): boolean {
  if (milliseconds === undefined) {
    draft.wait(message('WaitsForPerson', { release: release.metadata.name }));
    return false;
  }
  const left = milliseconds - draft.inStep();
  if (left <= 0) return true;
  draft.wait(message('WaitsForPause', { until: formatTime(draft.now + left) }), draft.now + left);
  return false;
}

function analysisOver(draft: Draft, observation: Observation, step: Extract<Step, { kind: 'analyze' }>): boolean {
  const { requests } = observation.evidence.canary;
  const seen = requests - (draft.status.step.startRequests ?? 0);
  const left = step.milliseconds - draft.inStep();
  if (left > 0) {
    draft.wait(message('WaitsForAnalysis', { until: formatTime(draft.now + left) }), draft.now + left);
    return false;
  }
  if (seen >= step.minimumRequests) return true;
  draft.wait(message('WaitsForEvidence', { wanted: step.minimumRequests }));
  return false;
}
