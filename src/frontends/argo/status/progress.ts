import { findCondition, withoutCondition } from '../../../kubernetes/conditions.js';
import { isSaturated } from '../analyses/wanted-analyses.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import type { Rollout } from '../kinds/rollout.js';
import { withHash } from '../rollouts/labels.js';
import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';
import { withMessage, withStated, type ArgoCondition, type Stated } from './conditions.js';
import { takingBackUntil } from './taking-back.js';
import { quoted, reasons } from './texts.js';

/** The conditions of a Rollout. @param next its status but for them */
export function conditionsOf(facts: Facts, course: Course, next: RolloutStatus, problem: string | undefined): ArgoCondition[] {
  const { found, now } = facts;
  const before = found.conditions ?? [];
  const paused = isPaused(facts, next);
  const whole = isHealthy(facts, next);
  const healthy = !paused && whole;
  const wasHealthy = findCondition(before, 'Healthy')?.status === 'True';
  let all: ArgoCondition[] = [...before];
  const set = (stated: Stated | undefined): void => { if (stated) all = withStated(all, stated, now); };
  if (problem === undefined) all = withoutCondition(all, 'InvalidSpec');
  else all = withMessage(all, { type: 'InvalidSpec', status: 'True', reason: reasons.invalid, message: problem }, now);
  if (healthy || findCondition(before, 'Healthy')) set({ type: 'Healthy', status: healthy ? 'True' : 'False', reason: reasons.healthy, message: healthy ? 'Rollout is healthy' : 'Rollout is not healthy' });
  set(progressing(facts, course, next, { paused, whole, worse: wasHealthy && !healthy }));
  const available = isAvailable(facts, next);
  set({ type: 'Available', status: available ? 'True' : 'False', reason: reasons.available, message: available ? 'Rollout has minimum availability' : 'Rollout does not have minimum availability' });
  const failure = replicaFailure(facts);
  if (failure) all = withMessage(all, failure, now);
  else all = withoutCondition(all, 'ReplicaFailure');
  set({ type: 'Completed', status: isCompleted(next) ? 'True' : 'False', reason: reasons.completed, message: reasons.completed });
  const shown = paused && !course.aborted;
  if (shown || findCondition(before, 'Paused')) set({ type: 'Paused', status: shown ? 'True' : 'False', reason: reasons.paused, message: 'Rollout is paused' });
  return all;
}

/** Whether a Rollout waits for a person or for time to pass. */
export const isPaused = ({ rollout }: Pick<Facts, 'rollout'>, { pauseConditions = [] }: RolloutStatus): boolean => pauseConditions.length > 0 || rollout.spec.paused === true;

/** Whether the version that the template asks for is the one that users rely on. */
export const isCompleted = ({ stableRS = '', currentPodHash }: RolloutStatus): boolean => stableRS !== '' && stableRS === currentPodHash;

/** Whether all Pods are there, of the newest version alone, and get the traffic. */
export function isHealthy({ rollout, replicas, steps }: Facts, next: RolloutStatus): boolean {
  const { blueGreen, canary } = rollout.spec.strategy ?? {};
  const hash = next.currentPodHash;
  if (blueGreen && (next.blueGreen?.activeSelector !== hash || ((blueGreen.previewService ?? '') !== '' && next.blueGreen?.previewSelector !== hash))) return false;
  if (canary && (!isCompleted(next) || (next.replicas ?? 0) !== replicas || (steps.length > 0 && next.currentStepIndex !== steps.length))) return false;
  return (next.updatedReplicas ?? 0) === replicas && (next.availableReplicas ?? 0) === replicas;
}

function isAvailable({ rollout, observed, replicas }: Facts, next: RolloutStatus): boolean {
  if (!rollout.spec.strategy?.blueGreen) return observed.replicaSets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0) >= replicas;
  const active = withHash(observed.replicaSets, next.blueGreen?.activeSelector);
  return active !== undefined && (active.spec.replicas ?? 0) === replicas && (active.status?.availableReplicas ?? 0) >= replicas;
}

/** What a ReplicaSet could not do; the newest one's first. */
function replicaFailure({ observed, newest }: Facts): Stated | undefined {
  const failure = [...(newest ? [newest] : []), ...observed.replicaSets].flatMap(({ status }) => status?.conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? [])[0];
  return failure && { type: 'ReplicaFailure', status: failure.status === 'True' ? 'True' : 'False', reason: failure.reason ?? '', message: failure.message ?? '' };
}

interface State {
  readonly paused: boolean;
  /** All Pods are there, of the newest version alone. */
  readonly whole: boolean;
  /** It was healthy until just now. */
  readonly worse: boolean;
}

