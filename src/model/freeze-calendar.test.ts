import { describe, expect, it } from 'vitest';
import { freezesAt } from './freeze-calendar.js';
import type { FreezeWindow, FreezeWindowSpec } from './freeze-window.js';

const window = (spec: Partial<FreezeWindowSpec>, name = 'friday'): FreezeWindow => ({ apiVersion: 'serin.dev/v1alpha1', kind: 'FreezeWindow', metadata: { name }, spec: { why: 'weekend', ...spec } });
const until = (spec: Partial<FreezeWindowSpec>, now: string, labels = {}): string | undefined => {
  const [freeze] = freezesAt([window(spec)], labels, Date.parse(now));
  return freeze && new Date(freeze.until ?? NaN).toISOString();
};

describe('weekly windows', () => {
  const friday = { timeZone: 'Europe/Berlin', weekly: [{ days: ['Friday' as const], from: '12:00', to: '18:00' }] } satisfies Partial<FreezeWindowSpec>;

  it('are in the time of their zone, in summer and in winter', () => {
    expect(until(friday, '2026-01-02T10:59:59Z')).toBeUndefined();
    expect(until(friday, '2026-01-02T11:00:00Z')).toBe('2026-01-02T17:00:00.000Z');
    expect(until(friday, '2026-01-02T17:00:00Z')).toBeUndefined();
    expect(until(friday, '2026-07-03T10:00:00Z')).toBe('2026-07-03T16:00:00.000Z');
    expect(until(friday, '2026-01-01T12:00:00Z')).toBeUndefined();
    expect(until({ weekly: friday.weekly }, '2026-01-02T12:00:00Z')).toBe('2026-01-02T18:00:00.000Z');
  });

  it('may go over midnight, and follow one another without a gap', () => {
    const night: Partial<FreezeWindowSpec> = { weekly: [{ days: ['Friday'], from: '22:00', to: '06:00' }] };
    expect(until(night, '2026-01-03T05:59:00Z')).toBe('2026-01-03T06:00:00.000Z');
    expect(until(night, '2026-01-02T05:59:00Z')).toBeUndefined();
    const weekend: Partial<FreezeWindowSpec> = { weekly: [{ days: ['Friday'], from: '16:00', to: '00:00' }, { days: ['Saturday', 'Sunday'], from: '00:00', to: '00:00' }] };
    expect(until(weekend, '2026-01-02T16:00:00Z')).toBe('2026-01-05T00:00:00.000Z');
    expect(until(weekend, '2026-01-05T00:00:00Z')).toBeUndefined();
  });

  it('keep their times of day when clocks are changed', () => {
    // Berlin puts clocks forward on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00.
    const sunday: Partial<FreezeWindowSpec> = { timeZone: 'Europe/Berlin', weekly: [{ days: ['Saturday'], from: '20:00', to: '08:00' }] };
    expect(until(sunday, '2026-03-28T19:00:00Z')).toBe('2026-03-29T06:00:00.000Z');
    expect(until(sunday, '2026-10-24T18:00:00Z')).toBe('2026-10-25T07:00:00.000Z');
    const early: Partial<FreezeWindowSpec> = { timeZone: 'Europe/Berlin', weekly: [{ days: ['Sunday'], from: '02:30', to: '04:00' }] };
    // 02:30 is left out in spring, and comes twice in autumn.
    expect(until(early, '2026-03-29T01:29:00Z')).toBeUndefined();
    expect(until(early, '2026-03-29T01:30:00Z')).toBe('2026-03-29T02:00:00.000Z');
    expect(until(early, '2026-10-25T00:30:00Z')).toBe('2026-10-25T03:00:00.000Z');
    const late: Partial<FreezeWindowSpec> = { timeZone: 'Europe/Berlin', weekly: [{ days: ['Sunday'], from: '01:00', to: '02:30' }] };
    expect(until(late, '2026-10-25T01:00:00Z')).toBe('2026-10-25T01:30:00.000Z');
  });
});

describe('windows', () => {
  const once: Partial<FreezeWindowSpec> = { once: [{ from: '2026-12-24T00:00:00Z', to: '2027-01-02T00:00:00+01:00' }] };

  it('may be at one time alone', () => {
    expect(until(once, '2026-12-23T23:59:59Z')).toBeUndefined();
    expect(until(once, '2026-12-24T00:00:00Z')).toBe('2027-01-01T23:00:00.000Z');
  });

  it('are for policies with their labels', () => {
    const shop = { ...once, policies: { team: 'shop' } };
    expect(until(shop, '2026-12-25T00:00:00Z')).toBeUndefined();
    expect(until(shop, '2026-12-25T00:00:00Z', { team: 'shop', more: 'yes' })).toBeDefined();
  });

  it('hold until they are mended when their zone is unknown', () => {
    expect(freezesAt([window({ ...once, timeZone: 'Mars/Olympus' })], {}, 0)).toEqual([{ window: 'friday', kind: 'FreezeWindow', why: 'there is no time zone "Mars/Olympus"', until: undefined }]);
  });

  it('are told from the one that ends last', () => {
    const now = Date.parse('2026-12-25T00:00:00Z');
    const short = window({ once: [{ from: '2026-12-24T00:00:00Z', to: '2026-12-26T00:00:00Z' }], exceptWith: { users: ['ana'] } }, 'short');
    expect(freezesAt([short, window(once)], {}, now).map(({ window: name }) => name)).toEqual(['friday', 'short']);
    expect(freezesAt([short], {}, now)[0]?.exceptWith).toEqual({ users: ['ana'], groups: [] });
  });

  it('that never end are as long as anybody looks ahead', () => {
    const always = { weekly: [{ days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as ('Monday')[], from: '00:00', to: '00:00' }] };
    expect(Date.parse(until(always, '2026-01-02T16:00:00Z') ?? '')).toBeGreaterThan(Date.parse('2026-02-01'));
  });
});
