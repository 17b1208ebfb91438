import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Analysis } from '../../model/policy/analysis.js';
import { seededRandom } from '../../ports/random.js';
import type { CountBlock } from '../../statistics/counts.js';
import { noColours } from '../output/colours.js';
import { adviceOf } from './advice.js';
import { assess, type Assessment } from './assessment.js';
import { countingOf } from './counting.js';
import { halvesOf } from './halves.js';
import { measureOf } from './measure.js';
import { calibrationLines } from './report.js';

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
  it('is the first error rate, with its part of the promise', () => {
    expect(measureOf(undefined, undefined)).toMatchObject({ name: 'errors', settings: { worseBy: 1.5, acceptBelow: 2, negligible: 0.001 }, confidence: { falseAlarm: 0.005, missed: 0.05 } });
    const analysis: Analysis = { falseAlarm: '4%', missed: '10%', metrics: [{ name: 'slow', latency: {}, weight: 2 }, { name: 'own', errorRate: { worseBy: '3x', negligible: '0.5%' }, dryRun: true, from: { scrape: { port: 9000 } } }, { name: 'look', saturation: { every: '15s' }, dryRun: true }] };
    const measure = measureOf(analysis, undefined);
    expect(measure).toMatchObject({ name: 'own', settings: { worseBy: 3, acceptBelow: 2, negligible: 0.005 }, scrape: { port: 9000 } });
    expect(measure.confidence.missed).toBe(0.1);
    expect(measure.confidence.falseAlarm).toBeCloseTo(0.04 / 3);
  });

  it.each<[Analysis | undefined, string | undefined, RegExp]>([
    [undefined, 'latency', /metric latency cannot be calibrated: it is no errorRate/],
    [undefined, 'erors', /has no metric "erors". It has errors, latency\./],
    [{ metrics: [{ name: 'a', errorRate: { below: '1%' } }] }, 'a', /held against a limit \(below\)/],
    [{ metrics: [{ name: 'a', template: { name: 't' } }] }, 'a', /comes from the MetricTemplate t\./],
    [{ metrics: [{ name: 'a', errorRate: {}, from: { web: { url: 'http://x', timeout: '1s' } } }] }, undefined, /none of the metrics \(a\) is an error rate/],
  ])('is refused where it cannot be: %j %s', (analysis, name, message) => {
    expect(() => measureOf(analysis, name)).toThrow(message);
  });
});

describe('what a Pod counted', () => {
  const text = 'jobs_total{queue="a",state="done"} 7\njobs_total{queue="a",state="lost"} 2\njobs_total{queue="b",state="lost"} 4\n';

  it('is read as the metric says', () => {
    const scrape = { all: { metric: 'jobs_total', labels: { queue: 'a' } }, bad: { metric: 'jobs_total', labels: { queue: 'a', state: 'lo.*' } } };
    expect(countingOf({ name: 'jobs', scrape })(text)).toEqual({ requests: 9, failures: 2 });
    expect(() => countingOf({ name: 'jobs', scrape: { all: scrape.all } })).toThrow('names all and not bad');
  });

  it('are its requests where nothing is said', () => {
    expect(countingOf({ name: 'errors', scrape: undefined })('http_requests_total{code="200"} 5\nhttp_requests_total{code="500"} 1\n')).toMatchObject({ requests: 6, failures: 1 });
  });
});

/** So many blocks of 100 requests a half; now and then one half alone has a bad moment of so many seconds. */
function traffic(count: number, { rate, bursts = 0 }: { rate: number; bursts?: number }, seed = 7): CountBlock[] {
  const random = seededRandom(seed);
  const bad = (part: number): number => Array.from({ length: 100 }, () => (random() < part ? 1 : 0)).reduce((sum: number, one) => sum + one, 0);
  let burst = 0;
  return Array.from({ length: count }, (_, at) => {
    if (burst === 0 && random() < bursts) burst = 8;
    else if (burst > 0) burst--;
    return { at, seconds: 1, stable: { requests: 100, bad: bad(rate) }, canary: { requests: 100, bad: bad(burst > 0 ? rate * 12 : rate) } };
  });
}

