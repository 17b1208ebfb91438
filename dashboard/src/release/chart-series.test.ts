import { describe, expect, it } from 'vitest';
import type { HistoryPoint } from '../api/types.js';
import { highestOf, historySeries, isEmpty, lastOf, metricSeries } from './chart-series.js';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const point = (seconds: number, more: Partial<HistoryPoint> = {}): HistoryPoint => ({ at: at(seconds), seconds: 10, asked: 200, accepted: 50, requests: { stable: 900, canary: 100 }, failures: { stable: 9, canary: 5 }, ...more });

describe('series of a release', () => {
  it('turns per mille into per cent, counts into a second, and failures into a part', () => {
    const { times, columns } = historySeries([point(100, { counted: 48, p99: { canary: 140 } })]);
    expect(times).toEqual([100]);
    expect(columns).toEqual({ asked: [20], accepted: [5], counted: [4.8], stableRate: [90], canaryRate: [10], stableFailing: [1], canaryFailing: [5], stableP99: [null], canaryP99: [140] });
  });

  it('has a gap, not a zero, where nothing was seen', () => {
    const { columns } = historySeries([point(100, { seconds: 0, failures: { stable: 0, canary: 9 } })]);
    expect(columns.canaryFailing).toEqual([null]);
    expect(columns.canaryRate).toEqual([null]);
    expect(isEmpty(columns.counted)).toBe(true);
  });

  it('puts points in order, keeps the later of two at one time, and leaves out what has no time', () => {
    const { times, columns } = historySeries([point(30), point(10), point(30, { accepted: 300 }), { ...point(0), at: 'never' }]);
    expect(times).toEqual([10, 30]);
    expect(columns.accepted).toEqual([5, 30]);
  });

  it('shows a metric by its kind', () => {
    const side = { count: 200, bad: 3, value: 120 };
    const points = [{ at: at(1), seconds: 5, stable: side, canary: { count: 0, bad: 0 } }];
    expect(metricSeries('errorRate', points).columns).toEqual({ stable: [1.5], canary: [null], value: [null] });
    expect(metricSeries('latency', points).columns).toEqual({ stable: [120], canary: [null], value: [null] });
    expect(metricSeries('condition', [{ at: at(1), seconds: 5, value: 0.97 }]).columns.value).toEqual([0.97]);
  });

  it('knows the last and the highest number that was seen', () => {
    expect([lastOf([1, 3, null]), highestOf([1, 3, null]), lastOf([null]), highestOf([])]).toEqual([3, 3, undefined, undefined]);
  });
});
