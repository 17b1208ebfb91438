import { goDuration } from '../../../../frontends/argo/duration.js';

const TERM = /\s*([+-])\s*duration\(\s*(?:'([^']*)'|"([^"]*)")\s*\)/y;
const START = /\s*(?:now\(\s*\)|date\(\s*(?:'([^']*)'|"([^"]*)")\s*\))/y;

/**
 * Reads when a range begins or ends: `now()` or `date('2026-01-31')`, with `- duration('5m')` or `+ duration(…)` behind it.
 * @param now and the answer in milliseconds since the epoch @returns undefined for a text that is none
 */
export function rangeTime(text: string, now: number): number | undefined {
  START.lastIndex = 0;
  const start = START.exec(text);
  if (!start) return undefined;
  const date = start[1] ?? start[2];
  let time = date === undefined ? now : Date.parse(date);
  let at = START.lastIndex;
  while (text.slice(at).trim() !== '') {
    TERM.lastIndex = at;
    const term = TERM.exec(text);
    const length = term && goDuration(term[2] ?? term[3] ?? '');
    if (!term || length === undefined || length === null) return undefined;
    time += term[1] === '-' ? -length : length;
    at = TERM.lastIndex;
  }
  return Number.isNaN(time) ? undefined : time;
}
