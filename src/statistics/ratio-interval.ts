import type { CountBlock } from './counts.js';
import { logSum } from './logarithms.js';
import type { Estimate } from './verdict.js';

const COUNT = 24;
const [LOWEST, HIGHEST] = [1 / 16, 128];
/** The ratios whose likelihood is kept: 1/16 to 128 in 23 even steps of their logarithm (each 1.39 times the one before). */
export const RATIOS: readonly number[] = Array.from({ length: COUNT }, (_, index) => LOWEST * (HIGHEST / LOWEST) ** (index / (COUNT - 1)));

/** What is known of how many times as bad the canary is. */
export interface RatioState {
  /** ln of the likelihood of each of `RATIOS`, given how many bad there were of both versions, relative to the likeliest. */
  readonly likelihood: readonly number[];
  /** Mantel and Haenszel's sums over blocks, Σ x·n_s/n and Σ y·n_c/n: their quotient estimates the ratio although base rate and split drift. */
  readonly over: number;
  readonly under: number;
}

/** Less likely than this is as good as impossible. */
const LEAST = -50;
/** Stands for "without bound", which JSON does not know. */
const UNBOUNDED = 1e9;

export const newRatioState: RatioState = { likelihood: RATIOS.map(() => 0), over: 0, under: 0 };

/** One block more: of k bad ones x are canary's, with chance ρ_R = n_c R / (n_s + n_c R) when the canary is R times as bad. */
export function addToRatio(state: RatioState, { stable, canary }: CountBlock): RatioState {
  if (stable.requests === 0 || canary.requests === 0 || stable.bad + canary.bad === 0) return state;
  const sums = state.likelihood.map((value, index) => {
    const weighted = canary.requests * (RATIOS[index] ?? 1);
    const all = stable.requests + weighted;
    return value + canary.bad * Math.log(weighted / all) + stable.bad * Math.log(stable.requests / all);
  });
  const highest = Math.max(...sums);
  const requests = stable.requests + canary.requests;
  return {
    likelihood: sums.map((value) => Math.max(LEAST, value - highest)),
    over: state.over + (canary.bad * stable.requests) / requests,
    under: state.under + (stable.bad * canary.requests) / requests,
  };
}

/**
 * The ratio, and a confidence sequence: all ratios R with mixture/likelihood(R) < 1/α, where the mixture is over `RATIOS`.
 * For each R that quotient has a mean of at most 1 when R is the truth (Lindon, Malek: Anytime-valid inference for multinomial count
 * data, 2022), so the interval covers the truth at all times at once. Bounds are rounded outwards to the next of `RATIOS`;
 * 0 stands for "less than 1/16", 1e9 for "without bound".
 */
export function ratioEstimate({ likelihood, over, under }: RatioState, confidence: number): Estimate {
  const mixture = logSum(likelihood) - Math.log(likelihood.length);
  const limit = mixture + Math.log(1 - confidence);
  const inside = likelihood.map((value) => value > limit);
  const [first, last] = [inside.indexOf(true), inside.lastIndexOf(true)];
  return {
    value: under > 0 ? over / under : over > 0 ? UNBOUNDED : 1,
    low: first <= 0 ? 0 : (RATIOS[first - 1] ?? 0),
    high: last < 0 || last >= COUNT - 1 ? UNBOUNDED : (RATIOS[last + 1] ?? UNBOUNDED),
    confidence,
  };
}
