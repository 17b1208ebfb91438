/** `4.8 %` of a part; two digits below one per cent. */
export function percentText(part: number): string {
  const percent = 100 * part;
  return `${percent >= 1 ? Math.round(percent * 10) / 10 : Number(percent.toPrecision(2))} %`;
}

/** `99.5 %`, never more than is promised. @param chance to be wrong */
export const confidenceText = (chance: number): string => `${Math.floor(1e4 * (1 - chance) + 1e-6) / 100} %`;

/** `1,904`. */
export const countText = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 request`, `1,904 requests`. */
export const requestsText = (count: number): string => `${countText(count)} ${Math.round(count) === 1 ? 'request' : 'requests'}`;

/** `0.4 ms`, `480 ms`, `1.2 s`. @param milliseconds not negative */
export function latencyText(milliseconds: number): string {
  return milliseconds < 1000 ? `${Number(milliseconds.toPrecision(3))} ms` : `${Number((milliseconds / 1000).toPrecision(3))} s`;
}

/** `812`, `1.5 k`, `33.6 M`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  for (const [factor, unit] of [[1e12, ' T'], [1e9, ' G'], [1e6, ' M'], [1e4, ' k']] as const) {
    const shown = unit === ' k' ? 1e3 : factor;
    if (size >= factor) return `${Number((value / shown).toPrecision(3))}${unit}`;
  }
  return String(Number(value.toPrecision(size >= 1000 ? 4 : 3)));
}

/** `p99`, `p99.9` of 0.99 and 0.999. */
export const percentileText = (quantile: number): string => `p${Number((quantile * 100).toPrecision(6))}`;
