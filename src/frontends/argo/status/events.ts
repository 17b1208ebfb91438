import { findCondition } from '../../../kubernetes/conditions.js';
import type { RolloutEvent, ReplicaSetSize } from '../rollout-decision.js';
import { sizeOf } from '../rollouts/labels.js';
import { revisionOf } from '../rollouts/revisions.js';
import { toldOf } from '../analyses/wanted-analyses.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import { runTypes } from '../runs/labels.js';
import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';
import { reasons, stepText } from './texts.js';

const normal = (reason: string, text: string): RolloutEvent => ({ reason, text, type: 'Normal' });
const warning = (reason: string, text: string): RolloutEvent => ({ reason, text, type: 'Warning' });

/** What is told when a status takes the place of the one before. */
export function eventsOf(facts: Facts, course: Course, next: RolloutStatus, sizes: readonly ReplicaSetSize[]): RolloutEvent[] {
  const { found, wanted, steps, rollout } = facts;
  const { update } = course;
  const events: RolloutEvent[] = [];
  const { revision, hash } = wanted;
  const name = wanted.replicaSet.metadata.name;
  if (found.currentPodHash !== hash) events.push(normal(reasons.newVersion, `Rollout updated to revision ${revision}`));
  if (wanted.isNew) events.push(normal(reasons.created, `Created ReplicaSet ${name} (revision ${revision})`));
  if (update.isNew && !facts.done) events.push(normal(reasons.notCompleted, `Rollout not completed, started update to revision ${revision} (${hash})`));
  if (update.isNew && facts.done && facts.stable && steps.length > 0) events.push(normal(reasons.skipped, 'Rollback to stable'));
  events.push(...sizes.flatMap(({ replicaSet, replicas }) => scaled(facts, replicaSet, replicas)));
  if (!course.aborted) {
    const from = update.isNew ? 0 : (found.currentStepIndex ?? 0);
    const to = facts.done || update.full ? from : (next.currentStepIndex ?? 0);
    for (let index = from; index < to; index++) events.push(normal(reasons.step, `Rollout step ${index + 1}/${steps.length} completed (${stepText(steps[index] ?? {})})`));
  }
  events.push(...traffic(found, next, rollout.spec.strategy?.blueGreen));
  events.push(...measured(update.said, next));
  const [pause] = next.pauseConditions ?? [];
  const wasPaused = (found.pauseConditions ?? []).length > 0 || (found.controllerPause === true && !update.isNew);
  if (pause && !wasPaused) events.push(normal(reasons.paused, `Rollout is paused (${pause.reason})`));
  if (!pause && wasPaused && next.controllerPause !== true && !course.aborted && !update.isNew) events.push(normal(reasons.resumed, 'Rollout is resumed'));
  const [before, now] = [found, next].map(({ conditions }) => findCondition(conditions, 'Progressing'));
  for (const reason of [reasons.aborted, reasons.late]) if (now?.reason === reason && before?.reason !== reason) events.push(warning(reason, now.message ?? ''));
  if (next.stableRS !== undefined && next.stableRS === hash && found.stableRS !== next.stableRS) events.push(normal(reasons.completed, `Rollout completed update to revision ${revision} (${hash}): ${whyCompleted(facts, course)}`));
  return events;
}

function whyCompleted({ found, steps, rollout }: Facts, { update }: Course): string {
  if ((found.stableRS ?? '') === '') return 'Initial deploy';
  if (update.said.promoteFull === true) return 'Full promotion requested';
  return rollout.spec.strategy?.blueGreen ? 'Completed blue-green update' : `Completed all ${steps.length} canary steps`;
}

function scaled({ observed }: Facts, name: string, replicas: number): RolloutEvent[] {
  const replicaSet = observed.replicaSets.find(({ metadata }) => metadata.name === name);
  if (!replicaSet || sizeOf(replicaSet) === replicas) return [];
  return [normal(reasons.scaled, `Scaled ${replicas > sizeOf(replicaSet) ? 'up' : 'down'} ReplicaSet ${name} (revision ${revisionOf(replicaSet)}) from ${sizeOf(replicaSet)} to ${replicas}`)];
}

function traffic(found: RolloutStatus, next: RolloutStatus, services: { readonly activeService: string; readonly previewService?: string } | undefined): RolloutEvent[] {
  const from = found.canary?.weights?.canary.weight;
  const to = next.canary?.weights?.canary.weight;
  const weights = to === undefined || to === from || (from === undefined && to === 0) ? [] : [normal(reasons.weight, `Traffic weight updated ${from === undefined ? '' : `from ${from} `}to ${to}`)];
  const switched = (['activeSelector', 'previewSelector'] as const).flatMap((field) => {
    const name = field === 'activeSelector' ? services?.activeService : services?.previewService;
    const [before = '', after = ''] = [found.blueGreen?.[field], next.blueGreen?.[field]];
    return name === undefined || after === '' || before === after ? [] : [normal(reasons.switched, `Switched selector for service '${name}' from '${before}' to '${after}'`)];
  });
  return [...weights, ...switched];
}

function measured(said: RolloutStatus, next: RolloutStatus): RolloutEvent[] {
  return runTypes.flatMap((type) => {
    const [before, after] = [toldOf(said, type), toldOf(next, type)];
    const same = before?.name === after?.name;
    if (after === undefined || (same && before?.status === after.status)) return [];
    const previous = same && before ? before.status : 'NoPreviousStatus';
    const say = after.status === 'Failed' || after.status === 'Error' ? warning : normal;
    return [say(`AnalysisRun${after.status}`, `${type} Analysis Run '${after.name}' Status New: '${after.status}' Previous: '${previous}'`)];
  });
}
