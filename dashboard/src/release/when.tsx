import type { ReactNode } from 'react';
import { useFormats } from '../i18n/i18n-context.js';
import { useLive } from '../live/live-context.js';
import { isSameDay } from './same-day.js';

/** A moment as the time of day, with its date where that is not today; in full when pointed at. */
export function When({ at }: { at: string }): ReactNode {
  const { exact } = useFormats();
  return <time className="release-when" dateTime={at} title={exact(at)}>{useShortTime()(at)}</time>;
}

/** Writes a moment as `When` shows it. Not drawn anew at midnight, for which hundreds of lines would have to count seconds. */
export function useShortTime(): (at: string) => string {
  const { moment } = useLive();
  const { time, dateTime } = useFormats();
  return (at) => (isSameDay(at, moment.read()) ? time(at) : dateTime(at));
}
