import { formatDuration } from '../model/duration.js';
import { message, type Message } from '../model/messages.js';
import type { AbortReason, Release } from '../model/release.js';
import { judge, verdictArguments } from './judging.js';
import type { Observation, PodTrouble } from './observation.js';

/** Why a release cannot go on, and in which words. */
export interface Ending {
  readonly reason: AbortReason;
  readonly why: Message;
}

/** Why a release cannot go on, by its reason and what the text names. */
export const ending = (code: AbortReason | 'TooManyFailuresAlone', args: Record<string, string> = {}): Ending => ({ reason: code === 'TooManyFailuresAlone' ? 'TooManyFailures' : code, why: message(code, args) });

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

/** What ends a release from inside: the canary is worse. */
export function judgedEnding(release: Release, observation: Observation): Ending | undefined {
  const crashing = observation.replicaSets.canary?.troubles.find(({ kind }) => kind === 'crashing');
  if (crashing) return ending('CanaryCrashed', { pod: crashing.pod, detail: crashing.detail });
  const limits = release.spec.plan.judge;
  if (judge(observation.evidence, limits) === 'fail') return ending('TooManyFailures', verdictArguments(observation.evidence, limits));
  return undefined;
}

export function notReadyEnding(limitMilliseconds: number, troubles: readonly PodTrouble[]): Ending {
  return ending('CanaryNotReady', { limit: formatDuration(limitMilliseconds), trouble: troubleText(troubles) });
}

/** ` (Pod x: …)`, or nothing. */
export function troubleText(troubles: readonly PodTrouble[]): string {
  const [first] = troubles;
  return first ? ` (Pod ${first.pod}: ${first.detail})` : '';
}
