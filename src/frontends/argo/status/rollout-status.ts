import { timestamp } from '../../../kubernetes/conditions.js';
import type { ExperimentWeight } from '../analyses/experiment-traffic.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';
import { countsOf } from './counts.js';
import { durationOf } from './duration.js';
import { runOf } from './measured.js';
import { phaseOf } from './phase.js';
import { conditionsOf } from './progress.js';
import { selectorsOf, weightsOf } from './traffic.js';
import { turnOf } from '../updates/turns.js';

/** A course, and the requests that experiments get. */
export type ToldCourse = Course & { readonly experimentWeights: readonly ExperimentWeight[] };

/** The whole status of a Rollout that is served. @param problem why it cannot be run as it is, though what runs is looked after */
export function statusOf(facts: Facts, course: ToldCourse, restartedAt: string | undefined, problem: string | undefined): RolloutStatus {
  const { rollout, found, now, done, wanted, stepsHash, stableHash, template } = facts;
  const { update, aborted, pauses } = course;
  const { said, full } = update;
  const paused = pauses.conditions.length > 0;
  const selectors = rollout.spec.strategy?.blueGreen ? selectorsOf(facts) : undefined;
  const { alb, albs, workloadObservedGeneration: _generation } = said;
  const main: RolloutStatus = without({
    alb, albs,
    // A retry writes that there is none, which holds for this version.
    abort: aborted ? true : found.abort === false && found.currentPodHash === wanted.hash ? false : undefined,
    abortedAt: aborted ? (said.abortedAt ?? timestamp(now)) : undefined,
    pauseConditions: paused ? [...pauses.conditions] : undefined,
    controllerPause: paused || pauses.resuming ? true : undefined,
    promoteFull: full && !aborted ? true : undefined,
    currentPodHash: wanted.hash,
    currentStepHash: stepsHash,
    currentStepIndex: stepOf(facts, course),
    stableRS: stableHash === '' ? undefined : stableHash,
    collisionCount: wanted.collisionCount,
    observedGeneration: String(rollout.metadata.generation ?? 0),
    workloadObservedGeneration: template.workloadGeneration === undefined ? undefined : String(template.workloadGeneration),
    restartedAt,
    ...countsOf(facts, selectors ? (selectors.activeSelector ?? '') : undefined),
    canary: canaryOf(facts, course),
    blueGreen: selectors && without({
      ...selectors,
      scaleUpPreviewCheckPoint: !done && isScaledUp(facts, course) ? true : undefined,
      prePromotionAnalysisRunStatus: runOf(facts, course, 'PrePromotion'),
      postPromotionAnalysisRunStatus: runOf(facts, course, 'PostPromotion'),
    }),
  });
  const timed = { ...main, duration: durationOf(facts, course, main) };
  const whole = { ...timed, conditions: conditionsOf(facts, course, timed, problem) };
  return { ...whole, ...phaseOf(rollout.spec, whole) };
}

/** The step of a canary; undefined where there are none. A person may be ahead of the release. */
function stepOf({ steps, done, rollout }: Facts, { update, standing, aborted }: Course): number | undefined {
  if (!rollout.spec.strategy?.canary || steps.length === 0) return undefined;
  if (done || (update.full && !aborted)) return steps.length;
  if (aborted) return 0;
  return Math.min(steps.length, Math.max(update.said.currentStepIndex ?? 0, standing?.step ?? 0));
}

function canaryOf(facts: Facts, course: ToldCourse): NonNullable<RolloutStatus['canary']> {
  if (!facts.rollout.spec.strategy?.canary) return {};
  const { experiment } = course.outcomes;
  return without({
    currentStepAnalysisRunStatus: runOf(facts, course, 'Step'),
    currentBackgroundAnalysisRunStatus: runOf(facts, course, 'Background'),
    currentExperiment: experiment?.found?.metadata.name,
    weights: weightsOf(facts, course.experimentWeights),
    stablePingPong: turnOf(facts),
  });
}

/** Whether a preview with fewer Pods is past the point where it gets all. */
function isScaledUp({ rollout }: Facts, { standing, update }: Course): boolean {
  if (rollout.spec.strategy?.blueGreen?.previewReplicaCount === undefined || !standing || !update.release) return false;
  return update.said.blueGreen?.scaleUpPreviewCheckPoint === true || (update.release.status?.step.index ?? 0) > (standing.before ?? -1);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** Fields that are not there are not written. */
function without<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
