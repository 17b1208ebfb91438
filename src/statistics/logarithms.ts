/** ln(Σ exp(values)), without overflow. -Infinity for none. */
export function logSum(values: readonly number[]): number {
  let highest = -Infinity;
  for (const value of values) if (value > highest) highest = value;
  if (highest === -Infinity || highest === Infinity) return highest;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - highest);
  return highest + Math.log(sum);
}

/** ln(exp(one) + exp(other)), without overflow. */
export function logPlus(one: number, other: number): number {
  if (one === -Infinity) return other;
  if (other === -Infinity) return one;
  return one > other ? one + Math.log1p(Math.exp(other - one)) : other + Math.log1p(Math.exp(one - other));
}

/** exp(value), kept finite so that it survives JSON. */
export const bigExp = (value: number): number => Math.exp(Math.min(value, 690));

/** The part whose odds are `times` those of `part`. Both 0 to 1. */
export const partOfOdds = (part: number, times: number): number => (part * times) / (1 - part + part * times);

/** Kullback-Leibler divergence of two yes-or-no chances, in nats: what one observation of `truth` says against `other`, on average. */
export function divergence(truth: number, other: number): number {
  const term = (of: number, to: number): number => (of === 0 ? 0 : of * Math.log(of / to));
  return term(truth, other) + term(1 - truth, 1 - other);
}
