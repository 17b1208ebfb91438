/**
 * The number that an integer or a percentage stands for.
 * @param value such as 2 or `25%`
 * @param total what the percentage is of
 * @throws Error for a text that is no percentage
 */
export function scaledIntOrPercent(value: number | string, total: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const [, digits] = /^(-?\d+)%$/.exec(value) ?? [];
  if (digits === undefined) throw new Error(`invalid value for IntOrString: invalid type: string is not a percentage: ${JSON.stringify(value)}`);
  const scaled = (Number(digits) * total) / 100;
  return rounding === 'up' ? Math.ceil(scaled) : Math.floor(scaled);
}

/**
 * How many Pods a rolling update may add and may lack. Surge rounds up, unavailable rounds down and never exceeds
 * the replicas; when both come to 0 (by rounding), one may lack, because nothing could move otherwise.
 */
export function surgeAndUnavailable(
  maxSurge: number | string | undefined,
  maxUnavailable: number | string | undefined,
  replicas: number,
): { readonly surge: number; readonly unavailable: number } {
  const surge = scaledIntOrPercent(maxSurge ?? 0, replicas, 'up');
  const unavailable = scaledIntOrPercent(maxUnavailable ?? 0, replicas, 'down');
  if (surge === 0 && unavailable === 0) return { surge, unavailable: Math.min(1, Math.max(replicas, 0)) };
  return { surge, unavailable: Math.min(unavailable, replicas) };
}
