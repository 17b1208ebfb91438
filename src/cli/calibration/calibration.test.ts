import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Analysis } from '../../model/policy/analysis.js';
import type { PolicySpec } from '../../model/release-policy.js';
import { seededRandom } from '../../ports/random.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { metricsOf } from '../../strategies/analysis/planned-analysis.js';
import { compilePolicy } from '../../strategies/compile.js';
import { noColours } from '../output/colours.js';
import { adviceOf, suggestionsOf, type Calibrated, type Suggestion } from './advice.js';
import { assess, plannedSamples, type Assessment } from './assessment.js';
import { halvesOf } from './halves.js';
import { calibratedMetrics, type CalibratedMetric } from './metrics.js';
import { calibrationLines } from './report.js';

const specWith = (analysis: Analysis | undefined): PolicySpec => ({
  workload: { deployment: 'web' }, service: 'web', router: { gatewayApi: {} }, strategy: { canary: { steps: [{ weight: 10 }] } }, ...(analysis ? { analysis } : {}),
} as PolicySpec);
const chosen = (analysis: Analysis | undefined, ...names: string[]): ReturnType<typeof calibratedMetrics> => calibratedMetrics(specWith(analysis), compilePolicy(specWith(analysis)), names);
function only(analysis: Analysis | undefined, ...names: string[]): CalibratedMetric {
  const [metric] = chosen(analysis, ...names).metrics;
  if (!metric) throw new Error('no metric');
  return metric;
}

describe('halves', () => {
  it('have every Pod once, and the odd one is stable', () => {
    const { stable, canary } = halvesOf([1, 2, 3, 4, 5], seededRandom(1), 40);
    expect([...stable, ...canary].sort()).toEqual([1, 2, 3, 4, 5]);
    expect([stable.length, canary.length]).toEqual([3, 2]);
  });

  it('are drawn by chance, and of many only some are', () => {
    const pods = Array.from({ length: 100 }, (_, index) => index);
    const drawn = [1, 2, 3].map((seed) => halvesOf(pods, seededRandom(seed), 40));
    for (const { stable, canary } of drawn) expect(new Set([...stable, ...canary]).size).toBe(40);
    expect(new Set(drawn.map(({ stable }) => stable.join(' '))).size).toBe(3);
  });
});

describe('what is calibrated', () => {
  it('are all metrics but conditions, with their parts of the promise', () => {
    expect(chosen(undefined).metrics.map(({ name }) => name)).toEqual(['errors', 'latency']);
    const analysis: Analysis = {
      falseAlarm: '4%', missed: '10%',
      metrics: [{ name: 'slow', latency: {}, weight: 2 }, { name: 'own', errorRate: { worseBy: '3x', acceptBelow: '4x', negligible: '0.5%' }, dryRun: true, from: { scrape: { all: { metric: 'a' }, bad: { metric: 'b' } } } }, { name: 'smoke', condition: { every: '5s', success: 'result > 1.0' }, from: { web: { url: 'http://x', timeout: '1s' } } }],
    };
    const { metrics, leftOut } = chosen(analysis);
    expect(metrics.map(({ name }) => name)).toEqual(['slow', 'own']);
    expect(leftOut).toEqual([{ name: 'smoke', why: expect.stringContaining('it is a condition') as string }]);
    const { judged } = only(analysis, 'own');
    expect(judged.measure).toMatchObject({ how: 'rate', settings: { worseBy: 3, negligible: 0.005 } });
    expect(judged.confidence.missed).toBe(0.1);
    expect(judged.confidence.falseAlarm).toBeCloseTo(0.04 / 3);
  });

  it('is refused where it cannot be', () => {
    const smoke: Analysis = { metrics: [{ name: 'smoke', condition: { every: '5s', success: 'result > 1.0' }, from: { web: { url: 'http://x', timeout: '1s' } } }] };
    expect(() => chosen(smoke)).toThrow('metric smoke cannot be calibrated: it is a condition');
    expect(() => chosen(undefined, 'erors')).toThrow('has no metric "erors". It has errors, latency.');
  });
});

