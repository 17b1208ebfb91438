import { WHOLE } from '../../model/split.js';

/** A share as per mille of requests when they spread evenly over Pods. */
export function shareOfPods(canaryPods: number, stablePods: number): number {
  const all = canaryPods + stablePods;
  return all === 0 ? 0 : Math.round((WHOLE * canaryPods) / all);
}

/**
 * The canary's shares, in rising per mille, that `replicas` stable Pods and up to as many canary Pods beside them can show;
 * each is exact to the per mille. All and nothing are always among them: they are a selector, not a count.
 */
export function reachableShares(replicas: number): number[] {
  const shares = Array.from({ length: replicas + 1 }, (_, pods) => shareOfPods(pods, replicas));
  return [...new Set([0, ...shares, WHOLE])].sort((a, b) => a - b);
}

/**
 * How many canary Pods come nearest to a share beside `replicas` stable ones: as many as stable for everything, at least one
 * for anything, the smaller number where two are equally near.
 */
export function canaryPodsFor(share: number, replicas: number): number {
  if (share <= 0 || replicas <= 0) return 0;
  if (share >= WHOLE) return replicas;
  const distance = (pods: number): number => Math.abs((WHOLE * pods) / (pods + replicas) - share);
  return Array.from({ length: replicas }, (_, index) => index + 1).reduce((best, pods) => (distance(pods) < distance(best) ? pods : best), 1);
}

/** The reachable share that is nearest to the one asked for; 0 and all stand for themselves only. */
export function nearestShare(share: number, replicas: number): number {
  if (share <= 0 || share >= WHOLE || replicas <= 0) return share;
  return shareOfPods(canaryPodsFor(share, replicas), replicas);
}
