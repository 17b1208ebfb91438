import { expect, it } from 'vitest';
import { rangeTime } from './range-time.js';

const now = Date.parse('2026-05-01T12:00:00Z');

it('reads moments, and nothing else', () => {
  expect(["now()", " now( ) - duration('1h30m') ", 'now() - duration("5m") + duration("30s")', "date('2026-04-30')"].map((text) => { const time = rangeTime(text, now); return time === undefined ? undefined : new Date(time).toISOString(); }))
    .toEqual(['2026-05-01T12:00:00.000Z', '2026-05-01T10:30:00.000Z', '2026-05-01T11:55:30.000Z', '2026-04-30T00:00:00.000Z']);
  for (const text of ['', 'now', 'now() - 5m', "now() - duration('soon')", "date('never')", "now() now()", "duration('5m')"]) expect(rangeTime(text, now), text).toBeUndefined();
});
