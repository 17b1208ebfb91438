import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../model/approval.js';
import { API_VERSION } from '../../../model/resources.js';
import { ReleaseSummarySchema } from '../../schemas/release-summary.js';
import { releaseOf } from '../testing/releases.js';
import type { Person } from './asking.js';
import { pageOf } from './listing.js';
import { sharedSummary, summaryFor } from './summary.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const jane: Person = { user: 'jane', groups: ['sre'], mayApprove: () => true };

const approval = (user: string, step: number, groups: string[] = ['sre']): Approval => ({
  apiVersion: API_VERSION, kind: 'Approval', metadata: { namespace: 'shop', name: `${user}-${step}`, uid: user, creationTimestamp: '2026-01-01T00:30:00Z' },
  spec: { release: 'web-1', releaseUid: 'uid-of-web-1', step, approved: true, user, groups },
});
const atApproval = releaseOf({ status: { step: { index: 2, startedAt: '2026-01-01T00:02:00Z' }, message: 'Waits for approval, 0 of 2 (group sre): serin approve web-1.' } });

describe('a release in short', () => {
  it('is as the document says, whatever its state', () => {
    const { status: _, ...fresh } = releaseOf();
    for (const release of [releaseOf(), atApproval, fresh, releaseOf({ status: { phase: 'Aborted', abortReason: 'TooManyFailures', endedAt: '2026-01-01T00:10:00Z' } })]) {
      expect([...Value.Errors(ReleaseSummarySchema, summaryFor(sharedSummary(release, [], NOW), jane))]).toEqual([]);
    }
  });

  it.each([
    ['Pauses until 00:11:00 UTC.', { step: { index: 1, startedAt: '2026-01-01T00:01:00Z' } }, 'pause', '2026-01-01T00:11:00.000Z'],
    ['Waits for canary Pods to become ready: 0 of 1.', { waitingSince: '2026-01-01T00:01:00Z' }, 'pods', '2026-01-01T00:01:30.000Z'],
    ['Lets the canary version finish its requests until 00:01:05 UTC.', { waitingSince: '2026-01-01T00:01:00Z' }, 'drain', '2026-01-01T00:01:05.000Z'],
    ['Waits for the router: the proxies to take over 20 %.', {}, 'router', undefined],
    ['Has not begun: no release begins until 18:00:00 UTC, by the freeze window friday (weekend).', { phase: 'Preparing', held: { for: 'freeze', window: 'friday', until: '2026-01-01T18:00:00Z' } }, 'freeze', '2026-01-01T18:00:00Z'],
    ['Something that is said nowhere.', {}, 'other', undefined],
  ] as const)('%s', (message, status, kind, until) => {
    const release = releaseOf({ spec: { plan: { steps: [{ kind: 'weight', share: 200 }, { kind: 'pause', milliseconds: 600_000 }, { kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 30_000, drainMilliseconds: 5_000 } }, status: { ...status, message } });
    const { waitsFor } = sharedSummary(release, [], NOW).summary;
    expect(waitsFor).toMatchObject({ kind, text: message });
    expect(waitsFor?.until).toBe(until);
  });

  it('waits for those who are asked and have not answered', () => {
    const waits = (person: Person, given: readonly Approval[] = []): boolean => summaryFor(sharedSummary(atApproval, given, NOW), person).waitsForMe;
    expect(sharedSummary(atApproval, [approval('joe', 3)], NOW).summary.waitsFor).toMatchObject({ kind: 'approval', approvals: { given: ['joe'], wanted: 2, groups: ['sre'] } });
    expect([waits(jane), waits(jane, [approval('joe', 3)]), waits(jane, [approval('jane', 3)])]).toEqual([true, true, false]);
    expect([waits({ ...jane, groups: ['dev'] }), waits({ ...jane, mayApprove: () => false }), waits(jane, [approval('jane', 2)])]).toEqual([false, false, true]);
  });

  it('does not wait for its author where that one may not', () => {
    const steps = [{ kind: 'approve' as const, approvals: 1, notAuthor: true }, { kind: 'promote' as const }];
    const at = (author?: string) => releaseOf({ spec: { plan: { steps, sizing: 'part', readyTimeoutMilliseconds: 1, drainMilliseconds: 0 }, ...(author === undefined ? {} : { author }) }, status: { step: { index: 0, startedAt: '2026-01-01T00:02:00Z' } } });
    const waits = (author?: string): boolean => summaryFor(sharedSummary(at(author), [], NOW), jane).waitsForMe;
    expect([waits('jane'), waits('joe'), waits()]).toEqual([false, true, false]);
  });
});

describe('a list of releases', () => {
  const summaries = Array.from({ length: 5 }, (_, index) => summaryFor(sharedSummary(releaseOf({ name: `web-${9 - index}`, status: { startedAt: `2026-01-0${9 - index}T00:00:00Z` } }), [], NOW), jane));

  it('goes on behind a cursor, also when what it names has gone', () => {
    const first = pageOf(summaries, { limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['web-9', 'web-8']);
    const rest = summaries.filter(({ name }) => name !== 'web-8');
    expect(pageOf(rest, { limit: 9, cursor: first.cursor ?? '' }).items.map(({ name }) => name)).toEqual(['web-7', 'web-6', 'web-5']);
  });

  it.each([['WEB-9', 1], ['web v2', 5], ['shop web:v1', 5], ['nothing', 0], ['', 5]])('finds %j', (search, count) => {
    expect(pageOf(summaries, { search }).total).toBe(count);
  });

  it.each(['', 'abc', Buffer.from('[1,2]').toString('base64url'), Buffer.from('{}').toString('base64url')])('refuses the cursor %j', (cursor) => {
    expect(() => pageOf(summaries, { cursor })).toThrow('The cursor is not one of this list');
  });
});