function progressing(facts: Facts, course: Course, next: RolloutStatus, { paused, whole, worse }: State): Stated | undefined {
  const { wanted, found } = facts;
  const before = findCondition(found.conditions, 'Progressing');
  const say = (status: Stated['status'], reason: string, message: string, anew = false): Stated => ({ type: 'Progressing', status, reason, message, anew });
  const name = quoted(wanted.replicaSet.metadata.name);
  if (course.aborted) {
    const text = before?.reason === reasons.aborting ? before.message : undefined;
    const message = text ?? `Rollout aborted update to revision ${wanted.revision}${course.reason === undefined ? '' : `: ${course.reason}`}`;
    // One that is late is Degraded as it is.
    const stays = before?.reason === reasons.late && (course.reason === undefined || course.reason === latenessOf(facts.rollout));
    const isSaid = before === undefined || before.reason === reasons.aborted || takingBackUntil(facts, course) === undefined;
    // Why it is taken back is known now, and not any more once it has been.
    return isSaid ? say('False', reasons.aborted, message) : stays ? undefined : say('Unknown', reasons.aborting, message);
  }
  if (paused && !whole) return say('Unknown', reasons.paused, 'Rollout is paused');
  const wasAborted = before?.reason === reasons.aborted || found.abortedAt !== undefined;
  if (course.update.isNew && wasAborted && found.currentPodHash === wanted.hash) return say('Unknown', reasons.retry, 'Retrying Rollout after abort');
  if (whole) return say('True', reasons.progressed, `ReplicaSet ${name} has successfully progressed.`);
  if (before?.reason === reasons.paused) return say('Unknown', reasons.resumed, 'Rollout is resumed');
  if (course.update.isNew) return wanted.isNew ? say('True', reasons.created, `Created new replica set ${name}`, true) : say('True', reasons.found, `Found new replica set ${name}`, true);
  if (worse && facts.done) return say('True', reasons.missing, 'Rollout does not have minimum availability', true);
  if (worse || hasMoved(facts, next)) return say('True', reasons.updated, `ReplicaSet ${name} is progressing.`, true);
  if (facts.now >= (deadlineOf(facts, course) ?? Number.POSITIVE_INFINITY)) return say('False', reasons.late, `ReplicaSet ${name} has timed out progressing.`);
  return before ? undefined : say('True', reasons.updated, `ReplicaSet ${name} is progressing.`);
}

/** Whether Pods have come, got ready or gone, or the update is at another step. */
function hasMoved({ found, rollout }: Facts, next: RolloutStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: RolloutStatus): number => replicas - updatedReplicas;
  const more = (field: 'readyReplicas' | 'availableReplicas'): boolean => (next[field] ?? 0) > (found[field] ?? 0);
  if ((next.updatedReplicas ?? 0) !== (found.updatedReplicas ?? 0) || old(next) < old(found) || more('readyReplicas') || more('availableReplicas')) return true;
  if (rollout.spec.strategy?.blueGreen) return next.blueGreen?.activeSelector !== found.blueGreen?.activeSelector || next.blueGreen?.previewSelector !== found.blueGreen?.previewSelector;
  return next.stableRS !== found.stableRS || (next.currentStepIndex !== undefined && found.currentStepIndex !== undefined && next.currentStepIndex !== found.currentStepIndex) || next.currentStepHash !== found.currentStepHash;
}

const DEADLINE_SECONDS = 600;

/** When no progress is too late, in milliseconds; undefined where the time does not count: it waits for more than Pods. */
export function deadlineOf(facts: Facts, course: Course): number | undefined {
  const { found, rollout } = facts;
  const before = findCondition(found.conditions, 'Progressing');
  if (before?.lastUpdateTime === undefined || before.reason === reasons.aborted || before.reason === reasons.paused || before.reason === reasons.progressed) return undefined;
  // Without any Pods there is nothing that could be late.
  if (facts.replicas === 0 || waits(facts, course)) return undefined;
  const { progressDeadlineSeconds: seconds = DEADLINE_SECONDS } = rollout.spec;
  const since = Date.parse(before.lastUpdateTime);
  const { phase = 'Preparing', step } = course.update.release?.status ?? {};
  // Pods are asked for once routes are pinned, which takes its own time however little Pods are given.
  if (course.update.release && phase === 'Preparing') return since + Math.max(seconds, DEADLINE_SECONDS) * 1000;
  return (step ? Math.max(since, Date.parse(step.startedAt)) : since) + seconds * 1000;
}

/** Whether it is at a step that waits for anything but Pods. Before a switch the new version gets its Pods first. */
function waits(facts: Facts, { standing, update }: Course): boolean {
  const step = standing?.at === undefined ? undefined : update.release?.spec.plan.steps[standing.at];
  return step?.kind === 'pause' && (standing?.at !== standing?.before || isSaturated(facts));
}

/** Why an update has taken too long, where that ends it: as the status says already. */
export function latenessOf({ spec, status }: Rollout): string | undefined {
  const condition = findCondition(status?.conditions, 'Progressing');
  return condition?.reason === reasons.late && spec.progressDeadlineAbort === true ? condition.message : undefined;
}
