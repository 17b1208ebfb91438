import { goDuration } from '../duration.js';
import type { RunPhase } from '../kinds/analysis.js';
import type { Experiment, ExperimentSpec, ExperimentStatus } from '../kinds/experiment.js';

/** Phases after which an AnalysisRun or Experiment stays as it is. */
const ENDS: readonly RunPhase[] = ['Successful', 'Failed', 'Error', 'Inconclusive'];

export const isEnd = (phase: RunPhase | undefined): boolean => phase !== undefined && ENDS.includes(phase);

/** Whether an Experiment has come to its end; its Pods may still be there. */
export const hasEnded = ({ status }: Pick<Experiment, 'status'>): boolean => isEnd(status?.phase);

/** Whether everything that an Experiment runs is to go: it has ended, or is about to. */
export function isEnding({ spec, status = {} }: Pick<Experiment, 'spec' | 'status'>): boolean {
  return (
    spec.terminate === true ||
    isEnd(status.phase) ||
    (status.templateStatuses ?? []).some((each) => each.status === 'Failed' || each.status === 'Error') ||
    (status.analysisRuns ?? []).some(({ phase }) => phase !== 'Successful' && isEnd(phase)) ||
    requiredSucceeded(spec, status)
  );
}

/** Whether there are analyses that it is over with, and all of them have succeeded. */
export function requiredSucceeded({ analyses = [] }: ExperimentSpec, { analysisRuns = [] }: ExperimentStatus): boolean {
  const required = analyses.filter(({ requiredForCompletion }) => requiredForCompletion);
  return required.length > 0 && required.every(({ name }) => analysisRuns.find((run) => run.name === name)?.phase === 'Successful');
}

/** When its time is over, milliseconds since the epoch; undefined before all Pods were available, and for one without a duration. */
export function endsAt({ spec, status = {} }: Pick<Experiment, 'spec' | 'status'>): number | undefined {
  const length = spec.duration === undefined || spec.duration === '' ? undefined : goDuration(spec.duration);
  return status.availableAt === undefined || length === undefined ? undefined : Date.parse(status.availableAt) + length;
}
