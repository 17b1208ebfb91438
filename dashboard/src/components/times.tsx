import type { ReactNode } from 'react';
import { millisecondsOf } from '../i18n/formats.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { useNow } from '../live/live-context.js';
import { componentTexts } from './component-texts.js';

/** How long ago something was; the exact time as its title. */
export function TimeAgo({ at }: { at: string }): ReactNode {
  const formats = useFormats();
  const now = useNow();
  const value = millisecondsOf(at);
  return <time dateTime={at} title={formats.exact(at)}>{value === undefined ? '–' : formats.relative(Math.min(value, now), now)}</time>;
}

/** How long is left until a moment. Not announced: a screen reader would talk every second. */
export function Countdown({ until }: { until: string }): ReactNode {
  const formats = useFormats();
  const say = useTexts(componentTexts);
  const now = useNow();
  const value = millisecondsOf(until);
  if (value === undefined) return null;
  const left = (value - now) / 1000;
  return <time dateTime={until} title={formats.exact(until)}>{left <= 0 ? say('untilOver') : say('untilIn', { duration: formats.duration(left) })}</time>;
}

/** How long something has taken, or takes so far. */
export function Elapsed({ from, to }: { from: string; to?: string | undefined }): ReactNode {
  return to === undefined ? <ElapsedSoFar from={from} /> : <Length from={from} to={millisecondsOf(to)} />;
}

function ElapsedSoFar({ from }: { from: string }): ReactNode {
  return <Length from={from} to={useNow()} />;
}

function Length({ from, to }: { from: string; to: number | undefined }): ReactNode {
  const formats = useFormats();
  const start = millisecondsOf(from);
  return <span className="nowrap">{start === undefined || to === undefined ? '–' : formats.duration((to - start) / 1000)}</span>;
}
