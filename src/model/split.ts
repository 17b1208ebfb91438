import type { Role } from './version.js';

/** All of the traffic: shares are counted in per mille. */
export const WHOLE = 1000;

/** Who receives which requests. Plain data; knows no routing product. Shares sum to `WHOLE`. */
export interface Split {
  readonly shares: Readonly<Record<Role, number>>;
}

/** The split that gives the canary `canary` per mille and stable the rest. */
export function splitOf(canary: number): Split {
  return { shares: { stable: WHOLE - canary, canary } };
}

export function equalSplits(a: Split | undefined, b: Split | undefined): boolean {
  return a?.shares.canary === b?.shares.canary && a?.shares.stable === b?.shares.stable;
}