const at = (second: number): number => Date.UTC(2026, 0, 1) + second * 1000;
type Draw = (part: number) => number;

/** So many seconds; `halves` says what both did in each, by chances that one may draw 100 times. */
function seconds(count: number, sample: (second: number, draw: Draw, random: () => number) => MetricSample, seed = 7): MetricSample[] {
  const random = seededRandom(seed);
  const draw: Draw = (part) => Array.from({ length: 100 }, () => (random() < part ? 1 : 0)).reduce((sum: number, one) => sum + one, 0);
  return Array.from({ length: count }, (_, second) => sample(second, draw, random));
}

/** 100 requests a half and second; now and then one half alone has a bad moment of eight seconds. */
function errors(count: number, { rate, bursts = 0 }: { rate: number; bursts?: number }): MetricSample[] {
  let burst = 0;
  return seconds(count, (second, draw, random) => {
    if (burst === 0 && random() < bursts) burst = 8;
    else if (burst > 0) burst--;
    return { kind: 'errorRate', block: { at: at(second), seconds: 1, stable: { requests: 100, bad: draw(rate) }, canary: { requests: 100, bad: draw(burst > 0 ? Math.min(1, rate * 12) : rate) } } };
  });
}

/** The same of durations: a part of the requests takes long, in bursts of one half more of them. */
function durations(count: number, slow: (second: number) => number): MetricSample[] {
  const side = (requests: number, above: number): number[] => [requests - above, 0, above, 0];
  return seconds(count, (second, draw) => ({ kind: 'latency', block: { at: at(second), seconds: 1, edges: [100, 250, 1000], stable: side(100, draw(0.01)), canary: side(100, draw(slow(second))) } }));
}

const gauges = (count: number, values: (second: number, random: () => number) => number[]): MetricSample[] =>
  seconds(count, (second, _draw, random) => {
    const all = values(second, random);
    return { kind: 'saturation', sample: { at: at(second * 15), stable: all.slice(0, Math.ceil(all.length / 2)), canary: all.slice(Math.ceil(all.length / 2)) } };
  });

// A promise of 5 % for each of two takes fewer releases to be shown.
const loose: Analysis = { falseAlarm: '10%' };
const assessed = (samples: readonly MetricSample[], metric = only(loose), division: 'Pods' | 'time' = 'Pods'): Assessment => assess(samples, metric.judged, division, seededRandom(3), 1);
function suggested(analysis: Analysis | undefined, ...found: readonly [CalibratedMetric, Assessment][]): readonly Suggestion[] {
  const calibrated = found.map(([metric, assessment]): Calibrated => ({ metric, assessment, advice: adviceOf(assessment, metric) }));
  return suggestionsOf('web', metricsOf(specWith(analysis)), calibrated);
}

