import { burstLimited, withoutBurst } from './bursts.js';
import { badPart, cleanTally, noTally, plus, type Tally } from './counts.js';
import { bet, logWealth, newEProcess, notStarted, pValue, startedAtOnce, type EProcess } from './e-process.js';
import { partOfOdds } from './logarithms.js';
import type { Confidence } from './rate-settings.js';
import { oneRateFactor } from './two-rates.js';
import { proof, type MetricVerdict } from './verdict.js';

/** A limit that is known and does not depend on stable: "errors below 1 %", "99 % under 500 ms". */
export interface KnownRateSettings {
  /** Rolled back when the canary's part is certainly above. 0 to 1, both excluded. */
  readonly limit: number;
  /** Promoted when it is certainly below so many times the limit; at least 1. */
  readonly acceptBelow: number;
}

/** What the canary did in one block. */
export interface KnownRateBlock {
  readonly at: number;
  readonly seconds: number;
  /** Counted against the canary: requests that are bad beyond doubt (above the next bucket edge over the limit). */
  readonly surely: Tally;
  /** Counted for it: requests that may be bad (above the last bucket edge under the limit). The same when nothing is in doubt. */
  readonly perhaps: Tally;
}

export interface KnownRateState {
  readonly at: number;
  readonly surely: Tally;
  readonly perhaps: Tally;
  readonly worse: EProcess;
  readonly fine: EProcess;
}

const WORSE_ODDS = [1.3, 2, 4, 12];
const WORSE_CHANCES = [0.5, 0.95];
const WORSE_SHARES = [0.2, 0.2, 0.2, 0.15, 0.1, 0.15];
const FINE_ODDS = [0.75, 0.5, 0.2, 0.02];
const FINE_SHARES = [0.15, 0.25, 0.3, 0.3];

export const newKnownRateState: KnownRateState =
  { at: -1, surely: noTally, perhaps: noTally, worse: newEProcess(WORSE_SHARES.length), fine: newEProcess(FINE_SHARES.length) };

/** One block more; one that is not newer, or in which the canary saw nothing, is left out. */
export function addKnownRate(state: KnownRateState, found: KnownRateBlock, { limit, acceptBelow }: KnownRateSettings): KnownRateState {
  const [surely, perhaps] = [cleanTally(found.surely), cleanTally(found.perhaps)];
  if (!(found.at > state.at) || surely.requests === 0) return state;
  const rest = withoutBurst(surely, found.seconds);
  const worse = [...WORSE_ODDS.map((odds) => partOfOdds(limit, odds)), ...WORSE_CHANCES.map((chance) => Math.max(chance, partOfOdds(limit, 1.3)))]
    .map((chance) => burstLimited(oneRateFactor(surely, chance, limit), oneRateFactor(rest, chance, limit), found.seconds));
  const bad = Math.min(0.999, limit * acceptBelow);
  const fine = FINE_ODDS.map((odds) => oneRateFactor(perhaps, partOfOdds(bad, odds), bad));
  return {
    at: found.at,
    surely: plus(state.surely, surely),
    perhaps: plus(state.perhaps, perhaps),
    worse: bet(state.worse, worse, WORSE_SHARES, notStarted),
    fine: bet(state.fine, fine, FINE_SHARES, startedAtOnce),
  };
}

export function knownRateVerdict(state: KnownRateState, { limit }: KnownRateSettings, { falseAlarm, missed }: Confidence): MetricVerdict {
  const worseNow = logWealth(state.worse, notStarted);
  const [pWorse, pFine] = [pValue(state.worse), pValue(state.fine)];
  const [outcome, ground] = pWorse <= falseAlarm ? ['fail', 'above'] as const
    : pFine > missed ? ['undecided', 'waiting'] as const
      : worseNow > 0 ? ['undecided', 'leaning-worse'] as const : ['pass', 'below'] as const;
  return {
    outcome, ground, guaranteed: true, ended: false, blocks: state.worse.blocks,
    worse: proof(worseNow, pWorse, falseAlarm),
    fine: proof(logWealth(state.fine, startedAtOnce), pFine, missed),
    numbers: { canaryRequests: state.surely.requests, canaryBad: state.surely.bad, canaryPart: badPart(state.surely), limit },
  };
}
