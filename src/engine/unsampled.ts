import { message } from '../model/messages.js';
import type { Draft } from './draft.js';
import type { MetricObservation, Observation } from './observation.js';

/** Every metric that has no samples at the moment, with the reason, once for those that share it; empty where all have. */
export function unsampled(metrics: readonly MetricObservation[]): string {
  const lacking = new Map<string, string[]>();
  for (const { name, problem } of metrics) if (problem !== undefined) lacking.set(problem, [...(lacking.get(problem) ?? []), name]);
  return [...lacking].map(([problem, names]) => `${names.join(', ')}: ${problem}`).join('; ');
}

/**
 * Says beside what a release waits for which metrics have no samples, once users meet the canary: before, there is nothing to be had.
 * An analysis says it itself; metrics of steps are sampled only there.
 */
export function sayUnsampled(draft: Draft, { analysis = [] }: Observation): void {
  const { phase } = draft.status;
  const { routing, share } = draft.recorded;
  if ((phase !== 'Progressing' && phase !== 'Promoting') || routing !== 'split' || share === 0) return;
  const metrics = unsampled(analysis.filter(({ dryRun, ofSteps }) => !dryRun && !ofSteps));
  if (metrics !== '') draft.sayBeside(message('Unsampled', { metrics }));
}
