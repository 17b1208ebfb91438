import type { CountBlock } from '../../statistics/counts.js';
import type { HistogramBlock } from '../../statistics/histograms.js';
import type { SequentialTest } from '../../statistics/sequential-test.js';
import { observations } from './percentiles.js';

/** How long what stable did alone may stand for what it would do now, in milliseconds. */
const FRESH_FOR = 600_000;
/** The most blocks that are kept, and the most numbers, so that checkpoints stay small. */
const [MOST_BLOCKS, MOST_NUMBERS] = [120, 2000];

/** A test with blocks of stable that nothing was compared with yet. */
export interface WithEarlier<State> {
  readonly at: number;
  readonly test: State;
  /** 1 when the next block of stable alone is kept, 0 when it only teaches what stable does. */
  readonly keeps: number;
  /** How many numbers a block has, without its time. */
  readonly width: number;
  /** Blocks one after another: the time of each, then its numbers. */
  readonly earlier: readonly number[];
}

/** How to take stable's numbers out of a block and put others in. */
interface Stable<Block> {
  numbers(block: Block): readonly number[];
  requests(block: Block): { readonly stable: number; readonly canary: number };
  put(block: Block, numbers: readonly number[]): Block;
}

const ofCounts: Stable<CountBlock> = {
  numbers: ({ stable }) => [stable.requests, stable.bad],
  requests: ({ stable, canary }) => ({ stable: stable.requests, canary: canary.requests }),
  put: (block, [requests = 0, bad = 0]) => ({ ...block, stable: { requests, bad } }),
};

const ofBuckets: Stable<HistogramBlock> = {
  numbers: ({ stable }) => stable,
  requests: ({ stable, canary }) => ({ stable: observations(stable), canary: observations(canary) }),
  put: (block, numbers) => ({ ...block, stable: [...numbers] }),
};

/**
 * The same comparison, also where one version has all requests: behind a switch, what the canary does is held against what stable did
 * shortly before. Each block of stable counts once, and those that are kept for it teach the test nothing, since bets must be placed
 * before an outcome is seen; so every other one teaches. Rests on stable's rate being the same before and after.
 */
export const countsWithEarlier = <State>(test: SequentialTest<State, CountBlock>): SequentialTest<WithEarlier<State>, CountBlock> => withEarlier(test, ofCounts);

/** The same for histograms; their edges must be the same before and after. */
export const bucketsWithEarlier = <State>(test: SequentialTest<State, HistogramBlock>): SequentialTest<WithEarlier<State>, HistogramBlock> => withEarlier(test, ofBuckets);

function withEarlier<State, Block extends { readonly at: number }>(test: SequentialTest<State, Block>, { numbers, requests, put }: Stable<Block>): SequentialTest<WithEarlier<State>, Block> {
  return {
    key: `earlier ${test.key}`,
    fresh: { at: -1, test: test.fresh, keeps: 0, width: 0, earlier: [] },
    add(state, block) {
      if (!(block.at > state.at)) return state;
      const { stable, canary } = requests(block);
      if (stable > 0 && canary <= 0) {
        if (state.keeps === 0) return { ...state, at: block.at, keeps: 1, test: test.add(state.test, block) };
        return { ...kept(state, block.at, numbers(block)), at: block.at, keeps: 0 };
      }
      if (stable > 0 || canary <= 0) return { ...state, at: block.at, test: test.add(state.test, block) };
      const size = state.width + 1;
      const last = state.earlier.slice(-size);
      const usable = state.width === numbers(block).length && last.length === size && (last[0] ?? 0) > block.at - FRESH_FOR;
      if (!usable) return { ...state, at: block.at, earlier: [], test: test.add(state.test, block) };
      return { ...state, at: block.at, earlier: state.earlier.slice(0, -size), test: test.add(state.test, put(block, last.slice(1))) };
    },
    verdict: (state, confidence) => test.verdict(state.test, confidence),
  };
}

function kept<State>(state: WithEarlier<State>, at: number, block: readonly number[]): WithEarlier<State> {
  const size = block.length + 1;
  const before = state.width === block.length ? state.earlier : [];
  const most = Math.max(1, Math.min(MOST_BLOCKS, Math.floor(MOST_NUMBERS / size)));
  return { ...state, width: block.length, earlier: [...before, at, ...block].slice(-most * size) };
}
