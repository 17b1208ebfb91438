import { expect, it } from 'vitest';
import { lasted } from './lasted.js';

it('measures from a beginning to an end, or to now, and never below nothing', () => {
  const [from, to] = ['2026-11-22T10:00:00Z', '2026-11-22T10:01:30Z'];
  expect(lasted(from, to, 0)).toBe(90_000);
  expect(lasted(from, undefined, Date.parse(to))).toBe(90_000);
  expect(lasted(to, from, 0)).toBe(0);
  expect([lasted(undefined, to, 0), lasted('soon', to, 0), lasted(from, 'later', 0)]).toEqual([undefined, undefined, undefined]);
});