describe('an assessment of errors', () => {
  it('leaves the margin alone where traffic is even', () => {
    const even = assessed(errors(300, { rate: 0.02 }));
    expect(even).toMatchObject({ missing: [], holds: true, own: { worseBy: 1.5, releases: 59 } });
    expect(adviceOf(even, only(loose)).text).toMatch(/^Leave errors as it is: with a margin of 1\.5x, 0 of 59 releases/);
    expect(suggested(loose, [only(loose), even])).toEqual([]);
  });

  it('names the margin that uneven traffic needs, and what to write', () => {
    const metric = only(loose);
    const uneven = assessed(errors(600, { rate: 0.02, bursts: 0.02 }));
    expect(uneven.holds).toBe(false);
    expect(uneven.own?.falseAlarms).toBeGreaterThan(5);
    expect(uneven.needed).toBeGreaterThan(1.5);
    const advice = adviceOf(uneven, metric);
    expect(advice.text).toMatch(new RegExp(`^Set worseBy of metric errors to ${uneven.needed}x: with a margin of 1\\.5x, \\d+ of \\d+ `));
    const [suggestion] = suggested(loose, [metric, uneven]);
    expect(suggestion?.place).toBe('policy web');
    const { analysis: told } = parse(suggestion?.yaml ?? '') as { analysis: { metrics: [{ errorRate: { acceptBelow: string } }] } };
    expect(told.metrics).toMatchObject([{ name: 'errors', errorRate: { worseBy: `${uneven.needed}x` } }, { name: 'latency', latency: {} }]);
    expect(Number.parseFloat(told.metrics[0].errorRate.acceptBelow)).toBeGreaterThan(uneven.needed ?? 0);
    const lines = calibrationLines([{ metric, assessment: uneven, advice }], 0.1, suggestion ? [suggestion] : [], noColours, 80);
    expect(lines.filter((line) => line.includes('the margin of the policy'))).toEqual([expect.stringMatching(/^1\.5x +\d+ of \d+ /)]);
    expect(lines).toContain('  analysis:');
  });

  it('finds a half that is worse all the time, whichever it is', () => {
    const worse = (canary: number, stable: number): MetricSample[] =>
      seconds(300, (second, draw) => ({ kind: 'errorRate', block: { at: at(second), seconds: 1, stable: { requests: 100, bad: draw(stable) }, canary: { requests: 100, bad: draw(canary) } } }));
    for (const samples of [worse(0.08, 0.02), worse(0.02, 0.08)]) expect(assessed(samples).needed).toBeGreaterThan(2.5);
  });

  it('says what is missing, and how long it takes', () => {
    expect(assessed([]).missing).toEqual(['The Pods never all answered twice: there is nothing to compare.']);
    expect(assessed(errors(60, { rate: 0.5 })).missing).toEqual(['There are 60 samples; 90 are needed. At this rate that takes 2 minutes.']);
    expect(assessed(errors(200, { rate: 0 })).missing).toEqual([expect.stringMatching(/^0 of 40000 requests were bad; 30 are needed .* Where none ever is, the margin does not matter\.$/)]);
    expect(assessed(errors(200, { rate: 0.0002 })).missing).toEqual([expect.stringMatching(/^\d of 40000 requests were bad; 30 are needed .* At this rate that takes \d+ minutes?\.$/)]);
    const quiet = errors(200, { rate: 0.1 }).map((sample): MetricSample => (sample.kind === 'errorRate' ? { ...sample, block: { ...sample.block, canary: { requests: 0, bad: 0 } } } : sample));
    expect(assessed(quiet).missing).toEqual([expect.stringContaining('A half of the Pods counted no requests')]);
    expect(adviceOf(assessed([]), only(loose), 'no Pod answers').text).toBe('Nothing can be said of errors yet. The Pods never all answered twice: there is nothing to compare. Last: no Pod answers.');
  });

  it('holds one Pod against itself a moment later', () => {
    const alone = (samples: readonly MetricSample[]): MetricSample[] => samples.map((sample) => (sample.kind === 'errorRate' ? { ...sample, block: { ...sample.block, stable: { requests: 0, bad: 0 } } } : sample));
    const even = assessed(alone(errors(400, { rate: 0.02 })), undefined, 'time');
    // 13 pairs of stretches of 15.
    expect(even).toMatchObject({ missing: [], holds: true, samples: 195 });
    expect(assessed(alone(errors(1200, { rate: 0.02, bursts: 0.02 })), undefined, 'time').needed).toBeGreaterThan(1.5);
    expect(assessed(alone(errors(170, { rate: 0.5 })), undefined, 'time').missing).toEqual([expect.stringMatching(/^There are 75 samples; 90 are needed\./)]);
    expect([plannedSamples(1, 'Pods'), plannedSamples(1, 'time')]).toEqual([120, 240]);
  });

  it('keeps what else a policy says of its metrics', () => {
    const analysis: Analysis = { falseAlarm: '10%', metrics: [{ name: 'errors', weight: 3, errorRate: { negligible: '0.2%' }, from: { scrape: { all: { metric: 'a' }, bad: { metric: 'b' } } } }, { name: 'mine', saturation: { every: '15s' }, dryRun: true, from: { scrape: { gauge: { metric: 'm' } } } }] };
    const own = only(analysis, 'errors');
    const uneven = assessed(errors(600, { rate: 0.02, bursts: 0.02 }), own);
    expect(parse(suggested(analysis, [own, uneven])[0]?.yaml ?? '')).toMatchObject({ analysis: { metrics: [{ name: 'errors', weight: 3, errorRate: { negligible: '0.2%', worseBy: `${uneven.needed}x` }, from: { scrape: { all: { metric: 'a' }, bad: { metric: 'b' } } } }, { name: 'mine', saturation: {} }] } });
  });

  it('tries higher limits where a metric has one', () => {
    const analysis: Analysis = { falseAlarm: '10%', metrics: [{ name: 'errors', errorRate: { below: '2%' } }] };
    const own = only(analysis);
    expect(assessed(errors(300, { rate: 0.005 }), own)).toMatchObject({ missing: [], holds: true });
    const above = assessed(errors(300, { rate: 0.028 }), own);
    expect(above).toMatchObject({ holds: false, needed: 1.5 });
    expect(adviceOf(above, own).text).toMatch(/^Set below of metric errors to 3%: with a limit of 2%, \d+ of 29 releases/);
    expect(parse(suggested(analysis, [own, above])[0]?.yaml ?? '')).toEqual({ analysis: { metrics: [{ name: 'errors', errorRate: { below: '3%' } }] } });
  });
});

