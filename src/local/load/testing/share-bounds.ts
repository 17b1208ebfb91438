/** With which chance a right share may be called wrong. */
const ERROR = 1e-6;

/**
 * Between which numbers of `count` requests a version with this share gets, when requests choose independently: beyond them on
 * either side with a chance of half of 1e-6 (binomial distribution).
 * @param share 0 to 1
 */
export function shareBounds(count: number, share: number): { readonly least: number; readonly most: number } {
  if (share <= 0 || share >= 1) return { least: share <= 0 ? 0 : count, most: share <= 0 ? 0 : count };
  let [cumulative, least] = [0, 0];
  let logarithm = count * Math.log1p(-share);
  for (let hits = 0; hits < count; hits++) {
    if (cumulative + Math.exp(logarithm) <= ERROR / 2) least = hits + 1;
    cumulative += Math.exp(logarithm);
    if (cumulative >= 1 - ERROR / 2) return { least, most: hits };
    logarithm += Math.log((count - hits) / (hits + 1)) + Math.log(share / (1 - share));
  }
  return { least, most: count };
}

/** The sentence that is wrong with a counted share; undefined when it is as asked. @param share 0 to 1 */
export function shareProblem(counted: number, count: number, share: number): string | undefined {
  const { least, most } = shareBounds(count, share);
  return counted >= least && counted <= most ? undefined : `${counted} of ${count} requests, and a share of ${share} gives ${least} to ${most}`;
}
