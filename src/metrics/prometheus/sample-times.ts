import type { Series } from '../reading.js';

/** Marks the series of an answer that hold times. */
const MARK = 'serin_sample_time';

/**
 * The same query, with the time of each sample beside its value. Prometheus stamps an answer with the moment of the question;
 * when a sample was really taken only `timestamp()` tells, and only of plain selectors: of anything else it gives that moment, too.
 */
export const withTimes = (query: string): string => `(${query}\n) or label_replace(timestamp((${query}\n)), "${MARK}", "1", "", "")`;

/** Gives each series the time that was answered beside it. @param evaluatedAt milliseconds; a sample of that very moment has no time of its own */
export function timed(series: readonly Series[], evaluatedAt: number): Series[] {
  const times = new Map<string, number>();
  const values: Series[] = [];
  for (const each of series) {
    if (MARK in each.labels) times.set(identity(each), Math.round(each.value * 1000));
    else values.push(each);
  }
  return values.map((each) => {
    const at = times.get(identity(each));
    return at === undefined || at >= evaluatedAt ? each : { ...each, at };
  });
}

/** All labels but the name, which `timestamp()` drops. */
function identity({ labels }: Series): string {
  return JSON.stringify(Object.entries(labels).filter(([name]) => name !== '__name__' && name !== MARK).sort(([a], [b]) => (a < b ? -1 : 1)));
}
