import type { Outcome, ReleaseSummary } from '../api/types.js';

/** What a person wants to see of the list of releases. */
export interface ReleaseFilter {
  /** Words that all have to occur, in any order and case. */
  readonly search: string;
  /** Empty: all. */
  readonly namespace: string;
  readonly outcome: Outcome | 'all';
  /** Only what this person can move on. */
  readonly waitsForMe: boolean;
}

/** Lets everything through. */
export const everything: ReleaseFilter = { search: '', namespace: '', outcome: 'all', waitsForMe: false };

/** Whether a filter hides a release. */
export function hides(filter: ReleaseFilter, release: ReleaseSummary): boolean {
  if (filter.namespace !== '' && release.namespace !== filter.namespace) return true;
  if (filter.outcome !== 'all' && release.outcome !== filter.outcome) return true;
  if (filter.waitsForMe && !release.waitsForMe) return true;
  const words = filter.search.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return words.length > 0 && !words.every((word) => textOf(release).includes(word));
}

const texts = new WeakMap<ReleaseSummary, string>();

/** What search looks at. A release is replaced and never changed, so its text is made once. */
function textOf(release: ReleaseSummary): string {
  const known = texts.get(release);
  if (known !== undefined) return known;
  const { namespace, name, policy, phase, strategy, abortReason, stable, canary } = release;
  const text = [namespace, name, policy, phase, strategy, abortReason, ...[stable, canary].flatMap((version) => [version.name, version.hash, ...version.images])].join(' ').toLowerCase();
  texts.set(release, text);
  return text;
}

/** Running ones first, then by when they began, the latest first; names settle the rest, so that rows do not dance. */
export function byNewest(a: ReleaseSummary, b: ReleaseSummary): number {
  const running = Number(b.outcome === 'running') - Number(a.outcome === 'running');
  if (running !== 0) return running;
  const began = inOrder(b.startedAt ?? '9', a.startedAt ?? '9');
  return began !== 0 ? began : inOrder(a.id, b.id);
}

/** By code units: times and ids are ASCII, and comparing as people sort costs fifty times as much. */
function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
