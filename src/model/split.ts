import type { Match, MirroredRequests } from './match.js';
import type { Preview } from './preview.js';
import type { Role } from './version.js';

/** All of the traffic: shares are counted in per mille. */
export const WHOLE = 1000;

/** How users stay with the version that they met. */
export interface Stickiness {
  /** Name of the cookie; its value names the version, so that a later release begins anew. */
  readonly cookie: string;
  readonly maxAgeSeconds: number;
}

/**
 * Who receives which requests. Plain data; knows no routing product. Matches come first, then who is to stay, then the
 * shares, which sum to `WHOLE`. What a router reads back holds the shares alone.
 */
export interface Split {
  readonly shares: Readonly<Record<Role, number>>;
  /** Requests that go to the canary whatever its share: those of any of these. */
  readonly matches?: readonly Match[];
  /** The part of stable's requests, in per mille, that the canary gets a copy of; its answers are dropped. */
  readonly mirror?: number;
  /** Requests, some alone, that the canary gets copies of. */
  readonly mirrors?: readonly MirroredRequests[];
  readonly preview?: Preview;
  /** Only where both versions have a share. */
  readonly sticky?: Stickiness;
}

/** The split that gives the canary `canary` per mille and stable the rest. */
export function splitOf(canary: number): Split {
  return { shares: { stable: WHOLE - canary, canary } };
}

/** Whether two splits have the same shares. */
export function equalSplits(a: Split | undefined, b: Split | undefined): boolean {
  return a?.shares.canary === b?.shares.canary && a?.shares.stable === b?.shares.stable;
}
