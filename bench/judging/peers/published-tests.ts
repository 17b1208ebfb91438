import type { CountBlock } from '../../../src/statistics/counts.js';
import { divergence, logSum } from '../../../src/statistics/logarithms.js';

/** A sequential test as published: ln of the evidence after each block. */
export type PublishedTest = (block: CountBlock) => number;

const ROLL_BACK_GRID = [1.25, 1.5, 2, 3, 5, 10, 30];
const PROMOTE_GRID = ROLL_BACK_GRID.slice(0, 5).map((odds) => 1 / odds);

/** Odds grid on scrape blocks: ρ = n_c/(n_s+n_c), ρ0 = ρm/(1−ρ+ρm), θ_g = ρ0 g/(1−ρ0+ρ0 g); the mean of the likelihood quotients. */
export function oddsGrid(margin: number, promote = false): PublishedTest {
  const grid = promote ? PROMOTE_GRID : ROLL_BACK_GRID;
  const sums = grid.map(() => 0);
  return ({ stable, canary }) => {
    const share = (canary.requests * margin) / (stable.requests + canary.requests * margin);
    grid.forEach((odds, index) => {
      const bet = (share * odds) / (1 - share + share * odds);
      sums[index] = (sums[index] ?? 0) + stable.bad * Math.log((1 - bet) / (1 - share)) + canary.bad * Math.log(bet / share);
    });
    return logSum(sums) - Math.log(grid.length);
  };
}

/** Turner, Ly and Grünwald's test of two streams, with posterior means of Beta(0.18, 0.18) as bets. */
export function plugIn(): PublishedTest {
  let [sn, sb, cn, cb, sum] = [0, 0, 0, 0, 0];
  return ({ stable, canary }) => {
    const [one, other] = [(sb + 0.18) / (sn + 0.36), (cb + 0.18) / (cn + 0.36)];
    const pooled = (stable.requests * one + canary.requests * other) / (stable.requests + canary.requests);
    const part = (requests: number, bad: number, chance: number): number => bad * Math.log(chance / pooled) + (requests - bad) * Math.log((1 - chance) / (1 - pooled));
    sum += part(stable.requests, stable.bad, one) + part(canary.requests, canary.bad, other);
    [sn, sb, cn, cb] = [sn + stable.requests, sb + stable.bad, cn + canary.requests, cb + canary.bad];
    return sum;
  };
}

/** ln Γ, by Lanczos. */
export function logGamma(x: number): number {
  const terms = [676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const series = terms.reduce((sum, term, index) => sum + term / (y + index + 1), 0.99999999999980993);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(series);
}

/** Lindon and Malek's multinomial test with concentration κ around the split; the split must not change. */
export function multinomial(concentration = 100): PublishedTest {
  let [x, y] = [0, 0];
  return ({ stable, canary }) => {
    const share = canary.requests / (stable.requests + canary.requests);
    [x, y] = [x + canary.bad, y + stable.bad];
    const arm = (prior: number, count: number, part: number): number => logGamma(prior + count) - logGamma(prior) - count * Math.log(part);
    return logGamma(concentration) - logGamma(concentration + x + y) + arm(concentration * share, x, share) + arm(concentration * (1 - share), y, 1 - share);
  };
}

/** Observations of Wald's floor without a chance to miss: ln(1/α) / KL. */
export const waldKnownBase = (base: number, canary: number, falseAlarm: number): number => Math.log(1 / falseAlarm) / divergence(canary, base);
