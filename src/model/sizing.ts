import type { Plan, PodAmount } from './plan.js';
import { WHOLE } from './split.js';

/**
 * How many canary Pods a share needs beside a full set of stable ones. By part: its part of the replicas, rounded up. By
 * ratio: as many as make the share of all Pods come nearest to it. Full: all of them, before the first share too. By batch
 * they replace stable's, so the share is the part.
 * @param share per mille @param replicas what the workload asks for
 */
export function canaryPodsFor(share: number, replicas: number, { sizing, previewPods, minimumPods }: Pick<Plan, 'sizing' | 'previewPods' | 'minimumPods'>): number {
  if (replicas <= 0) return 0;
  if (sizing === 'full') return share > 0 ? replicas : Math.min(previewPods ?? replicas, replicas);
  if (share <= 0) return 0;
  if (share >= WHOLE) return replicas;
  if (sizing === 'part' || sizing === 'batch') return Math.max(Math.ceil((replicas * share) / WHOLE), Math.min(minimumPods ?? 0, replicas));
  return Math.min(replicas, Math.max(1, Math.round((replicas * share) / (WHOLE - share))));
}

/** How many stable Pods carry what the canary's share leaves, where they make room for the canary's. @param share the canary's, per mille */
export function stablePodsFor(share: number, replicas: number, { minimumPods = 0 }: Pick<Plan, 'minimumPods'>): number {
  return share >= WHOLE ? 0 : Math.max(Math.ceil((replicas * (WHOLE - share)) / WHOLE), Math.min(minimumPods, replicas));
}

/** Pods of both versions. */
export interface PodCounts {
  readonly canary: number;
  readonly stable: number;
}

/**
 * The Pod counts that come nearest to a share where nothing but them decides; the greater canary where two are as near. Both
 * versions have a Pod, unless the share is none or all, or there is room for one Pod alone.
 * @param share the canary's, per mille @param maySurge whether one Pod beyond the replicas may bring them nearer
 */
export function nearestPodCounts(share: number, replicas: number, maySurge: boolean): PodCounts {
  if (replicas <= 0 || share <= 0) return { canary: 0, stable: Math.max(0, replicas) };
  if (share >= WHOLE) return { canary: replicas, stable: 0 };
  const exact = (replicas * share) / WHOLE;
  const all = (maySurge ? [replicas, replicas + 1] : [replicas]).flatMap((total) => [Math.ceil(exact), Math.floor(exact)].map((canary): PodCounts => ({ canary, stable: total - canary })));
  const alone = replicas === 1 && !maySurge;
  const possible = all.filter(({ canary, stable }) => alone || (canary > 0 && stable > 0));
  // Cross-multiplied, so that what is as near is told by whole numbers.
  const nearer = (a: PodCounts, b: PodCounts): boolean => distance(a, share) * (b.canary + b.stable) < distance(b, share) * (a.canary + a.stable);
  return possible.reduce((best, each) => (nearer(each, best) ? each : best), possible[0] ?? { canary: 0, stable: replicas });
}

const distance = ({ canary, stable }: PodCounts, share: number): number => Math.abs(WHOLE * canary - share * (canary + stable));

/** How many of the canary Pods that are asked for have to be ready. */
export function enoughReady(asked: number, { readyThreshold }: Pick<Plan, 'readyThreshold'>): number {
  return Math.min(asked, readyThreshold === undefined ? asked : (podsOf(readyThreshold, asked) ?? asked));
}

/** Whether shares are no more than the numbers of ready Pods. */
export const sharesByPods = ({ countsPods, sizing }: Pick<Plan, 'countsPods' | 'sizing'>): boolean => countsPods === true || sizing === 'ratio';

/** An amount as a number of Pods; parts are rounded up. Undefined for an amount of neither kind. */
export function podsOf({ pods, part }: PodAmount, replicas: number): number | undefined {
  return pods ?? (part === undefined ? undefined : Math.ceil((replicas * part) / WHOLE));
}

/**
 * What a batch may have beyond the replicas and below them. Surge is rounded up, missing Pods down; one of both is at least 1. That is
 * the surge, unless Pods may be missing as a part and, where the part is less than a Pod, as a count beside it.
 */
export function allowances({ surge = {}, unavailable = {} }: Pick<Plan, 'surge' | 'unavailable'>, replicas: number): { readonly surge: number; readonly unavailable: number } {
  const { pods = 0, part } = unavailable;
  const missing = part === undefined ? pods : Math.floor((replicas * part) / WHOLE);
  const beyond = podsOf(surge, replicas) ?? 0;
  if (missing > 0 || beyond > 0) return { surge: beyond, unavailable: missing };
  return part !== undefined && pods > 0 ? { surge: 0, unavailable: pods } : { surge: 1, unavailable: 0 };
}
