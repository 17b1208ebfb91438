import { WHOLE } from '../model/split.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import { sameTraffic } from './same-traffic.js';

/** Whether the canary's share is asked for, on record, written, accepted and settled. */
export function shareReached(draft: Draft, { routing }: Observation, share: number): boolean {
  return draft.recorded.routing === 'split' && draft.recorded.share === share && sameTraffic(draft.recorded, draft.intent) && routing.reached;
}

/** Whether everything that was found in shared objects is back. */
export function routesReleased(draft: Draft, { routing }: Observation): boolean {
  return draft.recorded.routing === 'release' && routing.reached;
}

/**
 * The share that rule 2 leaves of the one that is wanted: none goes to a version without ready Pods, unless no version
 * has any. @param mayRise false once an abort was seen (rule 3)
 */
export function shareForReadyPods(wanted: number, observation: Observation, mayRise: boolean): number {
  const forced = forcedShare(observation);
  return forced === undefined || (forced === WHOLE && !mayRise) ? wanted : forced;
}

/** The share that is left where only one version has ready Pods: all for the canary, or none; undefined where there is a choice. */
export function forcedShare({ replicaSets }: Observation): number | undefined {
  const stable = replicaSets.stable?.ready ?? 0;
  const canary = replicaSets.canary?.ready ?? 0;
  if (canary === 0 && stable > 0) return 0;
  return stable === 0 && canary > 0 ? WHOLE : undefined;
}

/** What ready stable Pods cannot carry, in per mille: 0 when they can carry all. @param enough so many carry all */
export function uncarriedShare(observation: Observation, enough: number): number {
  const ready = observation.replicaSets.stable?.ready ?? 0;
  const replicas = observation.workload?.replicas ?? 0;
  if (ready >= Math.min(enough, replicas)) return 0;
  return WHOLE - Math.floor((WHOLE * ready) / replicas);
}
