import fc from 'fast-check';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { EvidenceSpecSchema } from '../../model/evidence-record.js';
import type { PlanStep } from '../../model/plan.js';
import type { PlannedAnalysis, PlannedMetric } from '../../model/policy/analysis.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { judgeOf } from './judge.js';
import { analysisOf, feed, requests, START } from './testing/samples.js';

const errors: PlannedMetric = { name: 'errors', errorRate: {} };
const judge = judgeOf(analysisOf(errors), { first: false });
const observed = (metrics: readonly PlannedMetric[], name: string, samples: readonly MetricSample[], first = false) => {
  const other = judgeOf(analysisOf(...metrics), { first });
  return other.observe(feed(other, name, samples)).find((metric) => metric.name === name);
};

describe('a judge', () => {
  it('takes a bad version back, lets a good one pass, and is undecided before', () => {
    expect(judge.observe(judge.fresh)).toMatchObject([{ name: 'errors', kind: 'errorRate', outcome: 'undecided', says: 'no samples yet', samples: 0, dryRun: false, ofSteps: false, ended: false }]);
    expect(observed([errors], 'errors', requests(3, [100, 1], [10, 3]))).toMatchObject({ outcome: 'fail', samples: 3 });
    expect(observed([errors], 'errors', requests(1, [100, 1], [10, 3]))).toMatchObject({ outcome: 'undecided', leansWorse: true });
    expect(observed([errors], 'errors', requests(60, [100, 1], [10, 0]))).toMatchObject({ outcome: 'pass', leansWorse: false, watches: false });
  });

  it('never changes a state, and hears nothing of metrics that it does not know or of samples of another kind', () => {
    const state = feed(judge, 'errors', requests(3, [100, 1], [10, 3]));
    const copy = structuredClone(state);
    for (const old of requests(3, [100, 1], [10, 3])) expect(judge.add(state, 'errors', old)).toBe(state);
    expect(judge.add(state, 'nobody', { kind: 'condition', at: START, measurement: 'failure' })).toBe(state);
    expect(judge.add(state, 'errors', { kind: 'condition', at: START + 9000, measurement: 'failure' })).toBe(state);
    feed(judge, 'errors', requests(5, [100, 1], [10, 3]), state);
    judge.problem(state, 'errors', 'gone');
    expect(state).toEqual(copy);
  });

  it('names a problem until there is none', () => {
    const broken = judge.problem(judge.fresh, 'errors', 'no Pod answers at port 9090');
    expect(judge.observe(broken)).toMatchObject([{ problem: 'no Pod answers at port 9090' }]);
    expect(judge.problem(broken, 'errors', 'no Pod answers at port 9090')).toBe(broken);
    expect(judge.observe(judge.problem(broken, 'errors', undefined))[0]).not.toHaveProperty('problem');
  });

  it('shares the false alarms out once for all; what only looks takes nothing, and conditions take nothing', () => {
    const metrics: PlannedMetric[] = [
      errors, { name: 'latency', latency: {}, weight: 3 }, { name: 'trial', errorRate: {}, dryRun: true }, { name: 'smoke', condition: { success: 'result > 0', every: '30s' } },
    ];
    const needed = (name: string): number | undefined => {
      const all = judgeOf(analysisOf(...metrics), { first: false });
      return all.record(all.fresh, { release: 'web-1', canary: 'c', now: START }).metrics.find((metric) => metric.name === name)?.numbers?.['worseNeeded'];
    };
    expect(needed('errors')).toBeCloseTo(0.0025, 8);
    expect(needed('latency')).toBeCloseTo(0.0075, 8);
    expect(needed('trial')).toBeCloseTo(0.002, 8);
    expect(needed('smoke')).toBeUndefined();
  });

  it('gives a metric of several steps its part of the false alarms in all of them together', () => {
    const metrics: PlannedMetric[] = [errors, { name: 'smoke', errorRate: {} }, { name: 'once', errorRate: {} }, { name: 'never', errorRate: {} }];
    const analysis = { ...analysisOf(...metrics), ofSteps: ['smoke', 'once', 'never'] };
    const steps: PlanStep[] = [
      { kind: 'analyze', metrics: ['smoke'] }, { kind: 'weight', share: 100 }, { kind: 'analyze', metrics: ['smoke', 'errors', 'once'] }, { kind: 'analyze', metrics: ['smoke', 'errors'] }, { kind: 'analyze' }, { kind: 'promote' },
    ];
    const needed = (about: Parameters<typeof judgeOf>[1]): Record<string, number | undefined> => {
      const all = judgeOf(analysis, about);
      return Object.fromEntries(all.record(all.fresh, { release: 'web-1', canary: 'c', now: START }).metrics.map(({ name, numbers }) => [name, numbers?.['worseNeeded']]));
    };
    expect(needed({ first: false, steps })).toEqual({ errors: 0.0025, smoke: 0.000_833_333, once: 0.0025, never: 0.0025 });
    expect(needed({ first: false })).toEqual({ errors: 0.0025, smoke: 0.0025, once: 0.0025, never: 0.0025 });
  });

  it('of a first version holds errors against 5 % and leaves out what compares', () => {
    const metrics: PlannedMetric[] = [errors, { name: 'latency', latency: {} }, { name: 'slo', latency: { below: '200ms' } }, { name: 'own', errorRate: {}, from: { web: { url: 'http://a', timeout: '1s' } } }, { name: 'memory', saturation: { every: '15s' } }];
    const first = judgeOf(analysisOf(...metrics), { first: true });
    expect(first.observe(first.fresh).map(({ name }) => name)).toEqual(['errors', 'slo']);
    expect(observed(metrics, 'errors', requests(20, [0, 0], [50, 10]), true)).toMatchObject({ outcome: 'fail', says: expect.stringMatching(/^canary fails 20 % of 1,000 requests, the limit is 5 %; above it with 99.5 % confidence$/) as string });
    expect(observed(metrics, 'errors', requests(20, [0, 0], [50, 0]), true)).toMatchObject({ outcome: 'pass' });
  });

  it('says that nothing shifted only once both versions were seen, and that this proves nothing', () => {
    const shift: PlannedMetric = { name: 'shape', latency: { shift: 'slower' } };
    const histogram = (seconds: number, canary: number[]): MetricSample[] =>
      Array.from({ length: seconds }, (_, index) => ({ kind: 'latency', block: { at: START + (index + 1) * 1000, seconds: 1, edges: [100, 200], stable: [90, 9, 1], canary } }));
    expect(observed([shift], 'shape', histogram(5, [0, 0, 0]))).toMatchObject({ outcome: 'undecided', samples: 0 });
    expect(observed([shift], 'shape', histogram(5, [9, 1, 0]))).toMatchObject({ outcome: 'pass', watches: true });
    expect(observed([shift], 'shape', histogram(60, [0, 10, 0]))).toMatchObject({ outcome: 'fail' });
  });

  it('knows a limit for what goes up and down, whatever is said of stable', () => {
    const memory: PlannedMetric = { name: 'memory', saturation: { below: 500, every: '15s' } };
    const gauge = (value: number): MetricSample[] => Array.from({ length: 40 }, (_, index) => ({ kind: 'saturation', sample: { at: START + index * 15_000, stable: [1e6], canary: [value] } }));
    expect(observed([memory], 'memory', gauge(900))).toMatchObject({ outcome: 'fail' });
    expect(observed([memory], 'memory', gauge(100))).toMatchObject({ outcome: 'pass', says: 'a canary Pod is at 100 on average, the limit is 500; below it more often than not with 95 % confidence' });
  });
});

