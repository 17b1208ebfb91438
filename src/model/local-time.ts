/** A date and a time of day as a clock on the wall shows them; months count from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a zone that nobody knows */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  formats.set(zone, known);
  return known;
}

/** Whether there is a time zone of this name, such as Europe/Berlin, in the database that comes with the runtime. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What clocks show in a zone at this moment. @param at milliseconds since the epoch @throws RangeError for an unknown zone */
export function wallTimeAt(at: number, zone: string): WallTime & { readonly second: number } {
  const parts = new Map(formatOf(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute'), second: part('second') };
}

const asUtc = ({ year, month, day, hour, minute }: WallTime): number => Date.UTC(year, month - 1, day, hour, minute);

/** How far clocks are ahead of UTC, in milliseconds. */
function offsetAt(at: number, zone: string): number {
  const shown = wallTimeAt(at, zone);
  return asUtc(shown) + shown.second * 1000 - Math.floor(at / 1000) * 1000;
}

/**
 * When clocks in a zone show this: milliseconds since the epoch. Where they show it twice, because they are put back, the first or
 * the last time; a time that is left out when they are put forward is taken as that much later.
 */
export function momentOf(wall: WallTime, zone: string, which: 'first' | 'last'): number {
  const utc = asUtc(wall);
  const [before, after] = [offsetAt(utc - DAY, zone), offsetAt(utc + DAY, zone)];
  const shown = [utc - before, utc - after].filter((at) => offsetAt(at, zone) === utc - at);
  if (shown.length === 0) return utc - before;
  return which === 'first' ? Math.min(...shown) : Math.max(...shown);
}
