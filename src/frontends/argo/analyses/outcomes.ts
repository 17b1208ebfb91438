import type { RunPhase } from '../kinds/analysis.js';
import type { Experiment } from '../kinds/experiment.js';
import type { Facts } from '../updates/facts.js';
import { isToldPast, type Standing } from '../updates/standing.js';
import type { Update } from '../updates/update.js';
import { byAge, isOfRelease } from './release-label.js';
import { analysisName, wantedAnalyses, type WantedAnalysis } from './wanted-analyses.js';

/** What the analyses and the experiment of an update say. */
export interface Outcomes {
  /** Those that it has at the moment. */
  readonly analyses: readonly WantedAnalysis[];
  /** The experiment of its step: the step, and the newest one of it in this release. */
  readonly experiment: { readonly step: number; readonly found: Experiment | undefined } | undefined;
  /** Why the update cannot go on; undefined while it can. */
  readonly failure: string | undefined;
  /** What cannot tell: a person decides. */
  readonly undecided: readonly ('InconclusiveAnalysisRun' | 'InconclusiveExperiment')[];
}

const NONE: Outcomes = { analyses: [], experiment: undefined, failure: undefined, undecided: [] };

/** What is measured for an update where its release stands, and what comes of it. */
export function outcomesOf(facts: Facts, update: Update, standing: Standing | undefined): Outcomes {
  const { release } = update;
  if (!release || !standing || update.full || facts.done) return NONE;
  const name = release.metadata.name ?? '';
  const analyses = wantedAnalyses(facts, update, standing, name);
  const step = standing.at !== undefined && !standing.skips && facts.steps[standing.at]?.experiment ? standing.at : undefined;
  const found = step === undefined ? undefined : facts.observed.experiments.filter((each) => isOfRelease(each, name) && each.metadata.labels?.[EXPERIMENT_STEP] === String(step)).sort(byAge).at(-1);
  const waits = (place: number | undefined): boolean => place !== undefined && !isToldPast(release, place);
  const undecided = analyses.flatMap(({ type, run }) => (run?.status?.phase === 'Inconclusive' && (type === 'Background' || waits(standing.at)) ? ['InconclusiveAnalysisRun' as const] : []));
  const failed = analyses.find(({ run }) => isFailure(run?.status?.phase));
  const failure = failed
    ? `${analysisName(failed)} analysis phase error/failed: ${failed.run?.status?.message ?? failed.run?.status?.phase ?? ''}`
    : isFailure(found?.status?.phase) ? `Experiment analysis phase is error/failed: ${found?.status?.message ?? found?.status?.phase ?? ''}` : undefined;
  return {
    analyses, failure,
    experiment: step === undefined ? undefined : { step, found },
    undecided: [...new Set(undecided), ...(found?.status?.phase === 'Inconclusive' && waits(step) ? ['InconclusiveExperiment' as const] : [])],
  };
}

/** On Experiments of a Rollout: the step that they are, from 0. */
export const EXPERIMENT_STEP = 'serin.dev/step';

const isFailure = (phase: RunPhase | undefined): boolean => phase === 'Failed' || phase === 'Error';
