import { aboveEdge, edgesAround, type HistogramBlock } from './histograms.js';
import { addKnownRate, type KnownRateSettings, type KnownRateState } from './known-rate.js';

/** "p99 below 500 ms". */
export interface LatencyLimitSettings {
  /** 0.99 for p99. */
  readonly quantile: number;
  /** In the unit of the edges. */
  readonly below: number;
}

/** "p99 below X" says that at most 1 % take longer than X. */
export const limitOf = ({ quantile }: LatencyLimitSettings): KnownRateSettings => ({ limit: 1 - quantile, acceptBelow: 1 });

/**
 * One block more. Between two bucket edges, requests above the upper one count against the canary, and those above the lower one must be
 * few for it to pass: so a limit that is no edge makes the verdict slower, never wrong. Above the highest edge nothing is seen: no verdict.
 */
export function addLatencyLimit(state: KnownRateState, block: HistogramBlock, settings: LatencyLimitSettings): KnownRateState {
  const { over, under } = edgesAround(block.edges, settings.below);
  const all = block.canary.reduce((sum, value) => sum + Math.max(0, value), 0);
  const surely = over < 0 ? { requests: all, bad: 0 } : aboveEdge(block.canary, over);
  const perhaps = under < 0 ? { requests: all, bad: all } : aboveEdge(block.canary, under);
  return addKnownRate(state, { at: block.at, seconds: block.seconds, surely, perhaps }, limitOf(settings));
}