describe('an assessment of latency', () => {
  const metric = only(loose, 'latency');

  it('leaves the margin alone where durations are even', () => {
    expect(assessed(durations(300, () => 0.01), metric)).toMatchObject({ missing: [], holds: true, own: { worseBy: 2 } });
  });

  it('names the margin that slow moments of one half need', () => {
    const uneven = assessed(durations(600, (second) => (second % 60 < 20 ? 0.12 : 0.01)), metric);
    expect(uneven.holds).toBe(false);
    expect(uneven.needed).toBeGreaterThan(2);
    expect(parse(suggested(loose, [metric, uneven])[0]?.yaml ?? '')).toMatchObject({ analysis: { metrics: [{ name: 'errors' }, { name: 'latency', latency: { worseBy: `${uneven.needed}x` } }] } });
  });

  it('goes by the edges that all Pods have, also where some come later', () => {
    const samples = durations(300, () => 0.01).map((sample, index): MetricSample =>
      sample.kind !== 'latency' || index > 200 ? sample : { ...sample, block: { ...sample.block, edges: [100, 250, 500, 1000], stable: [sample.block.stable[0] ?? 0, 0, 0, sample.block.stable[2] ?? 0, 0], canary: [sample.block.canary[0] ?? 0, 0, 0, sample.block.canary[2] ?? 0, 0] } });
    expect(assessed(samples, metric)).toEqual(assessed(durations(300, () => 0.01), metric));
  });

  it('asks for requests enough to see the percentile', () => {
    expect(assessed(durations(12, () => 0.01), metric).missing).toContainEqual(expect.stringMatching(/^There were 2400 requests; 3000 are needed, so that 30 are above p99\./));
  });

  it('has no margin for a shift, and says what is left', () => {
    const analysis: Analysis = { falseAlarm: '10%', metrics: [{ name: 'drift', latency: { shift: 'slower' } }] };
    const shift = only(analysis);
    expect(assessed(durations(300, () => 0.01), shift)).toMatchObject({ holds: true });
    const moved = assessed(durations(600, (second) => (second % 120 < 60 ? 0.3 : 0.01)), shift);
    expect(moved.holds).toBe(false);
    expect(adviceOf(moved, shift).text).toMatch(/^Metric drift cannot keep the promise: \d+ of \d+ releases .* Let it only look/);
    expect(parse(suggested(analysis, [shift, moved])[0]?.yaml ?? '')).toMatchObject({ analysis: { metrics: [{ name: 'drift', dryRun: true }] } });
  });
});

