import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Series } from '../reading.js';
import { PodTotals } from './pod-totals.js';

const series = (pod: string, value: number, more: { code?: string; at?: number } = {}): Series =>
  ({ labels: { pod, code: more.code ?? '200' }, value, ...(more.at === undefined ? {} : { at: more.at }) });

it('adds up the series of a Pod, whichever are there, and never falls', () => {
  const totals = new PodTotals();
  totals.add([series('a', 100), series('a', 5, { code: '500' }), series('b', 7)]);
  expect([totals.of('a')?.get(''), totals.of('b')?.get(''), totals.of('c')]).toEqual([105, 7, undefined]);
  // One series is missing for a while: nothing was counted back.
  totals.add([series('a', 110)]);
  totals.add([series('a', 110), series('a', 6, { code: '500' })]);
  expect(totals.of('a')?.get('')).toBe(116);
  // Begun anew.
  totals.add([series('a', 3), series('a', 1, { code: '500' })]);
  expect(totals.of('a')?.get('')).toBe(120);
});

it('knows who says something new: by the times of samples, else by their values', () => {
  const totals = new PodTotals();
  expect([...totals.add([series('a', 1, { at: 10 }), series('b', 1)])]).toEqual(['a', 'b']);
  expect([...totals.add([series('a', 1, { at: 10 }), series('b', 1)])]).toEqual([]);
  expect([...totals.add([series('a', 1, { at: 11 }), series('b', 2)])]).toEqual(['a', 'b']);
  expect([...totals.add([series('a', 1, { at: 11 }), series('a', 4, { at: 11, code: '500' })])]).toEqual(['a']);
  expect([...totals.add([{ labels: {}, value: 9 }, series('c', Infinity), series('d', NaN)])]).toEqual([]);
});

it('comes to what was counted, whichever series are missing and whenever programs begin anew', () => {
  const event = fc.record({ of: fc.nat(2), rise: fc.nat(50), anew: fc.boolean(), missing: fc.boolean() });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const totals = new PodTotals();
      const counters = [0, 1, 2].map(() => ({ raw: 0, read: 0 }));
      let counted = 0;
      for (const { of, rise, anew, missing } of events) {
        const counter = counters[of];
        if (!counter) continue;
        // A new beginning is seen where the counter is read before it has passed what it was; what was not read before it is lost to anybody.
        const seenAnew = anew && rise < counter.read;
        if (seenAnew) {
          counted -= counter.raw - counter.read;
          counter.raw = 0;
        }
        counter.raw += rise;
        counted += rise;
        if (missing && !seenAnew) continue;
        counter.read = counter.raw;
        totals.add([series('a', counter.raw, { code: String(of) })]);
      }
      totals.add(counters.map(({ raw }, of) => series('a', raw, { code: String(of) })));
      expect(totals.of('a')?.get('')).toBe(counted);
    }),
  );
});
