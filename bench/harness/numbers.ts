/** The value in the middle, or between the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between neighbours. @param at 0 to 1 */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return low + (high - low) * (place - Math.floor(place));
}

/** The normal quantile of a two-sided interval of 99 %. */
const Z_99 = 2.5758293035489;

/** Wilson's 99 % interval for a share of which `hits` of `count` were seen; both ends 0 to 1. */
export function wilson99(hits: number, count: number): readonly [low: number, high: number] {
  const share = hits / count;
  const square = Z_99 ** 2;
  const middle = (share + square / (2 * count)) / (1 + square / count);
  const half = (Z_99 / (1 + square / count)) * Math.sqrt((share * (1 - share)) / count + square / (4 * count ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** With as many decimals as leave three digits that mean something; thousands are set apart. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(decimals, 3), minimumFractionDigits: 0 });
}

/** 0.0123 as `1.23 %`. */
export const percent = (part: number): string => `${(part * 100).toFixed(2)} %`;

/** How many times `one` is of `other`, as `0.42×`. */
export const times = (one: number, other: number): string => (Number.isFinite(one / other) ? `${(one / other).toFixed(2)}×` : '-');
