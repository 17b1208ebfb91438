import { logPlus, logSum } from './logarithms.js';

/**
 * Evidence against a hypothesis, as the wealth of somebody who bets against it and starts with 1.
 * While the hypothesis holds, the expected wealth is at most 1 at every moment, so that by Ville's inequality
 * it ever reaches 1/α with a chance of at most α: it may be looked at after every sample, and stopped whenever.
 * (Ramdas, Grünwald, Vovk, Shafer: Game-theoretic statistics and safe anytime-valid inference, 2023.)
 */
export interface EProcess {
  /** ln of the wealth that each bettor holds; all begin with a part of the 1. */
  readonly wealth: readonly number[];
  /** Blocks that were bet on. */
  readonly blocks: number;
  /** The highest ln of the whole wealth so far, at least 0. */
  readonly highest: number;
}

/** How much starts with the first block; the rest starts later. */
export const FIRST_START = 0.8;
/** Blocks over which later starts are spread: 36 hours of one a second. After that nothing new starts. */
export const LAST_START = 2 ** 17;
const SPREAD = Math.log(LAST_START);
/** ln of no money, finite so that it survives JSON. */
const NOTHING = -1e9;

/** Nobody has bet yet. */
export const newEProcess = (bettors: number): EProcess => ({ wealth: Array.from({ length: bettors }, () => NOTHING), blocks: 0, highest: 0 });

/**
 * What is not yet at stake after so many blocks, when starts are mixed: 1, then a fifth that falls with the logarithm of time,
 * so that a fault which begins at any time finds fresh money:  S_t = Σ_s w_s Π_{i=s..t} E_i + Σ_{s>t} w_s  with Σ w = 1.
 */
export function notStarted(blocks: number): number {
  if (blocks === 0) return 1;
  return blocks >= LAST_START ? 0 : (1 - FIRST_START) * (1 - Math.log(blocks) / SPREAD);
}

/** All is at stake from the first block. */
export const startedAtOnce = (blocks: number): number => (blocks === 0 ? 1 : 0);

/**
 * One block more.
 * @param factors ln of what each bettor's wealth is multiplied with, fixed before the block was seen, except for its outcome;
 *   the mean of exp(factor) must be at most 1 under the hypothesis
 * @param shares part of the money that each bettor starts with; they sum to 1
 * @param waiting `notStarted` to mix starts, `startedAtOnce` to have one
 */
export function bet(process: EProcess, factors: readonly number[], shares: readonly number[], waiting: (blocks: number) => number): EProcess {
  const blocks = process.blocks + 1;
  const fresh = Math.log(waiting(process.blocks) - waiting(blocks));
  const wealth = process.wealth.map((held, index) => logPlus(held, fresh + Math.log(shares[index] ?? 0)) + (factors[index] ?? 0));
  const next = { wealth, blocks, highest: process.highest };
  return { ...next, highest: Math.max(process.highest, logWealth(next, waiting)) };
}

/** ln of the whole wealth now. */
export const logWealth = ({ wealth, blocks }: EProcess, waiting: (blocks: number) => number): number =>
  logPlus(logSum(wealth), Math.log(waiting(blocks)));

/** The p-value that holds at any time, also when somebody looked before: 1 / highest wealth, never rising. */
export const pValue = ({ highest }: EProcess): number => Math.exp(-highest);