describe('what is on record', () => {
  const about = { release: 'web-1', canary: 'abc', now: START };

  it('has the outcome of all, the numbers, the points and how it came to that', () => {
    const record = judge.record(feed(judge, 'errors', requests(200, [100, 1], [10, 0])), about);
    expect(record).toMatchObject({ release: 'web-1', canary: 'abc', writtenAt: '2026-01-01T00:00:00.000Z', outcome: 'pass' });
    const [metric] = record.metrics;
    expect(metric).toMatchObject({ samples: 200, numbers: { canaryRequests: 2000, stableBad: 200, worseNeeded: 0.01, fineNeeded: 0.05 }, verdicts: [{ outcome: 'pass', at: '2026-01-01T00:00:31.000Z' }] });
    expect(metric?.points).toHaveLength(60);
    expect(metric?.points?.reduce((sum, point) => sum + (point.canary?.count ?? 0), 0)).toBe(2000);
    expect(metric?.checkpoint?.length).toBeLessThan(16_384);
  });

  it('is one outcome of all that count', () => {
    const metrics: PlannedMetric[] = [errors, { name: 'trial', errorRate: {}, dryRun: true }, { name: 'smoke', condition: { success: 'result > 0', every: '30s' } }];
    const analysis: PlannedAnalysis = { ...analysisOf(...metrics), ofSteps: ['smoke'] };
    const all = judgeOf(analysis, { first: false });
    const outcome = (state: typeof all.fresh): string => all.record(state, about).outcome;
    expect(outcome(all.fresh)).toBe('undecided');
    const good = feed(all, 'errors', requests(80, [100, 1], [10, 0]));
    expect(outcome(good)).toBe('pass');
    expect(outcome(feed(all, 'trial', requests(10, [100, 1], [10, 9]), good))).toBe('pass');
    expect(outcome(all.add(good, 'smoke', { kind: 'condition', at: START, measurement: 'failure' }))).toBe('fail');
  });

  it('is no record for another version, nor of a test that was another', () => {
    const record = judge.record(feed(judge, 'errors', requests(60, [100, 1], [10, 0])), about);
    expect(judge.restored(record, 'other')).toBe(judge.fresh);
    expect(judge.restored(undefined)).toBe(judge.fresh);
    const stricter = judgeOf(analysisOf({ name: 'errors', errorRate: { worseBy: '1.2x' } }), { first: false });
    const state = stricter.restored(record, 'abc');
    expect(stricter.observe(state)).toMatchObject([{ outcome: 'undecided', samples: 0 }]);
    const renamed = judgeOf(analysisOf({ name: 'errors', condition: { success: 'result > 0', every: '30s' } }), { first: false });
    expect(renamed.restored(record)).toEqual(renamed.fresh);
  });

  it('goes on where it was, and counts nothing twice', () => {
    const samples = requests(70, [100, 1], [10, 0]);
    const whole = feed(judge, 'errors', samples);
    const again = feed(judge, 'errors', samples, judge.restored(judge.record(feed(judge, 'errors', samples.slice(0, 40)), about), 'abc'));
    const [one, other] = [whole, again].map((state) => judge.record(state, about).metrics[0]);
    expect(other).toMatchObject({ outcome: one?.outcome, samples: one?.samples, says: one?.says, points: one?.points, verdicts: one?.verdicts });
  });
});

