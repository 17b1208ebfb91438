import type { Plan, PodAmount } from './plan.js';
import { WHOLE } from './split.js';

/**
 * How many canary Pods a share needs beside a full set of stable ones. By part: its part of the replicas, rounded up. By
 * ratio: as many as make the share of all Pods come nearest to it. Full: all of them, before the first share too. By batch
 * they replace stable's, so the share is the part.
 * @param share per mille @param replicas what the workload asks for
 */
export function canaryPodsFor(share: number, replicas: number, { sizing, previewPods }: Pick<Plan, 'sizing' | 'previewPods'>): number {
  if (replicas <= 0) return 0;
  if (sizing === 'full') return share > 0 ? replicas : Math.min(previewPods ?? replicas, replicas);
  if (share <= 0) return 0;
  if (share >= WHOLE) return replicas;
  if (sizing === 'part' || sizing === 'batch') return Math.ceil((replicas * share) / WHOLE);
  return Math.min(replicas, Math.max(1, Math.round((replicas * share) / (WHOLE - share))));
}

/** An amount as a number of Pods; parts are rounded up. Undefined for an amount of neither kind. */
export function podsOf({ pods, part }: PodAmount, replicas: number): number | undefined {
  return pods ?? (part === undefined ? undefined : Math.ceil((replicas * part) / WHOLE));
}

/** What a batch may have beyond the replicas and below them. Surge is rounded up, missing Pods down; one of both is at least 1. */
export function allowances({ surge = {}, unavailable = {} }: Pick<Plan, 'surge' | 'unavailable'>, replicas: number): { readonly surge: number; readonly unavailable: number } {
  const missing = unavailable.pods ?? Math.floor((replicas * (unavailable.part ?? 0)) / WHOLE);
  const beyond = podsOf(surge, replicas) ?? 0;
  return { surge: missing === 0 ? Math.max(1, beyond) : beyond, unavailable: missing };
}
