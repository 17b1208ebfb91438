const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as Go reads it, such as `1h30m` or `-1.5s`, in milliseconds; undefined for text that is none. */
export function goDuration(text: string): number | undefined {
  const [, sign, rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let total = 0;
  for (const [, amount = '0', unit = 's'] of rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) total += Number(amount) * (UNITS[unit] ?? 0);
  return sign === '-' ? -total : total;
}

/** How long a pause lasts in milliseconds: whole seconds as a number or text, or a duration; undefined for what is neither. */
export function pauseMilliseconds(duration: number | string): number | undefined {
  if (typeof duration === 'number') return Number.isInteger(duration) ? duration * 1000 : undefined;
  if (/^[+-]?\d+$/.test(duration)) return Number(duration) * 1000;
  return goDuration(duration);
}
