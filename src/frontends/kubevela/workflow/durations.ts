import { parseDuration } from '../../../model/duration.js';

/** @param text such as `30s`, `1h30m` @returns milliseconds; undefined for text that is no duration, or none at all */
export function durationOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

/** @param time RFC 3339 @returns milliseconds since the epoch; undefined when it is no time */
export function timeOf(time: string | null | undefined): number | undefined {
  const milliseconds = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** The earlier of two times; one that is undefined never comes. */
export function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : other === undefined ? one : Math.min(one, other);
}
