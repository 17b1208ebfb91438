import { tails, type HistogramBlock } from './histograms.js';
import type { Confidence } from './rate-settings.js';
import type { MetricVerdict } from './verdict.js';

/** All observations of both versions so far, by bucket. */
export interface ShiftState {
  readonly at: number;
  readonly blocks: number;
  readonly stable: readonly number[];
  readonly canary: readonly number[];
  /** The lowest p-value so far. */
  readonly lowest: number;
}

/** `slower`: only to larger values; `either`: any difference. */
export type ShiftDirection = 'slower' | 'either';

export const newShiftState: ShiftState = { at: -1, blocks: 0, stable: [], canary: [], lowest: 1 };

/**
 * Half-width of a band that covers the whole distribution function at all times at once, with this chance to fail:
 *   ε_n(α) = 0.85 √((ln(1 + ln n) + C) / n),  C = 0.8 ln(1612/α).
 * (Howard, Ramdas: Sequential estimation of quantiles with applications to A/B testing and best-arm identification, 2022.)
 */
export const bandWidth = (count: number, chance: number): number =>
  (count < 1 ? 1 : Math.min(1, 0.85 * Math.sqrt((Math.log(1 + Math.log(count)) + 0.8 * Math.log(1612 / chance)) / count)));

export function addToShift(state: ShiftState, block: HistogramBlock, direction: ShiftDirection): ShiftState {
  if (!(block.at > state.at)) return state;
  const sum = (one: readonly number[], other: readonly number[]): number[] =>
    other.map((value, index) => (one[index] ?? 0) + Math.max(0, value));
  const [stable, canary] = [sum(state.stable, block.stable), sum(state.canary, block.canary)];
  const next = { ...state, at: block.at, blocks: state.blocks + 1, stable, canary };
  return { ...next, lowest: Math.min(state.lowest, shiftPValue(next, direction)) };
}

/** How far the distribution functions lie apart, at the edge where it is farthest. */
export function distance({ stable, canary }: Pick<ShiftState, 'stable' | 'canary'>, direction: ShiftDirection): number {
  const [one, other] = [tails(stable), tails(canary)];
  if (one.requests === 0 || other.requests === 0) return 0;
  return one.above.reduce((widest, value, edge) => {
    const apart = (other.above[edge] ?? 0) / other.requests - value / one.requests;
    return Math.max(widest, direction === 'slower' ? apart : Math.abs(apart));
  }, 0);
}

/** The smallest α at which the two bands (each for α/2) do not overlap somewhere, by bisection of its logarithm. */
function shiftPValue(state: ShiftState, direction: ShiftDirection): number {
  const apart = distance(state, direction);
  const [n, m] = [tails(state.stable).requests, tails(state.canary).requests];
  const disjoint = (chance: number): boolean => apart > bandWidth(n, chance / 2) + bandWidth(m, chance / 2);
  if (n === 0 || m === 0 || !disjoint(1)) return 1;
  let [low, high] = [-60, 0];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (disjoint(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/**
 * Can only fail: that nothing shifted is never certain, so without a shift it passes from the first observations of both versions on, for
 * other metrics to decide. Before them there is nothing to say.
 */
export function shiftVerdict(state: ShiftState, direction: ShiftDirection, { falseAlarm }: Confidence): MetricVerdict {
  const fail = state.lowest <= falseAlarm;
  const [stable, canary] = [tails(state.stable).requests, tails(state.canary).requests];
  const seen = Math.min(stable, canary) > 0;
  return {
    outcome: fail ? 'fail' : seen ? 'pass' : 'undecided', ground: fail ? 'shifted' : 'waiting', guaranteed: true, ended: false, blocks: seen ? state.blocks : 0,
    worse: { eValue: 1 / state.lowest, pValue: state.lowest, needed: falseAlarm },
    numbers: { distance: distance(state, direction), stableRequests: stable, canaryRequests: canary },
  };
}
