import type { JudgeState } from '../../engine/judging/judge.js';
import type { MetricObservation } from '../../engine/observation.js';
import { stepOf } from '../../model/plan.js';
import type { PlannedAnalysis, PlannedMetric } from '../../model/policy/analysis.js';
import type { Release, ReleasePhase } from '../../model/release.js';

/** While a release does this its canary is judged. From the abort on, what led to it stays as it was. */
export const isJudged = (phase: ReleasePhase): boolean => phase === 'Preparing' || phase === 'Progressing' || phase === 'Promoting';

/** The metrics of steps that the present step names. */
export function namedByStep({ spec, status }: Release, analysis: PlannedAnalysis | undefined): readonly string[] {
  const planned = status?.phase === 'Progressing' ? spec.plan.steps[status.step.index] : undefined;
  const step = planned && stepOf(planned);
  if (step?.kind !== 'analyze') return [];
  const ofSteps = new Set(analysis?.ofSteps);
  return (step.metrics ?? []).filter((name) => ofSteps.has(name));
}

/** The metrics that are sampled now: those of the whole release, stable's before the canary has traffic too, and those of the present step. */
export function presentMetrics(release: Release, analysis: PlannedAnalysis | undefined): readonly PlannedMetric[] {
  if (!isJudged(release.status?.phase ?? 'Preparing')) return [];
  const named = namedByStep(release, analysis);
  return (analysis?.metrics ?? []).filter(({ name }) => named.includes(name) || !(analysis?.ofSteps?.includes(name) ?? false));
}

/**
 * Lets these metrics begin their test anew, for a step that names them: what they said in an earlier step was about other
 * traffic, so no step may pass on it. What was seen stays on record.
 */
export function begunAfresh(state: JudgeState, fresh: JudgeState, names: readonly string[]): JudgeState {
  const metrics = { ...state.metrics };
  for (const name of names) {
    const [before, unseen] = [metrics[name], fresh.metrics[name]];
    if (before && unseen) metrics[name] = { ...unseen, points: before.points, verdicts: before.verdicts };
  }
  return { metrics };
}

/** Whether more measurements of a condition would be of no use: it has been counted out. */
export const isCountedOut = ({ kind, outcome, ended, watches }: MetricObservation): boolean =>
  kind === 'condition' && (outcome === 'undecided' ? ended : watches !== true);
