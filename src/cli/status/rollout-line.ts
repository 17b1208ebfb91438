import type { Rollout } from '../../frontends/argo/kinds/rollout.js';

type Run = { readonly name: string; readonly status: string } | undefined;

/** What a Rollout itself says of where it stands, in a line: what it waits for may be an analysis, which its release knows nothing of. */
export function rolloutLine({ metadata: { name }, spec, status = {} }: Rollout): string {
  const { phase, message, canary, blueGreen } = status;
  if (phase === undefined) return `Rollout ${name}: no controller has looked at it.`;
  const runs: readonly Run[] = [canary?.currentStepAnalysisRunStatus, canary?.currentBackgroundAnalysisRunStatus, blueGreen?.prePromotionAnalysisRunStatus, blueGreen?.postPromotionAnalysisRunStatus];
  const isWaiting = phase === 'Paused' || spec.paused === true;
  return [
    `Rollout ${name}: ${phase}${message === undefined ? '' : ` (${message})`}.`,
    ...runs.flatMap((run) => (run ? [`AnalysisRun ${run.name}: ${run.status}.`] : [])),
    ...(canary?.currentExperiment === undefined ? [] : [`Experiment ${canary.currentExperiment} is under way.`]),
    ...(isWaiting ? [`It goes on with: serin promote rollout/${name}.`] : []),
  ].join(' ');
}
