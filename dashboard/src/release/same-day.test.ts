import { expect, it } from 'vitest';
import { isSameDay } from './same-day.js';

it('tells a time of today from one of another day', () => {
  const noon = new Date(2026, 10, 22, 12);
  const on = (day: number, hour: number): string => new Date(2026, 10, day, hour).toISOString();
  expect([on(22, 0), on(22, 23), on(21, 23), on(23, 0), 'soon'].map((at) => isSameDay(at, noon.getTime()))).toEqual([true, true, false, false, false]);
});
