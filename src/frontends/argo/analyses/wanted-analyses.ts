import type { AnalysisRun } from '../kinds/analysis.js';
import type { RolloutAnalysis } from '../kinds/rollout-analysis.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import { RUN_TYPE_LABEL, STEP_INDEX_LABEL, type RunType } from '../runs/labels.js';
import type { Facts } from '../updates/facts.js';
import type { Standing } from '../updates/standing.js';
import type { Update } from '../updates/update.js';
import { byAge, isOfRelease } from './release-label.js';

interface Analysis {
  readonly type: RunType;
  readonly analysis: RolloutAnalysis;
  /** The step of the Rollout, for a `Step`. */
  readonly step?: number;
}

/** An analysis that an update has at the moment. */
export interface WantedAnalysis extends Analysis {
  /** Its newest run in this release. */
  readonly run: AnalysisRun | undefined;
  /** Whether the status tells people already that this run cannot tell: then what they say is about that. */
  readonly isKnownUndecided: boolean;
}

/**
 * The analyses of an update where its release stands: that of its step, the one in the background, the one before the switch
 * once the new version has its Pods, and the one after it.
 */
export function wantedAnalyses(facts: Facts, update: Update, standing: Standing, release: string): WantedAnalysis[] {
  const { canary, blueGreen } = facts.rollout.spec.strategy ?? {};
  const { at, step, skips, before, after } = standing;
  const all: Analysis[] = [];
  const inline = at === undefined || skips ? undefined : facts.steps[at]?.analysis;
  if (inline && at !== undefined) all.push({ type: 'Step', analysis: inline, step: at });
  const { analysis } = canary ?? {};
  const begun = at !== undefined || step >= facts.steps.length;
  if (analysis && (analysis.templates ?? []).length > 0 && begun && !skips && !update.skips && step >= (analysis.startingStep ?? 0)) all.push({ type: 'Background', analysis });
  if (blueGreen?.prePromotionAnalysis && at !== undefined && at === before && isSaturated(facts)) all.push({ type: 'PrePromotion', analysis: blueGreen.prePromotionAnalysis });
  if (blueGreen?.postPromotionAnalysis && at !== undefined && at === after) all.push({ type: 'PostPromotion', analysis: blueGreen.postPromotionAnalysis });
  return all.map((each) => {
    const run = newestRun(facts.observed.analysisRuns, each, release);
    const told = toldOf(update.said, each.type);
    return { ...each, run, isKnownUndecided: told !== undefined && told.name === run?.metadata.name && told.status === 'Inconclusive' };
  });
}

/** What a status says of the run of this type. */
export function toldOf({ canary, blueGreen }: RolloutStatus, type: RunType): RunTold | undefined {
  switch (type) {
    case 'Step':
      return canary?.currentStepAnalysisRunStatus;
    case 'Background':
      return canary?.currentBackgroundAnalysisRunStatus;
    case 'PrePromotion':
      return blueGreen?.prePromotionAnalysisRunStatus;
    case 'PostPromotion':
      return blueGreen?.postPromotionAnalysisRunStatus;
  }
}

/** An AnalysisRun as the status of its Rollout tells of it. */
export type RunTold = NonNullable<NonNullable<RolloutStatus['canary']>['currentStepAnalysisRunStatus']>;

/** Whether the new version of a blue/green update has all Pods that it has before the switch. */
export function isSaturated({ rollout, newest, replicas }: Facts): boolean {
  const wanted = rollout.spec.strategy?.blueGreen?.previewReplicaCount ?? replicas;
  return newest !== undefined && (newest.spec.replicas ?? 0) >= wanted && (newest.status?.availableReplicas ?? 0) >= wanted;
}

function newestRun(runs: readonly AnalysisRun[], { type, step }: Analysis, release: string): AnalysisRun | undefined {
  return runs
    .filter((run) => isOfRelease(run, release) && run.metadata.labels?.[RUN_TYPE_LABEL] === type && (step === undefined || run.metadata.labels?.[STEP_INDEX_LABEL] === String(step)))
    .sort(byAge)
    .at(-1);
}

/** An analysis in the words of Argo's tools. */
export const analysisName = ({ type }: Pick<WantedAnalysis, 'type'>): string => ({ Step: 'Step-based', Background: 'Background', PrePromotion: 'Blue/green pre-promotion', PostPromotion: 'Blue/green post-promotion' })[type];
