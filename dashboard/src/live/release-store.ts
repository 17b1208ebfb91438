import type { ReleaseSummary } from '../api/types.js';
import { byNewest, hides, type ReleaseFilter } from './release-filter.js';

/** Releases as they are now, by id. Changes are told once a frame, however many came. */
export interface ReleaseStore {
  /** One release; undefined while unknown or gone. */
  read(id: string): ReleaseSummary | undefined;
  /** The releases that a filter lets through, in the order of the list. The same array as long as nothing moved in it. */
  ids(filter: ReleaseFilter): readonly string[];
  /** Every namespace that has a release, sorted; the same array as long as it is the same. */
  namespaces(): readonly string[];
  /** How many are known. */
  size(): number;
  put(release: ReleaseSummary): void;
  remove(id: string): void;
  /** From now until `replace`, what `put` and `remove` say is newer than the list that is being read. */
  beginReading(): void;
  /** Takes over a list that was read. */
  replace(all: readonly ReleaseSummary[]): void;
  subscribe(listener: () => void): () => void;
}

/** A store that tells its listeners by `nextFrame`, which calls back when the browser is about to draw. */
export function createReleaseStore(nextFrame: (call: () => void) => void): ReleaseStore {
  const known = new Map<string, ReleaseSummary>();
  const pending = new Map<string, ReleaseSummary | undefined>();
  const listeners = new Set<() => void>();
  const lists = new Map<string, readonly string[]>();
  const stale = new Set<string>();
  let order: readonly string[] = [];
  let spaces: readonly string[] = [];
  let sinceReading: Set<string> | undefined;
  let due = false;

  const flush = (): void => {
    due = false;
    if (pending.size === 0) return;
    let moved = false;
    for (const [id, release] of pending) {
      const before = known.get(id);
      // Most changes leave a release where it is, and sorting is most of the work.
      moved ||= before === undefined || release === undefined || byNewest(before, release) !== 0;
      if (release === undefined) known.delete(id);
      else known.set(id, release);
    }
    pending.clear();
    if (moved) {
      const sorted = [...known.values()].sort(byNewest);
      order = sorted.map(({ id }) => id);
      spaces = kept(spaces, [...new Set(sorted.map(({ namespace }) => namespace))].sort());
    }
    // Filters that nobody looks through any more are forgotten, and made again if somebody does.
    const looked = [...lists.keys()];
    for (const key of looked.slice(0, Math.max(0, looked.length - 8))) lists.delete(key);
    stale.clear();
    for (const key of lists.keys()) stale.add(key);
    for (const listener of listeners) listener();
  };
  const shows = (filter: ReleaseFilter, id: string): boolean => {
    const release = known.get(id);
    return release !== undefined && !hides(filter, release);
  };
  const note = (id: string, release: ReleaseSummary | undefined): void => {
    pending.set(id, release);
    sinceReading?.add(id);
    if (due) return;
    due = true;
    nextFrame(flush);
  };

  return {
    read: (id) => known.get(id),
    ids: (filter) => {
      const key = JSON.stringify(filter);
      const before = lists.get(key);
      if (before !== undefined && !stale.has(key)) return before;
      const now = kept(before ?? [], order.filter((id) => shows(filter, id)));
      lists.delete(key);
      lists.set(key, now);
      stale.delete(key);
      return now;
    },
    namespaces: () => spaces,
    size: () => known.size,
    put: (release) => note(release.id, release),
    remove: (id) => note(id, undefined),
    beginReading: () => {
      sinceReading = new Set();
    },
    replace: (all) => {
      const newer = sinceReading ?? new Set();
      sinceReading = undefined;
      const ids = new Set(all.map(({ id }) => id));
      for (const id of known.keys()) if (!ids.has(id) && !newer.has(id)) note(id, undefined);
      for (const release of all) if (!newer.has(release.id)) note(release.id, release);
      // At once: who waits for the list would otherwise draw an empty one for a frame.
      flush();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The earlier array when it holds the same, so that whoever drew it need not draw again. */
function kept(before: readonly string[], now: readonly string[]): readonly string[] {
  return before.length === now.length && before.every((id, index) => id === now[index]) ? before : now;
}
