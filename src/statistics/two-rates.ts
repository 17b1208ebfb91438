import type { Tally } from './counts.js';

/**
 * The chance of stable in the nearest pair (q, ratio·q) to a pair of chances, by Kullback-Leibler divergence weighted with the requests:
 * the minimum of  n_s KL(stable‖q) + n_c KL(canary‖ratio·q).  Setting its derivative to 0 leaves a quadratic.
 */
export function nearestNull(stable: number, canary: number, stableRequests: number, canaryRequests: number, ratio: number): number {
  const square = ratio * (stableRequests + canaryRequests);
  const middle = stableRequests * (1 + ratio * stable) + canaryRequests * (ratio + canary);
  const constant = stableRequests * stable + canaryRequests * canary;
  // The smaller root, in the form that loses no digits when chances are small.
  return (2 * constant) / (middle + Math.sqrt(Math.max(0, middle * middle - 4 * square * constant)));
}

/**
 * ln of the factor by which a block multiplies the evidence against "canary's chance ≤ ratio · stable's" (or ≥), when somebody bets
 * on the chances `stable` and `canary`, which he must name before the block, and which must lie outside the hypothesis:
 *
 *   Π over requests  P(outcome | bet) / P(outcome | nearest pair (q, ratio·q))
 *
 * Its expectation is at most 1 for all chances that satisfy the hypothesis: with f = the mean factor of one request,
 * f_s^{n_s} f_c^{n_c} ≤ ((n_s f_s + n_c f_c) / n)^n  (geometric and arithmetic mean), the bracket is linear in the chances, and is at
 * most 1 on the side of the hypothesis because the pair is the nearest. Requests need not have one chance: their means within the block
 * count. So base rate and split may drift freely, the ratio need not be 1, and errors need not be rare.
 * (Turner, Ly, Grünwald: Generic e-variables for exact sequential k-sample tests, 2021; for convex hypotheses: Turner, Grünwald 2023.)
 * When errors are rare it becomes the odds test, in which the stable chance cancels: x·ln(θ/ρ) + (k−x)·ln((1−θ)/(1−ρ)).
 */
export function twoRatesFactor(seen: { stable: Tally; canary: Tally }, stable: number, canary: number, ratio: number): number {
  const [n, m] = [seen.stable.requests, seen.canary.requests];
  if (n === 0 || m === 0) return 0;
  const q = nearestNull(stable, canary, n, m, ratio);
  const r = ratio * q;
  if (q <= 0 || q >= 1 || r >= 1) return 0;
  return part(seen.stable, stable, q) + part(seen.canary, canary, r);
}

/** ln of the likelihood of what was seen under one chance, against another. */
function part({ requests, bad }: Tally, chance: number, other: number): number {
  const good = requests - bad;
  return (bad === 0 ? 0 : bad * Math.log(chance / other)) + (good === 0 ? 0 : good * (Math.log1p(-chance) - Math.log1p(-other)));
}

/**
 * ln of the factor against "the chance is at most `known`" (for a bet above it) or "at least" (below it).
 * Exact: the mean factor of a request is linear in its chance, 1 at `known`, and falls on the side of the hypothesis.
 */
export const oneRateFactor = (seen: Tally, chance: number, known: number): number => part(seen, chance, known);
