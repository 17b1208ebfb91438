/** What is on record of one message. */
export type Entry =
  /** Sending began so many times, by as many processes, and nobody knows how it ended. */
  | { readonly state: 'begun'; readonly times: number }
  /** It was taken, or given up. With a handle it can still be changed. */
  | { readonly state: 'done'; readonly handle?: string };

/** Most entries that are kept. */
export const MOST_ENTRIES = 512;
const LONGEST_HANDLE = 110;

/** Entries as a channel's status has them: `MARK`, `MARK?TIMES`, `MARK=HANDLE`; the newest last. */
export function writeRecord(entries: ReadonlyMap<string, Entry>): string[] {
  const lines = [...entries].map(([mark, entry]) => {
    if (entry.state === 'begun') return `${mark}?${entry.times}`;
    return entry.handle === undefined || entry.handle.length > LONGEST_HANDLE ? mark : `${mark}=${entry.handle}`;
  });
  return lines.slice(-MOST_ENTRIES);
}

/** Reads them; what cannot be read is left out. */
export function readRecord(lines: readonly string[]): Map<string, Entry> {
  return new Map(lines.flatMap((line): [string, Entry][] => {
    const [, mark = '', sign, rest = ''] = /^([0-9a-f]{16})(?:([?=])(.*))?$/.exec(line) ?? [];
    if (mark === '') return [];
    if (sign === '?') return [[mark, { state: 'begun', times: Number(rest) || 1 }]];
    return [[mark, sign === '=' ? { state: 'done', handle: rest } : { state: 'done' }]];
  }));
}
