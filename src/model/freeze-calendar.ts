import type { FreezeWindow, FreezeWindowSpec } from './freeze-window.js';
import { weekdays } from './freeze-window.js';
import { isTimeZone, momentOf, wallTimeAt, type WallTime } from './local-time.js';

/** A window in which a release may not begin. */
export interface Freeze {
  readonly window: string;
  /** FreezeWindow or ClusterFreezeWindow. */
  readonly kind: string;
  readonly why: string;
  /** When it ends, in milliseconds since the epoch; undefined for one that cannot be read, which holds until it is mended. */
  readonly until: number | undefined;
  /** Who may let a release through; nobody when absent. */
  readonly exceptWith?: { readonly users: readonly string[]; readonly groups: readonly string[] } | undefined;
}

/** Windows that follow one another without a gap are one, as far as this many of them. */
const CHAIN = 60;

/** The windows that a policy with these labels is in, the one that ends last first. @param now milliseconds since the epoch */
export function freezesAt(windows: readonly FreezeWindow[], labels: Readonly<Record<string, string>>, now: number): Freeze[] {
  const meant = windows.filter(({ spec }) => Object.entries(spec.policies ?? {}).every(([name, value]) => labels[name] === value));
  const freezes = meant.flatMap((window): Freeze[] => {
    const { spec, metadata, kind } = window;
    const { users = [], groups = [] } = spec.exceptWith ?? {};
    const known = { window: metadata.name, kind, ...(spec.exceptWith ? { exceptWith: { users, groups } } : {}) };
    const zone = spec.timeZone ?? 'UTC';
    // Whoever froze something and misspelt the zone does not mean that everything may go.
    if (!isTimeZone(zone)) return [{ ...known, why: `there is no time zone "${zone}"`, until: undefined }];
    const until = endOf(spec, zone, now);
    return until === undefined ? [] : [{ ...known, why: spec.why, until }];
  });
  return freezes.sort((a, b) => (b.until ?? Number.POSITIVE_INFINITY) - (a.until ?? Number.POSITIVE_INFINITY));
}

/** When the window ends that this moment is in; undefined when it is in none. */
function endOf(spec: FreezeWindowSpec, zone: string, now: number): number | undefined {
  let end: number | undefined;
  for (let part = 0; part < CHAIN; part++) {
    const next = Math.max(...[...onceAt(spec, end ?? now), ...weeklyAt(spec, zone, end ?? now)]);
    if (next === Number.NEGATIVE_INFINITY) break;
    end = next;
  }
  return end;
}

const onceAt = ({ once = [] }: FreezeWindowSpec, now: number): number[] => once.flatMap(({ from, to }) => (Date.parse(from) <= now && now < Date.parse(to) ? [Date.parse(to)] : []));

/** The ends of the weekly times that this moment is in. One that began the day before may still last. */
function weeklyAt({ weekly = [] }: FreezeWindowSpec, zone: string, now: number): number[] {
  const today = wallTimeAt(now, zone);
  return weekly.flatMap(({ days, from, to }) =>
    [-1, 0].flatMap((back) => {
      const day = shifted(today, back);
      if (!days.includes(weekdays[(new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay() + 6) % 7] ?? 'Monday')) return [];
      const begins = momentOf(at(day, from), zone, 'first');
      const ends = momentOf(at(to > from ? day : shifted(day, 1), to), zone, 'last');
      return begins <= now && now < ends ? [ends] : [];
    }),
  );
}

const at = (day: WallTime, time: string): WallTime => ({ ...day, hour: Number(time.slice(0, 2)), minute: Number(time.slice(3)) });

/** The same time so many days later. */
function shifted(wall: WallTime, days: number): WallTime {
  const date = new Date(Date.UTC(wall.year, wall.month - 1, wall.day + days));
  return { ...wall, year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
