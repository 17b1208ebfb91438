import type { Plan } from './plan.js';
import { WHOLE } from './split.js';

/**
 * How many canary Pods a share needs beside a full set of stable ones. By part: its part of the replicas, rounded up. By
 * ratio: as many as make the share of all Pods come nearest to it.
 * @param share per mille @param replicas what the workload asks for
 */
export function canaryPodsFor(share: number, replicas: number, sizing: Plan['sizing']): number {
  if (share <= 0 || replicas <= 0) return 0;
  if (share >= WHOLE) return replicas;
  if (sizing === 'part') return Math.ceil((replicas * share) / WHOLE);
  return Math.min(replicas, Math.max(1, Math.round((replicas * share) / (WHOLE - share))));
}
