/** One-sided upper 95 % bound of a chance of which `hits` of `runs` were seen: Clopper and Pearson's, by bisection of the exact tail. */
export function upper95(hits: number, runs: number): number {
  if (hits >= runs) return 1;
  let [low, high] = [hits / runs, 1];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (atMost(hits, runs, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** Chance of at most `hits` in `runs`. */
function atMost(hits: number, runs: number, chance: number): number {
  let density = runs * Math.log1p(-chance);
  let sum = Math.exp(density);
  for (let k = 1; k <= hits; k++) {
    density += Math.log((runs - k + 1) / k) + Math.log(chance / (1 - chance));
    sum += Math.exp(density);
  }
  return sum;
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean's upper 95 % bound, by the normal approximation. */
export function meanUpper95(values: readonly number[]): number {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1);
  return middle + 1.645 * Math.sqrt(variance / values.length);
}
