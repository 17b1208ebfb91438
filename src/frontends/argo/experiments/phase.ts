import type { RunPhase } from '../kinds/analysis.js';
import type { Experiment, ExperimentSpec, ExperimentStatus } from '../kinds/experiment.js';
import { worstPhase } from '../runs/assessment.js';
import { isEnd, requiredSucceeded } from './ended.js';

interface Assessment {
  readonly phase: RunPhase;
  readonly message?: string | undefined;
}

/** Templates, from best to worst. */
const ORDER = ['Successful', 'Running', 'Progressing', 'Error', 'Failed'];
const PHASES: Readonly<Record<string, RunPhase>> = { Successful: 'Successful', Running: 'Running', Progressing: 'Pending', Error: 'Error', Failed: 'Failed' };

/** Where an Experiment stands with its templates and analyses as they are in the status. An end is for ever. */
export function phaseOf({ spec, status: before = {} }: Pick<Experiment, 'spec' | 'status'>, status: ExperimentStatus): Assessment {
  if (before.phase === undefined) return { phase: 'Pending' };
  if (isEnd(before.phase)) return { phase: before.phase, message: before.message };
  const templates = assessTemplates(spec, status);
  const analyses = assessAnalyses(spec, status);
  if (!isEnd(templates.phase)) return (isEnd(analyses.phase) && analyses.phase !== 'Successful') || requiredSucceeded(spec, status) ? analyses : templates;
  // Pods that ran to the end without a fault leave the word to the analyses that something waits for.
  const waits = isEnd(analyses.phase) || (spec.analyses ?? []).some(({ requiredForCompletion }) => requiredForCompletion);
  return templates.phase === 'Successful' && waits ? analyses : templates;
}

/** The worst of the templates. */
export function assessTemplates({ templates }: ExperimentSpec, { templateStatuses = [] }: ExperimentStatus): Assessment {
  let worst: { status: string; message?: string | undefined } = { status: 'Successful' };
  for (const { name } of templates) {
    const { status = 'Progressing', message } = templateStatuses.find((each) => each.name === name) ?? {};
    if (ORDER.indexOf(status) > ORDER.indexOf(worst.status)) worst = { status, message };
  }
  return { phase: PHASES[worst.status] ?? 'Running', message: worst.message };
}

function assessAnalyses(spec: ExperimentSpec, status: ExperimentStatus): Assessment {
  const runs = (spec.analyses ?? []).flatMap(({ name }) => status.analysisRuns?.find((run) => run.name === name) ?? []);
  const phase = worstPhase(runs.flatMap((run) => run.phase ?? []));
  if (requiredSucceeded(spec, status) && (phase === 'Successful' || !isEnd(phase))) return { phase: 'Successful', message: 'Required AnalysisRuns completed' };
  // A run that waits is no template that waits.
  return { phase: phase === 'Pending' ? 'Running' : phase, message: runs.find((run) => run.phase === phase)?.message };
}
