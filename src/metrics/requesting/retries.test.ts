import { expect, it } from 'vitest';
import { pauseAfter, retryAfterOf } from './retries.js';

it('tries three times at most, and never twice what may have been done', () => {
  const pauses = (more: object) => [0, 1, 2].map((number) => pauseAfter({ number, repeatable: false, ...more }));
  expect(pauses({ code: 'ECONNREFUSED' })).toEqual([250, 1000, undefined]);
  expect(pauses({ status: 429, retryAfter: 3000 })).toEqual([3000, 3000, undefined]);
  expect(pauses({ code: 'ECONNRESET' })).toEqual([undefined, undefined, undefined]);
  expect(pauses({ code: 'ECONNRESET', repeatable: true })).toEqual([250, 1000, undefined]);
  expect(pauses({ status: 503 })).toEqual([undefined, undefined, undefined]);
  expect(pauses({ status: 503, repeatable: true })).toEqual([250, 1000, undefined]);
  for (const status of [200, 400, 401, 404, 422, 501]) expect(pauses({ status, repeatable: true })).toEqual([undefined, undefined, undefined]);
  // A time limit that has run out runs out again.
  expect(pauses({ repeatable: true })).toEqual([undefined, undefined, undefined]);
});

it('reads how long it is asked to wait', () => {
  const now = Date.UTC(2026, 0, 1);
  const of = (headers: Record<string, string>) => retryAfterOf((name) => headers[name], now);
  expect(of({ 'retry-after': '7' })).toBe(7000);
  expect(of({ 'retry-after': new Date(now + 9000).toUTCString() })).toBe(9000);
  expect(of({ 'retry-after': new Date(now - 9000).toUTCString() })).toBe(0);
  expect(of({ 'x-ratelimit-reset': '12' })).toBe(12_000);
  expect(of({ 'retry-after': 'soon' })).toBeUndefined();
  expect(of({})).toBeUndefined();
});
