import type { CountBlock, Tally } from './counts.js';
import { bet, logWealth, newEProcess, notStarted, type EProcess } from './e-process.js';
import { aboveEdge, edgesAround, tails, type HistogramBlock } from './histograms.js';
import { logSum } from './logarithms.js';
import type { Confidence, RateSettings } from './rate-settings.js';
import {
  addJudged, newRateState, NOTICEABLE_SHARES, noticeableFactors, rateVerdict, worseFactors, WORSE_SHARES, type RateState,
} from './rates.js';
import { proof, type MetricVerdict } from './verdict.js';

/** "p99 not worse than stable's", by how many requests lie above stable's p99. */
export interface LatencyComparisonSettings {
  /** 0.99 for p99. */
  readonly quantile: number;
  /** Requests of the canary may take so many times as long; rounded up to the next bucket edge. 1: the same edge for both. */
  readonly slower: number;
  /** Above such an edge may be so many times as many requests of the canary as of stable. */
  readonly worseBy: number;
  /** Promoted when it is certainly less than so many times. */
  readonly acceptBelow: number;
}

export const defaultLatencyComparison: LatencyComparisonSettings = { quantile: 0.99, slower: 1, worseBy: 1.5, acceptBelow: 2 };

export interface LatencyState {
  readonly at: number;
  /** Stable's observations lately, fading, and how many of them above each edge: says which edges are worth betting on. */
  readonly recent: number;
  readonly above: readonly number[];
  /** The edge at the quantile itself. */
  readonly tail: RateState;
  /** The edge beyond, which few of stable's requests pass: sees those that hang. Heard only when the canary's quantile lies beyond it too. */
  readonly beyond: { readonly worse: EProcess; readonly noticeable: EProcess };
  /** The edges further down, which see a shift of the whole sooner. */
  readonly further: readonly EProcess[];
  /** The highest ln of the mean evidence of all edges. */
  readonly highest: number;
}

/** Stable's part above the edges that are looked for, as times that above the quantile. */
const FURTHER = [4, 16];
const BEYOND = 0.1;
/** Stable's observations before there is anything to bet on. */
const ENOUGH = 100;
const MEMORY = 0.99;

export const newLatencyState: LatencyState = {
  at: -1, recent: 0, above: [],
  tail: newRateState,
  beyond: { worse: newEProcess(WORSE_SHARES.length), noticeable: newEProcess(NOTICEABLE_SHARES.length) },
  further: FURTHER.map(() => newEProcess(WORSE_SHARES.length)),
  highest: 0,
};

const ratesOf = ({ worseBy, acceptBelow }: LatencyComparisonSettings): RateSettings => ({ worseBy, acceptBelow, negligible: 0, fine: 0 });

/**
 * One block more. Each of four bettors looks at the edge above which stable had a certain part of its requests *before* this block, so
 * that edges follow a drifting stable; their evidence is averaged. The hypothesis of each: the part of the canary's requests above
 * `slower` times the edge is at most `worseBy` times stable's part above the edge; beyond the quantile also: or no more than 1 − quantile.
 */
export function addHistogram(state: LatencyState, block: HistogramBlock, settings: LatencyComparisonSettings): LatencyState {
  if (!(block.at > state.at)) return state;
  const rates = ratesOf(settings);
  const { requests, above } = tails(block.stable);
  const learned = {
    at: block.at, recent: state.recent * MEMORY + requests,
    above: above.map((value, index) => (state.above[index] ?? 0) * MEMORY + value),
  };
  if (state.recent < ENOUGH) return { ...state, ...learned };
  const target = 1 - settings.quantile;
  const first = edgeFor(state, block, settings.slower, target, []);
  const beyond = edgeFor(state, block, settings.slower, target * BEYOND, [first]);
  const pairs = [first, beyond];
  for (const times of FURTHER) pairs.push(edgeFor(state, block, settings.slower, Math.min(0.5, target * times), pairs));
  const tail = first === undefined ? { ...state.tail, at: block.at } : addJudged(state.tail, first.block, first.base, rates);
  const judged = (process: EProcess, pair: EdgePair | undefined): EProcess =>
    (pair === undefined || isEmpty(pair) ? process : bet(process, worseFactors(pair.block, pair.base, rates), WORSE_SHARES, notStarted));
  const enough = (process: EProcess, pair: EdgePair | undefined): EProcess =>
    (pair === undefined || isEmpty(pair) ? process : bet(process, noticeableFactors(pair.block, { ...rates, negligible: target }), NOTICEABLE_SHARES, notStarted));
  const next = {
    ...learned, tail, highest: state.highest,
    beyond: { worse: judged(state.beyond.worse, beyond), noticeable: enough(state.beyond.noticeable, beyond) },
    further: state.further.map((process, index) => judged(process, pairs[index + 2])),
  };
  return { ...next, highest: Math.max(state.highest, evidence(next)) };
}

/** ln of the mean evidence of all edges: a mean of e-values is one, however they depend on each other. */
function evidence({ tail, beyond, further }: Pick<LatencyState, 'tail' | 'beyond' | 'further'>): number {
  const now = (process: EProcess): number => logWealth(process, notStarted);
  // "Not much worse, or not enough of them": the smaller of two e-values is one against either.
  const both = Math.min(now(beyond.worse), now(beyond.noticeable));
  return logSum([now(tail.worse), both, ...further.map(now)]) - Math.log(2 + further.length);
}

const isEmpty = ({ block }: EdgePair): boolean => block.canary.requests === 0 || block.stable.requests === 0;

interface EdgePair {
  readonly edge: number;
  /** Stable's part above the edge, as far as known before the block. */
  readonly base: number;
  readonly block: CountBlock;
}

/** The edge above which stable had about this part of its requests; undefined when that was taken, or nothing fits. */
function edgeFor(
  state: LatencyState, block: HistogramBlock, slower: number, target: number, taken: readonly (EdgePair | undefined)[],
): EdgePair | undefined {
  let best: { edge: number; base: number; distance: number } | undefined;
  state.above.forEach((bad, edge) => {
    const base = (bad + 0.5) / (state.recent + 50);
    const distance = Math.abs(Math.log(base / target));
    if (best === undefined || distance < best.distance) best = { edge, base, distance };
  });
  const value = best === undefined ? undefined : block.edges[best.edge];
  if (best === undefined || value === undefined || taken.some((other) => other?.edge === best?.edge)) return undefined;
  const { over } = edgesAround(block.edges, value * slower);
  if (over < 0) return undefined;
  const canary: Tally = aboveEdge(block.canary, over);
  const { at, seconds } = block;
  return { edge: best.edge, base: best.base, block: { at, seconds, stable: aboveEdge(block.stable, best.edge), canary } };
}

/** What the blocks so far say: worse by the evidence of all edges, fine by that of the quantile's own. */
export function latencyVerdict(state: LatencyState, settings: LatencyComparisonSettings, confidence: Confidence): MetricVerdict {
  const own = rateVerdict(state.tail, ratesOf(settings), { ...confidence, falseAlarm: 0 });
  const now = evidence(state);
  const pWorse = Math.exp(-state.highest);
  const [outcome, ground] = pWorse <= confidence.falseAlarm ? ['fail', 'worse'] as const
    : own.outcome === 'pass' && now > 0 ? ['undecided', 'leaning-worse'] as const : [own.outcome, own.ground] as const;
  return { ...own, outcome, ground, worse: proof(now, pWorse, confidence.falseAlarm) };
}
