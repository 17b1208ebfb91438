import { burstLimited, withoutBurst } from './bursts.js';
import { badPart, cleanTally, noTally, plus, type CountBlock, type Tally } from './counts.js';
import { bet, logWealth, newEProcess, notStarted, pValue, startedAtOnce, type EProcess } from './e-process.js';
import { partOfOdds } from './logarithms.js';
import { addToRatio, newRatioState, ratioEstimate, type RatioState } from './ratio-interval.js';
import type { Confidence, RateSettings } from './rate-settings.js';
import { oneRateFactor, twoRatesFactor } from './two-rates.js';
import { proof, type MetricVerdict } from './verdict.js';

/** All that is remembered of a comparison of two versions' bad parts. Plain numbers. */
export interface RateState {
  /** The last block that counted. */
  readonly at: number;
  readonly stable: Tally;
  readonly canary: Tally;
  /** What stable did lately: old blocks fade, so that bets follow a drifting base rate. */
  readonly recent: Tally;
  /** Against "at most `worseBy` times as bad". */
  readonly worse: EProcess;
  /** Against "bad no more often than is negligible". */
  readonly noticeable: EProcess;
  /** Against "at least `acceptBelow` times as bad, and more often than is fine". */
  readonly fine: EProcess;
  readonly ratio: RatioState;
}

/** Odds of being bad, relative to the tolerated ones, that bets are placed on … */
const WORSE_ODDS = [1.3, 2, 3.5, 7, 16];
/** … and chances whatever stable's is: a version that fails mostly need not be guessed in steps. */
const WORSE_CHANCES = [0.4, 0.95];
export const WORSE_SHARES = [0.12, 0.17, 0.19, 0.2, 0.12, 0.08, 0.12];
/** The least that a bet lies above what is tolerated. */
const LEAST_ODDS = 1.3;
/** Relative to `acceptBelow` times stable's … */
const FINE_ODDS = [0.8, 0.6, 0.4, 0.15];
/** … and times `fine`. */
const FINE_PARTS = [0.4, 0.02];
/** Relative to `negligible`. */
const NOTICEABLE = [2, 6, 20, 60];
const FINE_SHARES = [0.1, 0.25, 0.25, 0.1, 0.08, 0.22];
export const NOTICEABLE_SHARES = [0.2, 0.2, 0.2, 0.18, 0.1, 0.12];

/** How much of what stable did is remembered from block to block: half of it after 69 blocks. */
const MEMORY = 0.99;
/** Before anything is seen: half a bad one of fifty. */
const PRIOR: Tally = { requests: 50, bad: 0.5 };
const [RAREST, OFTENEST] = [1e-6, 0.999];

/** Nothing seen yet. */
export const newRateState: RateState = {
  at: -1, stable: noTally, canary: noTally, recent: noTally,
  worse: newEProcess(WORSE_SHARES.length), noticeable: newEProcess(NOTICEABLE_SHARES.length), fine: newEProcess(FINE_SHARES.length),
  ratio: newRatioState,
};

/**
 * One block more. A block that is not newer than the last is left out; one in which a version saw nothing only teaches what stable does.
 */
export function addBlock(state: RateState, found: CountBlock, settings: RateSettings): RateState {
  if (!(found.at > state.at)) return state;
  const block = { ...found, stable: cleanTally(found.stable), canary: cleanTally(found.canary) };
  const recent = fading(state.recent, block.stable);
  const base = (state.recent.bad + PRIOR.bad) / (state.recent.requests + PRIOR.requests);
  return { ...addJudged(state, block, base, settings), recent };
}

/** What stable did lately, with one block more: old blocks fade. */
export const fading = (recent: Tally, more: Tally): Tally =>
  ({ requests: recent.requests * MEMORY + more.requests, bad: recent.bad * MEMORY + more.bad });

