import { formatDuration } from '../model/duration.js';
import { message, type Message } from '../model/messages.js';
import type { AbortReason, Release } from '../model/release.js';
import type { MetricObservation, Observation, PodTrouble } from './observation.js';

/** Why a release cannot go on, and in which words. */
export interface Ending {
  readonly reason: AbortReason;
  readonly why: Message;
}

/** Why a release cannot go on, by its reason and what the text names. */
export const ending = (reason: AbortReason, args: Record<string, string> = {}): Ending => ({ reason, why: message(reason, args) });

/** What ends a release from outside: commands, and what happened to the objects it depends on. */
export function outsideEnding(release: Release, observation: Observation): Ending | undefined {
  const { workload } = observation;
  if (!workload) return ending('WorkloadGone');
  if (!workload.paused && workload.template !== 'stable') return ending('TakenOver');
  if (observation.releaseDeleted) return ending('ReleaseDeleted');
  if (observation.policyDeleted) return ending('PolicyDeleted');
  if (workload.kind === 'Versions' && !observation.replicaSets.canary) return ending('CanaryGone');
  if (workload.template === 'stable') return ending('Reverted');
  if (workload.template === 'other') return ending('Superseded');
  if (release.spec.abort) return ending('AbortedByUser');
  return undefined;
}

/** What ends a release from inside, in any step: its Pods crash, where that is not to be waited out, or a metric fails that is judged all the time. */
export function judgedEnding({ spec: { plan } }: Release, { replicaSets, analysis = [] }: Observation): Ending | undefined {
  const crashing = plan.crashes === 'Wait' ? undefined : replicaSets.canary?.troubles.find(({ kind }) => kind === 'crashing');
  if (crashing) return ending('CanaryCrashed', { pod: crashing.pod, detail: crashing.detail });
  const failed = analysis.find(({ outcome, dryRun, ofSteps }) => outcome === 'fail' && !dryRun && !ofSteps);
  return failed && failedMetric(failed);
}

/** That a metric failed, and with which numbers. */
export function failedMetric({ name, kind, says }: Pick<MetricObservation, 'name' | 'kind' | 'says'>): Ending {
  return ending(kind === 'errorRate' ? 'TooManyFailures' : kind === 'latency' ? 'TooSlow' : 'AnalysisFailed', { metric: name, says });
}

export function notReadyEnding(limitMilliseconds: number, troubles: readonly PodTrouble[]): Ending {
  return ending('CanaryNotReady', { limit: formatDuration(limitMilliseconds), trouble: troubleText(troubles) });
}

/** ` (Pod x: …)`, or nothing. */
export function troubleText(troubles: readonly PodTrouble[]): string {
  const [first] = troubles;
  return first ? ` (Pod ${first.pod}: ${first.detail})` : '';
}