describe('a record', () => {
  const metrics: PlannedMetric[] = [
    errors, { name: 'latency', latency: {} }, { name: 'slo', latency: { below: '200ms' } }, { name: 'shape', latency: { shift: 'either' } },
    { name: 'memory', saturation: { every: '15s' } }, { name: 'smoke', condition: { success: 'result > 0', every: '30s' } },
  ];
  const all = judgeOf(analysisOf(...metrics), { first: false });
  const count = fc.integer({ min: 0, max: 1000 });
  const buckets = fc.array(count, { minLength: 41, maxLength: 41 });
  const edges = Array.from({ length: 40 }, (_, index) => 2 ** (index / 2));
  const sample = (at: number): fc.Arbitrary<readonly [string, MetricSample]> => fc.oneof(
    fc.record({ requests: count, bad: count, other: count }).map(({ requests: some, bad, other }) => ['errors', { kind: 'errorRate', block: { at, seconds: 5, stable: { requests: some, bad }, canary: { requests: other, bad } } }] as const),
    fc.record({ name: fc.constantFrom('latency', 'slo', 'shape'), stable: buckets, canary: fc.oneof(buckets, fc.constant(edges.map(() => 0))) }).map(({ name, stable, canary }) => [name, { kind: 'latency', block: { at, seconds: 5, edges, stable, canary } }] as const),
    fc.record({ stable: fc.array(fc.oneof(fc.double({ min: -1e12, max: 1e12 }), fc.constant(Number.NaN)), { maxLength: 4 }), canary: fc.array(fc.oneof(fc.double({ min: -1e12, max: 1e12 }), fc.constant(Number.NaN)), { maxLength: 4 }) }).map((values) => ['memory', { kind: 'saturation', sample: { at, ...values } }] as const),
    fc.record({ measurement: fc.constantFrom('success' as const, 'failure' as const, 'inconclusive' as const, 'error' as const), value: fc.option(fc.double(), { nil: undefined }) }).map((result) => ['smoke', { kind: 'condition', at, ...result }] as const),
  );
  const stream = fc.array(fc.nat(), { maxLength: 300 }).chain((list) => fc.tuple(...list.map((_, index) => sample(START + index * 5000))));

  it('is always one that its schema takes, survives JSON, and leads back to the same verdicts', () => {
    fc.assert(
      fc.property(stream, (samples) => {
        const state = samples.reduce((before, [name, next]) => all.add(before, name, next), all.fresh);
        const record = all.record(state, { release: 'web-1', canary: 'abc', now: START });
        const [problem] = Value.Errors(EvidenceSpecSchema, record);
        expect(problem).toBeUndefined();
        const kept: unknown = JSON.parse(JSON.stringify(record));
        expect(kept).toEqual(record);
        const again = all.record(all.restored(record, 'abc'), { release: 'web-1', canary: 'abc', now: START });
        for (const [index, metric] of record.metrics.entries()) expect(again.metrics[index]).toMatchObject({ samples: metric.samples, ...(metric.points ? { points: metric.points } : {}), ...(metric.verdicts ? { verdicts: metric.verdicts } : {}) });
      }),
      { numRuns: 60 },
    );
  });
});
