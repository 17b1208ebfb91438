import { expect, test } from 'vitest';
import { createFormats, millisecondsOf } from './formats.js';

const en = createFormats('en');
const zh = createFormats('zh');

test.each([[0, '0s'], [0.4, '0s'], [59.6, '1m'], [125, '2m 5s'], [3_600, '1h'], [3_725, '1h 2m'], [90_061, '1d 1h'], [-3, '0s']])('%s s are "%s"', (seconds, text) => {
  expect(en.duration(seconds)).toBe(text);
});

test('durations in Chinese name their units', () => {
  expect(zh.duration(125)).toMatch(/2\s?分钟 5\s?秒/);
});

test('shares are per mille and shown as per cent', () => {
  expect([0, 5, 100, 333, 1000].map((share) => en.share(share))).toEqual(['0%', '0.5%', '10%', '33.3%', '100%']);
});

test('ages are cut, not rounded up, and the last ten seconds are now', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');
  expect(en.relative(now - 9_000, now)).toBe('now');
  expect(en.relative(now - 119_000, now)).toBe('1 minute ago');
  expect(en.relative(now + 7_300_000, now)).toBe('in 2 hours');
});

test('a time that cannot be read is a dash', () => {
  expect(en.dateTime('soon')).toBe('–');
  expect(en.exact(undefined)).toBe('–');
  expect(millisecondsOf('2026-01-02T03:04:05+01:00')).toBe(Date.parse('2026-01-02T02:04:05Z'));
});
