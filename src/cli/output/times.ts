import { formatDuration } from '../../model/duration.js';

/** How long ago something was, in one or two units: `45s`, `12m`, `5h`, `3d`. @param now milliseconds since the epoch */
export function formatAge(time: string | undefined, now: number): string {
  if (time === undefined) return '';
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Time of day in UTC, as releases write it. */
export const formatClock = (time: string): string => time.slice(11, 19);

/** From one time to another, or to now while there is no end. @param now milliseconds since the epoch */
export function formatSpan(start: string | undefined, end: string | undefined, now: number): string {
  if (start === undefined) return '';
  return formatDuration(Math.max(0, (end === undefined ? now : Date.parse(end)) - Date.parse(start)));
}
