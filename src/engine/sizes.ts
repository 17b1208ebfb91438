import { message } from '../model/messages.js';
import type { Release } from '../model/release.js';
import { canaryPodsFor, podsOf } from '../model/sizing.js';
import type { Draft } from './draft.js';
import { notReadyEnding, troubleText, type Ending } from './endings.js';
import type { Observation } from './observation.js';
import { plannedSize } from './planned.js';

/** How many canary Pods a share needs in the step with this index. @param share per mille */
export function podsNeeded(release: Release, index: number, share: number, replicas: number): number {
  const own = plannedSize(release, index);
  return own === undefined ? canaryPodsFor(share, replicas, release.spec.plan) : Math.max(podsOf(own, replicas) ?? 0, share > 0 && replicas > 0 ? 1 : 0);
}

/**
 * Asks for the Pods that the wanted share needs, and never for fewer than its present share does. While paused by a
 * person no Pods are added. @returns an ending when they were not ready in time
 */
export function keepCanarySize(draft: Draft, release: Release, observation: Observation, needed: number): Ending | undefined {
  const { plan } = release.spec;
  const replicas = observation.workload?.replicas ?? 0;
  const present = draft.intent.share > 0 ? podsNeeded(release, draft.status.step.index, draft.intent.share, replicas) : 0;
  const wanted = Math.max(needed, present);
  const held = release.spec.paused && replicas > 0 ? Math.min(wanted, draft.intent.sizes.canary ?? 0) : wanted;
  draft.intend({ sizes: { canary: held } });
  if (replicas === 0) {
    draft.wait(message('WaitsForScaleUp'));
    return undefined;
  }
  return awaitReady(draft, observation, held, plan.readyTimeoutMilliseconds);
}

/** Waits for canary Pods to get ready, for so long in milliseconds. @returns an ending when they were not in time */
export function awaitReady(draft: Draft, { replicaSets: { canary } }: Observation, wanted: number, limit: number): Ending | undefined {
  if ((canary?.ready ?? 0) >= wanted) return undefined;
  const waited = draft.waited();
  const troubles = canary?.troubles ?? [];
  if (waited >= limit) return notReadyEnding(limit, troubles);
  draft.wait(message('WaitsForPods', { ready: canary?.ready ?? 0, wanted, trouble: troubleText(troubles) }), draft.now + limit - waited);
  return undefined;
}
