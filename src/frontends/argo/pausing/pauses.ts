import { timestamp } from '../../../kubernetes/conditions.js';
import { isSaturated } from '../analyses/wanted-analyses.js';
import type { Outcomes } from '../analyses/outcomes.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import type { Facts } from '../updates/facts.js';
import { isToldPast, type Standing } from '../updates/standing.js';
import type { Update } from '../updates/update.js';

export type PauseCondition = NonNullable<RolloutStatus['pauseConditions']>[number];

/** Where an update waits, and how far its release may go on. */
export interface Pauses {
  readonly conditions: readonly PauseCondition[];
  /** Whether somebody took the conditions away, and what follows from it is not done yet. */
  readonly resuming: boolean;
  /** The step of the plan before which pauses end; undefined for none. */
  readonly advanceTo: number | undefined;
  /** Milliseconds since the epoch. */
  readonly lookAgainAt: number | undefined;
}

const NONE: Pauses = { conditions: [], resuming: false, advanceTo: undefined, lookAgainAt: undefined };

/** What an update waits for at the moment, and what ends it. */
export function pausesOf(facts: Facts, update: Update, standing: Standing | undefined, outcomes: Outcomes): Pauses {
  const { release, said, full } = update;
  if (!release || !standing || facts.done) return NONE;
  if (full) return { ...NONE, advanceTo: standing.end };
  const resumed = said.controllerPause === true && (said.pauseConditions ?? []).length === 0;
  const decided = isDecided(outcomes, resumed);
  const { at } = standing;
  const here = at === undefined || isToldPast(release, at) || standing.skips ? undefined : at;
  const blueGreen = facts.rollout.spec.strategy?.blueGreen !== undefined;
  const pause = here === undefined ? undefined : blueGreen ? blueGreenPause(facts, update, standing, decided, resumed) : canaryPause(facts, update, here, resumed, decided);
  const open = outcomes.undecided.filter((reason) => !(resumed && isKnown(outcomes, reason)));
  const { currentStepIndex = 0 } = said;
  const asked = currentStepIndex > standing.step && !standing.skips ? Math.min(currentStepIndex, standing.end) : 0;
  const advanceTo = Math.max(pause?.advanceTo ?? 0, asked);
  return {
    conditions: [...(pause?.condition ? [pause.condition] : []), ...open.map((reason) => conditionOf(said, reason, timestamp(facts.now)))],
    resuming: resumed && ((pause?.resuming ?? false) || open.length < outcomes.undecided.length),
    advanceTo: advanceTo === 0 ? undefined : advanceTo,
    lookAgainAt: pause?.lookAgainAt,
  };
}

interface Pause {
  readonly condition?: PauseCondition;
  readonly advanceTo?: number;
  readonly resuming?: boolean;
  readonly lookAgainAt?: number;
}

/** A step that waits. What people said was about the step that the status named then. */
function canaryPause({ steps, now }: Facts, { said, release }: Update, here: number, resumed: boolean, decided: boolean): Pause | undefined {
  const known = said.currentStepIndex === here;
  if (decided) return { advanceTo: here + 1, resuming: resumed && known };
  if (!steps[here]?.pause || (said.currentStepIndex ?? 0) > here) return undefined;
  if (resumed && known) return { advanceTo: here + 1, resuming: true };
  return { condition: conditionOf(known ? said : {}, 'CanaryPauseStep', release?.status?.step.startedAt ?? timestamp(now)) };
}

/** Before the switch: until somebody goes on or the time for it has come, and the analysis has passed. After it: until its analysis has. */
function blueGreenPause(facts: Facts, { said }: Update, { at, before, after }: Standing, decided: boolean, resumed: boolean): Pause | undefined {
  const { autoPromotionEnabled = true, autoPromotionSeconds = 0, prePromotionAnalysis, postPromotionAnalysis } = facts.rollout.spec.strategy?.blueGreen ?? {};
  if (at === undefined) return undefined;
  if (at === after) return decided || !postPromotionAnalysis ? { advanceTo: at + 1, resuming: resumed } : undefined;
  if (at !== before || !isSaturated(facts)) return undefined;
  const condition = conditionOf(said, 'BlueGreenPause', timestamp(facts.now));
  const until = Date.parse(condition.startTime) + autoPromotionSeconds * 1000;
  const over = resumed || (autoPromotionEnabled && (autoPromotionSeconds === 0 || facts.now >= until));
  if (!over) return { condition, ...(autoPromotionEnabled ? { lookAgainAt: until } : {}) };
  return !prePromotionAnalysis || decided ? { advanceTo: at + 1, resuming: resumed } : { resuming: resumed };
}

/** A condition that stands already keeps its time. */
function conditionOf({ pauseConditions = [] }: RolloutStatus, reason: PauseCondition['reason'], startTime: string): PauseCondition {
  return pauseConditions.find((each) => each.reason === reason) ?? { reason, startTime: startTime.replace(/\.\d+Z$/, 'Z') };
}

/** Whether what the present step waits for has passed; what cannot tell has once a person who knew that has gone on. */
function isDecided({ analyses, experiment }: Outcomes, resumed: boolean): boolean {
  const phase = experiment?.found?.status?.phase;
  const passed = analyses.some(({ type, run, isKnownUndecided }) => type !== 'Background' && (run?.status?.phase === 'Successful' || (resumed && isKnownUndecided && run?.status?.phase === 'Inconclusive')));
  return passed || phase === 'Successful' || (resumed && phase === 'Inconclusive');
}

const isKnown = ({ analyses }: Outcomes, reason: PauseCondition['reason']): boolean => reason === 'InconclusiveExperiment' || analyses.some(({ run, isKnownUndecided }) => isKnownUndecided && run?.status?.phase === 'Inconclusive');
