import type { ReleaseQuery, ReleaseSummary } from '../../schemas/release-summary.js';
import { invalid } from '../../errors.js';

const PAGE = 200;

/** One page of what matches. @param summaries in order @throws HttpError 400 for a cursor of another list */
export function pageOf(summaries: readonly ReleaseSummary[], query: ReleaseQuery): { items: ReleaseSummary[]; total: number; cursor?: string } {
  const matching = summaries.filter((summary) => matches(summary, query));
  const from = query.cursor === undefined ? 0 : afterCursor(matching, query.cursor);
  const limit = query.limit ?? PAGE;
  const items = matching.slice(from, from + limit);
  const last = items.at(-1);
  return { items, total: matching.length, ...(last && from + limit < matching.length ? { cursor: cursorOf(last) } : {}) };
}

function matches(summary: ReleaseSummary, { outcome = 'all', waiting, search = '' }: ReleaseQuery): boolean {
  if (outcome !== 'all' && summary.outcome !== outcome) return false;
  if (waiting === 'me' && !summary.waitsForMe) return false;
  if (waiting === 'anyone' && summary.waitsFor?.approvals === undefined) return false;
  return hasWords(search, [summary.namespace, summary.name, summary.policy, summary.canary.name, summary.stable.name, summary.phase, summary.abortReason ?? '']);
}

/** Whether each word of a search stands in one of the texts, in whatever case. */
export function hasWords(search: string, texts: readonly string[]): boolean {
  if (search === '') return true;
  const all = texts.join('\n').toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

/** Where a page ends: the release, and its place among all that are ordered alike. */
const cursorOf = ({ id, outcome, startedAt = '' }: ReleaseSummary): string => Buffer.from(JSON.stringify([outcome === 'running' ? 0 : 1, startedAt, id])).toString('base64url');

/** The first one behind a cursor, also where the release that it names has gone or moved. */
function afterCursor(summaries: readonly ReleaseSummary[], cursor: string): number {
  const [ended, startedAt, id] = readCursor(cursor);
  const known = summaries.findIndex((summary) => summary.id === id);
  const there = summaries[known];
  if (there && (there.outcome === 'running' ? 0 : 1) === ended) return known + 1;
  const next = summaries.findIndex((summary) => {
    const own = summary.outcome === 'running' ? 0 : 1;
    return own > ended || (own === ended && (summary.startedAt ?? '') < startedAt);
  });
  return next === -1 ? summaries.length : next;
}

function readCursor(cursor: string): [ended: number, startedAt: string, id: string] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(read) && typeof read[0] === 'number' && typeof read[1] === 'string' && typeof read[2] === 'string') return [read[0], read[1], read[2]];
  } catch {
    // Told below.
  }
  throw invalid('The cursor is not one of this list: ask for the first page again, without a cursor.');
}