/** One block more, for a base rate that somebody else guessed before he saw the block. Bets on a wrong one win less; they are as safe. */
export function addJudged(state: RateState, block: CountBlock, guess: number, settings: RateSettings): RateState {
  if (block.stable.requests === 0 || block.canary.requests === 0) return { ...state, at: block.at };
  const base = Math.min(OFTENEST, Math.max(RAREST, guess));
  return {
    at: block.at,
    stable: plus(state.stable, block.stable),
    canary: plus(state.canary, block.canary),
    recent: state.recent,
    worse: bet(state.worse, worseFactors(block, base, settings), WORSE_SHARES, notStarted),
    noticeable: settings.negligible === 0 ? state.noticeable
      : bet(state.noticeable, noticeableFactors(block, settings), NOTICEABLE_SHARES, notStarted),
    fine: bet(state.fine, fineFactors(block, base, settings), FINE_SHARES, startedAtOnce),
    ratio: addToRatio(state.ratio, block),
  };
}

/** Against "at most so many times as bad", of one bettor each. */
export function worseFactors(block: CountBlock, base: number, { worseBy }: RateSettings): number[] {
  const tolerated = base * worseBy;
  // Nothing can be more than so many times as bad as this.
  if (tolerated >= OFTENEST) return WORSE_SHARES.map(() => 0);
  const least = partOfOdds(tolerated, LEAST_ODDS);
  const chances = [...WORSE_ODDS.map((odds) => partOfOdds(tolerated, odds)), ...WORSE_CHANCES.map((chance) => Math.max(chance, least))];
  const rest = { stable: block.stable, canary: withoutBurst(block.canary, block.seconds) };
  return chances.map((chance) => burstLimited(twoRatesFactor(block, base, chance, worseBy), twoRatesFactor(rest, base, chance, worseBy), block.seconds));
}

/** Against "bad no more often than is negligible", of one bettor each. */
export function noticeableFactors({ canary, seconds }: CountBlock, { negligible }: RateSettings): number[] {
  const least = partOfOdds(negligible, 2);
  const chances = [...NOTICEABLE.map((odds) => partOfOdds(negligible, odds)), ...WORSE_CHANCES.map((chance) => Math.max(chance, least))];
  const rest = withoutBurst(canary, seconds);
  return chances.map((chance) => burstLimited(oneRateFactor(canary, chance, negligible), oneRateFactor(rest, chance, negligible), seconds));
}

function fineFactors(block: CountBlock, base: number, { acceptBelow, fine }: RateSettings): number[] {
  const tooBad = Math.min(base * acceptBelow, OFTENEST);
  const stable = tooBad / acceptBelow;
  return [
    ...FINE_ODDS.map((odds) => twoRatesFactor(block, stable, partOfOdds(tooBad, odds), acceptBelow)),
    ...FINE_PARTS.map((part) => (fine > 0 ? oneRateFactor(block.canary, part * fine, fine) : 0)),
  ];
}

/** What the blocks so far say. */
export function rateVerdict(state: RateState, settings: RateSettings, { falseAlarm, missed }: Confidence): MetricVerdict {
  // Rolled back only when both fall: "not much worse" and "no trouble anyhow". The weaker evidence is the evidence against either.
  const guarded = settings.negligible > 0;
  const worseNow = Math.min(logWealth(state.worse, notStarted), guarded ? logWealth(state.noticeable, notStarted) : Infinity);
  const pWorse = Math.max(pValue(state.worse), guarded ? pValue(state.noticeable) : 0);
  const pFine = pValue(state.fine);
  const [outcome, ground] = pWorse <= falseAlarm ? ['fail', 'worse'] as const
    : pFine > missed ? ['undecided', 'waiting'] as const
      : worseNow > 0 ? ['undecided', 'leaning-worse'] as const
        : ['pass', badPart(state.canary) < settings.fine ? 'few' : 'not-worse'] as const;
  return {
    outcome, ground, guaranteed: true, ended: false, blocks: state.worse.blocks,
    worse: proof(worseNow, pWorse, falseAlarm),
    fine: proof(logWealth(state.fine, startedAtOnce), pFine, missed),
    ratio: ratioEstimate(state.ratio, 0.95),
    numbers: {
      stableRequests: state.stable.requests, stableBad: state.stable.bad, stablePart: badPart(state.stable),
      canaryRequests: state.canary.requests, canaryBad: state.canary.bad, canaryPart: badPart(state.canary),
      worseBy: settings.worseBy, acceptBelow: settings.acceptBelow, negligible: settings.negligible, fine: settings.fine,
    },
  };
}