describe('an assessment of saturation', () => {
  const analysis: Analysis = { falseAlarm: '5%', metrics: [{ name: 'memory', saturation: { every: '15s' }, from: { scrape: { gauge: { metric: 'm' } } } }] };
  const metric = only(analysis);

  it('leaves the margin alone where Pods are alike', () => {
    const alike = assessed(gauges(60, (_, random) => [1, 2, 3, 4].map(() => 100 + random())), metric);
    expect(alike).toMatchObject({ missing: [], holds: true });
    // What noise there is, is drawn again and again.
    expect(alike.needed).toBeLessThanOrEqual(1.25);
  });

  it('finds Pods that differ for as long as they live', () => {
    const differing = assessed(gauges(60, (_, random) => [100, 100, 350, 350].map((value) => value + random())), metric);
    expect(differing.holds).toBe(false);
    expect(differing.needed).toBe(4);
    expect(parse(suggested(analysis, [metric, differing])[0]?.yaml ?? '')).toMatchObject({ analysis: { metrics: [{ name: 'memory', saturation: { worseBy: '4x', acceptBelow: '6x' } }] } });
  });

  it('counts what a test would count', () => {
    const often = gauges(60, () => [1, 1]).map((sample, index): MetricSample => (sample.kind === 'saturation' ? { ...sample, sample: { ...sample.sample, at: at(index) } } : sample));
    expect(assessed(often, metric).missing).toEqual([expect.stringMatching(/^There are 4 samples; 24 are needed\. At this rate that takes \d+ minutes\.$/)]);
  });

  it('holds one Pod, or a limit, against what all Pods did', () => {
    const alone = (limit: number, value: (second: number) => number): MetricSample[] => gauges(120, (second) => [value(second)]).map((sample): MetricSample => (sample.kind === 'saturation' ? { ...sample, sample: { at: sample.sample.at, stable: [limit], canary: sample.sample.stable } } : sample));
    expect(assessed(alone(0, () => 100), metric, 'time')).toMatchObject({ missing: [], holds: true, samples: 60 });
    const limited: Analysis = { falseAlarm: '5%', metrics: [{ name: 'memory', saturation: { every: '15s', below: 80 }, from: { scrape: { gauge: { metric: 'm' } } } }] };
    const own = only(limited);
    expect(assessed(gauges(60, () => [60, 70, 60, 70]), own)).toMatchObject({ holds: true });
    const above = assessed(gauges(60, () => [90, 95, 90, 95]), own);
    expect(above).toMatchObject({ holds: false, needed: 1.25 });
    expect(parse(suggested(limited, [own, above])[0]?.yaml ?? '')).toMatchObject({ analysis: { metrics: [{ saturation: { below: 100 } }] } });
  });
});

describe('a metric of a template', () => {
  it('is changed where it is written', () => {
    const analysis: Analysis = { falseAlarm: '10%', metrics: [{ name: 'orders', template: { name: 'orders' } }] };
    const templates = { find: () => ({ errorRate: { worseBy: '1.2x', acceptBelow: '2x' }, from: { scrape: { all: { metric: 'o' }, bad: { metric: 'b' } } } }), names: () => ['orders'] };
    const [metric] = calibratedMetrics(specWith(analysis), compilePolicy(specWith(analysis), { templates }), []).metrics;
    if (!metric) throw new Error('no metric');
    const uneven = assessed(errors(600, { rate: 0.02, bursts: 0.02 }), metric);
    const [suggestion, ...more] = suggested(analysis, [metric, uneven]);
    expect(more).toEqual([]);
    expect(suggestion?.place).toBe('MetricTemplate orders');
    expect(parse(suggestion?.yaml ?? '')).toMatchObject({ errorRate: { worseBy: `${uneven.needed}x` } });
  });
});
