import type { HistogramBlock } from '../../statistics/histograms.js';
import type { SequentialTest } from '../../statistics/sequential-test.js';
import { addBuckets, observations } from './percentiles.js';

/** All that was observed while both versions were, for people to see; verdicts come from the test. */
export interface Totals {
  readonly edges: readonly number[];
  readonly stable: readonly number[];
  readonly canary: readonly number[];
}

/** A test with what it was shown. */
export interface WithTotals<State> {
  readonly at: number;
  readonly test: State;
  readonly totals: Totals;
}

const NONE: Totals = { edges: [], stable: [], canary: [] };

/** The same test, which remembers the sum of its histograms, so that percentiles can be told. @param alone the canary is not compared */
export function withTotals<State>(test: SequentialTest<State, HistogramBlock>, alone: boolean): SequentialTest<WithTotals<State>, HistogramBlock> {
  return {
    key: `totals ${test.key}`,
    fresh: { at: -1, test: test.fresh, totals: NONE },
    add: (state, block) => (block.at > state.at ? { at: block.at, test: test.add(state.test, block), totals: sum(state.totals, block, alone) } : state),
    verdict: (state, confidence) => test.verdict(state.test, confidence),
  };
}

function sum(totals: Totals, { edges, stable, canary }: HistogramBlock, alone: boolean): Totals {
  if (observations(canary) === 0 || (!alone && observations(stable) === 0)) return totals;
  // Another source has other edges; sums of both would mean nothing.
  const same = totals.edges.length === edges.length && edges.every((edge, index) => totals.edges[index] === edge);
  const old = same ? totals : NONE;
  return { edges: same ? totals.edges : [...edges], stable: addBuckets(old.stable, stable), canary: addBuckets(old.canary, canary) };
}
