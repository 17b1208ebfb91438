import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barLines, columnsOf, type Stretch } from './chart.js';

describe('columns', () => {
  const stretches: Stretch[] = [{ from: 0, to: 10, value: 1 }, { from: 10, to: 20, value: undefined }, { from: 20, to: 40, value: 3 }];

  it('share the time, and keep what stood highest in each', () => {
    expect(columnsOf(stretches, 0, 40, 4)).toEqual([1, undefined, 3, 3]);
    expect(columnsOf(stretches, 0, 40, 2)).toEqual([1, 3]);
    expect(columnsOf(stretches, 0, 40, 1)).toEqual([3]);
    expect(columnsOf([], 0, 40, 2)).toEqual([undefined, undefined]);
  });

  it('lose no peak, however few there are', () => {
    fc.assert(fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 80 }), (values, count) => {
      const each = values.map((value, at) => ({ from: at, to: at + 1, value }));
      expect(Math.max(...columnsOf(each, 0, values.length, count).map((value) => value ?? 0))).toBe(Math.max(...values));
    }));
  });
});

describe('bars', () => {
  it('rise by eighths of a character', () => {
    expect(barLines([0, 1, 2, 3, 4, 5, 6, 7, 8], 8)).toEqual(['▁▁▂▃▄▅▆▇█']);
    expect(barLines([8, 4, 12, 16], 16, 2)).toEqual(['  ▄█', '█▄██']);
  });

  it('tell nothing seen from nothing bad', () => {
    expect(barLines([undefined, 0, 1], 1)).toEqual([' ▁█']);
    expect(barLines([0, 0], 0)).toEqual(['▁▁']);
  });

  it('are as wide as there are values, as high as asked, and higher for more', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined })), fc.integer({ min: 1, max: 6 }), (values, height) => {
      const top = Math.max(0, ...values.map((value) => value ?? 0));
      const lines = barLines(values, top, height);
      expect(lines).toHaveLength(height);
      for (const line of lines) expect([...line]).toHaveLength(values.length);
      const eighths = values.map((_, column) => lines.reduce((sum, line) => sum + ' ▁▂▃▄▅▆▇█'.indexOf([...line][column] ?? ' '), 0));
      values.forEach((value, at) => expect(eighths[at] === 0).toBe(value === undefined));
      values.forEach((one, at) => values.forEach((other, beside) => {
        if (one !== undefined && other !== undefined && one <= other) expect(eighths[at]).toBeLessThanOrEqual(eighths[beside] ?? 0);
      }));
    }));
  });
});
