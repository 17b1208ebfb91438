import { describe, expect, it } from 'vitest';
import type { AbortReason, Release } from '../../../model/release.js';
import { releaseOf } from '../testing/releases.js';
import { deliveryOf } from './delivery.js';

const NOW = Date.parse('2026-01-15T00:00:00Z');
const at = (seconds: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000).toISOString();
const ended = (name: string, started: number, took: number, abortReason?: AbortReason, decided = 0): Release => releaseOf({
  name,
  status: {
    phase: abortReason === undefined ? 'Completed' : 'Aborted', startedAt: at(started), endedAt: at(started + took),
    evidence: { stable: { requests: 9, failures: 9 }, canary: { requests: 10, failures: abortReason === undefined ? 0 : 3 } },
    ...(abortReason === undefined ? {} : { abortReason, log: [{ number: 1, time: at(started + decided), code: 'Aborting', arguments: {} }] }),
  },
});

describe('delivery metrics', () => {
  it('count what became stable and what was taken back for what it was', () => {
    const releases = [ended('a', 0, 100), ended('b', 200, 300), ended('c', 600, 50, 'TooManyFailures', 30), ended('d', 700, 50, 'AbortedByUser', 10), ended('e', 800, 9, 'Superseded', 1), releaseOf({ name: 'f', status: { startedAt: at(900) } })];
    expect(deliveryOf(releases, NOW)).toEqual({ releases: 5, perWeek: 1, medianSeconds: 200, takenBack: 2, takenBackShare: 0.5, usersHurt: 9, medianRecoverySeconds: 30, since: at(0) });
  });

  it('say nothing of what never was', () => {
    expect(deliveryOf([], NOW)).toEqual({ releases: 0, perWeek: 0, takenBack: 0, usersHurt: 0, since: new Date(NOW).toISOString() });
  });

  it('make no hundred releases a week of one in the first hour', () => {
    expect(deliveryOf([ended('a', 0, 100)], Date.parse(at(3_600))).perWeek).toBe(1);
  });
});