describe('an assessment', () => {
  // A promise of 5 % takes fewer releases to be shown.
  const analysis: Analysis = { falseAlarm: '10%' };
  const measure = measureOf(analysis, undefined);
  const assessed = (blocks: readonly CountBlock[]): Assessment => assess(blocks, measure.settings, measure.confidence, seededRandom(3), 1);

  it('leaves the margin alone where traffic is even', () => {
    const even = assessed(traffic(300, { rate: 0.02 }));
    expect(even).toMatchObject({ missing: [], holds: true, own: { worseBy: 1.5, releases: 59 } });
    const advice = adviceOf(even, measure, analysis);
    expect(advice.text).toMatch(/^Leave it as it is: with a margin of 1\.5x, 0 of 59 releases/);
    expect(advice.yaml).toBeUndefined();
  });

  it('names the margin that uneven traffic needs, and what to write', () => {
    const uneven = assessed(traffic(600, { rate: 0.02, bursts: 0.02 }));
    expect(uneven.holds).toBe(false);
    expect(uneven.own?.falseAlarms).toBeGreaterThan(10);
    expect(uneven.needed).toBeGreaterThan(1.5);
    const { text, yaml } = adviceOf(uneven, measure, analysis);
    expect(text).toMatch(new RegExp(`^Set worseBy of metric errors to ${uneven.needed}x: with a margin of 1\\.5x, \\d+ of 59 `));
    const { analysis: told } = parse(yaml ?? '') as { analysis: { metrics: [{ errorRate: { worseBy: string; acceptBelow: string } }] } };
    expect(told.metrics).toMatchObject([{ name: 'errors', errorRate: { worseBy: `${uneven.needed}x` } }, { name: 'latency', latency: {} }]);
    expect(Number.parseFloat(told.metrics[0].errorRate.acceptBelow)).toBeGreaterThan(uneven.needed ?? 0);
    const lines = calibrationLines(uneven, measure, { text, ...(yaml === undefined ? {} : { yaml }) }, noColours, 80);
    expect(lines.filter((line) => line.includes('the margin of the policy'))).toEqual([expect.stringMatching(/^1\.5x +\d+ of 59 /)]);
    expect(lines).toContain('  analysis:');
  });

  it('says what is missing, and how long it takes', () => {
    expect(assessed([]).missing).toEqual(['The Pods never all answered twice: there is nothing to compare.']);
    expect(assessed(traffic(60, { rate: 0.5 })).missing).toEqual(['There are 60 samples; 90 are needed. At this rate that takes 2 minutes.']);
    expect(assessed(traffic(200, { rate: 0 })).missing).toEqual([expect.stringMatching(/^0 of 40000 requests were bad; 30 are needed .* Where none ever is, the margin does not matter\.$/)]);
    expect(assessed(traffic(200, { rate: 0.0002 })).missing).toEqual([expect.stringMatching(/^\d of 40000 requests were bad; 30 are needed .* At this rate that takes \d+ minutes?\.$/)]);
    expect(assessed(traffic(200, { rate: 0.1 }).map((block) => ({ ...block, canary: { requests: 0, bad: 0 } }))).missing).toEqual([expect.stringContaining('A half of the Pods counted no requests')]);
    const none = assessed([]);
    expect(none).toMatchObject({ margins: [], own: undefined, holds: false });
    expect(adviceOf(none, measure, undefined).text).toMatch(/^Nothing can be said yet\. /);
  });

  it('keeps what else a policy says of its metrics', () => {
    const analysis: Analysis = { falseAlarm: '5%', metrics: [{ name: 'errors', weight: 3, errorRate: { negligible: '0.2%' }, from: { scrape: { port: 9000 } } }, { name: 'mine', saturation: { every: '15s' }, dryRun: true }] };
    const own = measureOf(analysis, 'errors');
    const uneven = assess(traffic(600, { rate: 0.02, bursts: 0.02 }), own.settings, own.confidence, seededRandom(3), 1);
    expect(parse(adviceOf(uneven, own, analysis).yaml ?? '')).toMatchObject({ analysis: { metrics: [{ name: 'errors', weight: 3, errorRate: { negligible: '0.2%', worseBy: `${uneven.needed}x` }, from: { scrape: { port: 9000 } } }, { name: 'mine', saturation: {} }] } });
  });
});
