const UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** What a duration looks like in a policy: `90s`, `1m30s`, `250ms`. */
export const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(h|m|s|ms))+$';

/** @returns milliseconds @throws RangeError for text that is no duration */
export function parseDuration(text: string): number {
  if (!new RegExp(DURATION_PATTERN).test(text)) throw new RangeError(`"${text}" is not a duration such as 90s or 1m30s`);
  let total = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|h|m|s)/g)) total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  return Math.round(total);
}

/** Shortest readable form: `2m5s`, `7s`, `0.4s`. @param milliseconds not negative */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${Math.round(milliseconds / 100) / 10}s`;
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return [hours ? `${hours}h` : '', minutes ? `${minutes}m` : '', rest ? `${rest}s` : ''].join('') || '0s';
}
