/** How often a call is made before its step has failed. */
export const MOST_ATTEMPTS = 10;

/** How long to wait after so many failures, in milliseconds: twice as long each time, from 1 s to 5 min, as KubeVela waits. */
export function waitAfter(failures: number): number {
  return Math.min(300_000, Math.max(1000, 50 * 2 ** failures));
}
