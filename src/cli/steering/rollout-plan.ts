import type { Rollout } from '../../frontends/argo/kinds/rollout.js';
import type { SteeringVerb } from '../../commands/steering-plan.js';

export type RolloutVerb = SteeringVerb | 'retry' | 'restart';

/** What a command comes to: fields to set, as Argo's own tools set them, or nothing where it is so already, or why it cannot be. */
export type RolloutPlan =
  | { readonly outcome: 'write'; readonly spec?: { readonly paused?: boolean; readonly restartAt?: string }; readonly status?: RolloutCommand; readonly done: string; readonly next: string }
  | { readonly outcome: 'nothing'; readonly done: string; readonly next: string }
  | { readonly outcome: 'refused'; readonly why: string };

/** Fields of the status that are commands. */
export interface RolloutCommand {
  readonly abort?: boolean;
  readonly promoteFull?: boolean;
  readonly pauseConditions?: null;
  readonly controllerPause?: boolean;
  readonly currentStepIndex?: number;
}

/**
 * From a Rollout and a verb to the fields that carry it out: those that `kubectl argo rollouts` writes, so that it does not matter who
 * is asked. Pure. @param full promote: to the end, without any stop @param now milliseconds since the epoch
 */
export function planRolloutSteering(verb: RolloutVerb, rollout: Rollout, { full = false, now }: { readonly full?: boolean; readonly now: number }): RolloutPlan {
  const { spec, status = {}, metadata: { name } } = rollout;
  const next = `Follow it with: serin status rollout/${name}, or kubectl argo rollouts get rollout ${name}.`;
  const refused = (why: string): RolloutPlan => ({ outcome: 'refused', why });
  const isMoving = status.currentPodHash !== undefined && status.stableRS !== undefined && status.currentPodHash !== status.stableRS;
  const state = status.message ?? status.phase ?? 'no controller has looked at it';
  switch (verb) {
    case 'pause':
      if (spec.paused) return { outcome: 'nothing', done: `Rollout ${name} is paused already.`, next: `It goes on with: serin resume rollout/${name}.` };
      return { outcome: 'write', spec: { paused: true }, done: `Rollout ${name} is paused.`, next: `It goes on with: serin resume rollout/${name}.` };
    case 'abort':
      if (status.abort) return { outcome: 'nothing', done: `Rollout ${name} is aborted already.`, next };
      if (!isMoving) return refused(`Rollout ${name} has no update under way, so there is nothing to abort: ${state}.`);
      return { outcome: 'write', status: { abort: true }, done: `Rollout ${name} is taken back.`, next: `Its spec stays as it is; try again with: serin retry rollout/${name}. ${next}` };
    case 'retry':
      if (!status.abort) return refused(`Rollout ${name} is not aborted, so there is nothing to retry: ${state}.`);
      return { outcome: 'write', status: { abort: false }, done: `Rollout ${name} is tried again from the first step.`, next };
    case 'restart':
      return { outcome: 'write', spec: { restartAt: `${new Date(now).toISOString().slice(0, 19)}Z` }, done: `The Pods of Rollout ${name} are replaced by new ones of the same version.`, next };
    case 'resume':
      if (!spec.paused && !isPaused(rollout)) return refused(`Rollout ${name} is not paused: ${state}.`);
      return { outcome: 'write', ...unpaused(rollout), ...(isPaused(rollout) ? { status: { pauseConditions: null } } : {}), done: `Rollout ${name} goes on.`, next };
    case 'promote':
      if (status.abort) return refused(`Rollout ${name} is aborted. Try again with: serin retry rollout/${name}.`);
      if (full && !isMoving) return refused(`Rollout ${name} has no update under way, so there is nothing to promote: ${state}.`);
      if (full) return { outcome: 'write', ...unpaused(rollout), status: { promoteFull: true }, done: `Rollout ${name} goes to its end, past all steps, pauses and analyses.`, next };
      return promote(rollout, next) ?? refused(`Rollout ${name} waits for nothing that could be promoted: ${state}.`);
  }
}

const isPaused = ({ status }: Rollout): boolean => (status?.pauseConditions ?? []).length > 0;
const unpaused = ({ spec }: Rollout): { spec?: { paused: boolean } } => (spec.paused ? { spec: { paused: false } } : {});

/** Ends a pause; where there is none, the present step. */
function promote(rollout: Rollout, next: string): RolloutPlan | undefined {
  const { spec, status = {}, metadata: { name } } = rollout;
  const steps = spec.strategy?.canary?.steps ?? [];
  const index = status.currentStepIndex ?? 0;
  const write = { outcome: 'write', ...unpaused(rollout), next } as const;
  const following = index + 1 < steps.length ? `step ${index + 2} of ${steps.length}` : 'the end';
  // Left behind by an analysis that could not decide: the step would pause once more.
  const isUndecided = status.canary?.currentStepAnalysisRunStatus?.status === 'Inconclusive' && status.controllerPause === true;
  if (isPaused(rollout) && isUndecided && index < steps.length) return { ...write, status: { pauseConditions: null, controllerPause: false, currentStepIndex: index + 1 }, done: `Rollout ${name} goes on to ${following}.` };
  if (isPaused(rollout)) return { ...write, status: { pauseConditions: null }, done: `Rollout ${name} goes on${steps.length > 0 ? ` to ${following}` : ''}.` };
  if (index < steps.length) return { ...write, status: { pauseConditions: null, currentStepIndex: index + 1 }, done: `Rollout ${name} goes on to ${following}.` };
  return spec.paused ? { ...write, done: `Rollout ${name} goes on.` } : undefined;
}
