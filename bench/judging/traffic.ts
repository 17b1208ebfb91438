import { seededRandom, type Random } from '../../src/ports/random.js';
import type { CountBlock } from '../../src/statistics/counts.js';
import { binomial, noise } from './draws.js';

/** What a service and its new version do, block by block. */
export interface Traffic {
  /** Seconds that a block takes; 5 when not said. */
  readonly seconds?: number;
  /** Requests of both versions in one block. */
  readonly requests: number;
  /** Canary's part of them, 0 to 1. */
  readonly weight: number;
  /** Part of stable's requests that fail. */
  readonly base: number;
  /** How many times as often the canary's fail; may depend on the number of the block (from 1). */
  readonly ratio: number | ((block: number) => number);
  /** Coefficient of variation of independent noise on each version's chance in each block; 0 for none. */
  readonly variation?: number;
  /** What the base rate is multiplied with at a block: drift that both versions share. */
  readonly drift?: (block: number) => number;
}

/** The next block of the traffic. */
export function drawBlock(random: Random, traffic: Traffic, at: number): CountBlock {
  const canary = Math.round(traffic.requests * traffic.weight);
  const stable = traffic.requests - canary;
  const ratio = typeof traffic.ratio === 'number' ? traffic.ratio : traffic.ratio(at);
  const base = traffic.base * (traffic.drift?.(at) ?? 1);
  const variation = traffic.variation ?? 0;
  const chance = (mean: number): number => Math.min(1, mean * noise(random, variation));
  return {
    at,
    seconds: traffic.seconds ?? 5,
    stable: { requests: stable, bad: binomial(random, stable, chance(base)) },
    canary: { requests: canary, bad: binomial(random, canary, chance(base * ratio)) },
  };
}

/** A sequence of its own for each run of each cell: the same seed, name and run always give the same draws. */
export function runRandom(seed: number, cell: string, run: number): Random {
  let hash = seed | 0;
  for (const letter of `${cell}#${run}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) ^ (hash >>> 15);
  return seededRandom(hash);
}
