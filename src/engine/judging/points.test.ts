import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POINTS } from '../../model/evidence-record.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { addPoint, readPoints, writtenPoints, type Point } from './points.js';
import { START } from './testing/samples.js';

const pointsOf = (samples: readonly MetricSample[]): readonly Point[] => samples.reduce<readonly Point[]>((points, sample) => addPoint(points, sample), []);
const total = (points: readonly Point[]): number => points.reduce((sum, { canary }) => sum + (canary?.count ?? 0), 0);

const blocks = fc.array(fc.record({ seconds: fc.integer({ min: 1, max: 60 }), requests: fc.integer({ min: 0, max: 50 }) }), { minLength: 1, maxLength: 400 });

describe('points', () => {
  it('always cover all of the release, whatever comes, with no more than so many', () => {
    fc.assert(
      fc.property(blocks, (list) => {
        let at = START;
        const points = pointsOf(list.map(({ seconds, requests }) => ({ kind: 'errorRate', block: { at: (at += seconds * 1000), seconds, stable: { requests: 0, bad: 0 }, canary: { requests, bad: 0 } } })));
        expect(points.length).toBe(Math.min(list.length, POINTS));
        expect(total(points)).toBe(list.reduce((sum, { requests }) => sum + requests, 0));
        expect(points.at(-1)?.at).toBe(at);
        let end = START;
        for (const point of points) {
          expect(point.at - point.seconds * 1000).toBeCloseTo(end, 3);
          end = point.at;
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are about as long as each other', () => {
    const seconds = Array.from({ length: 3600 }, (_, index): MetricSample => ({ kind: 'errorRate', block: { at: START + index * 1000, seconds: 1, stable: { requests: 1, bad: 0 }, canary: { requests: 1, bad: 0 } } }));
    const lengths = pointsOf(seconds).slice(0, -1).map((point) => point.seconds);
    expect(Math.max(...lengths)).toBeLessThan(130);
    expect(lengths.filter((length) => length > 30).length).toBeGreaterThan(40);
  });

  it('leave out what is not newer', () => {
    const sample: MetricSample = { kind: 'condition', at: START, measurement: 'success' };
    const points = pointsOf([sample]);
    expect(addPoint(points, sample)).toBe(points);
    expect(addPoint(points, { ...sample, at: START - 1 })).toBe(points);
  });

  it('of latencies have the percentile of all their requests, from the buckets', () => {
    const histogram = (index: number, canary: number[]): MetricSample => ({ kind: 'latency', block: { at: START + index * 1000, seconds: 1, edges: [100, 200, 400], stable: [10, 0, 0, 0], canary } });
    const many = [...Array.from({ length: 60 }, (_, index) => histogram(index, [100, 0, 0, 0])), histogram(60, [0, 0, 100, 0])];
    expect(writtenPoints(pointsOf(many.slice(60)), 0.5)).toMatchObject([{ canary: { count: 100, value: 300 }, stable: { count: 10, value: 50 } }]);
    const [first, second] = [pointsOf(many), pointsOf([...many, histogram(61, [0, 0, 0, 1])])];
    expect(writtenPoints(first, 0.99)[0]).toMatchObject({ seconds: 2, canary: { count: 200, value: 99 } });
    expect(writtenPoints(second, 0.99).at(-1)).toMatchObject({ canary: { count: 1, value: 400 } });
  });

  it('of several measurements are as bad as the worst', () => {
    const measured = (['success', 'failure', 'error', 'success'] as const).flatMap((measurement, kind) => Array.from({ length: 30 }, (_, index): MetricSample => ({ kind: 'condition', at: START + (kind * 30 + index) * 1000, measurement, value: kind })));
    const counts = new Map<string, number>();
    for (const { measured: one = '' } of pointsOf(measured)) counts.set(one, (counts.get(one) ?? 0) + 1);
    expect(counts.get('failure')).toBeGreaterThan(10);
    const few = pointsOf(Array.from({ length: 61 }, (_, index): MetricSample => ({ kind: 'condition', at: START + index * 1000, measurement: index === 1 ? 'failure' : 'success', value: index })));
    expect(few.filter(({ measured: one }) => one === 'failure')).toMatchObject([{ value: 1 }]);
  });

  it('come back from a record as they were, but for buckets', () => {
    const samples: MetricSample[] = [
      { kind: 'saturation', sample: { at: START, stable: [1, 3], canary: [5] } },
      { kind: 'saturation', sample: { at: START + 15_000, stable: [], canary: [7, 9] } },
    ];
    const written = writtenPoints(pointsOf(samples), undefined);
    expect(written).toMatchObject([{ seconds: 0, stable: { count: 2, value: 2 }, canary: { count: 1, value: 5 } }, { seconds: 15, stable: { count: 0 }, canary: { count: 2, value: 8 } }]);
    expect(writtenPoints(readPoints(written), undefined)).toEqual(written);
    expect(readPoints([{ at: 'never', seconds: 1 }])).toEqual([]);
  });
});
