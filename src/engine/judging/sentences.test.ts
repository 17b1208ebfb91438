import { describe, expect, it } from 'vitest';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import { inAllLanguages } from '../../model/release-sentences.js';
import type { Measurement } from '../../statistics/conditions.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { seededRandom } from '../../ports/random.js';
import { judgeOf } from './judge.js';
import { latencyText, numberText, percentText } from './quantities.js';
import { analysisOf, feed, requests, START } from './testing/samples.js';

/** What a metric says after these samples. */
function says(metric: Omit<PlannedMetric, 'name'>, samples: readonly MetricSample[]): string {
  const judge = judgeOf(analysisOf({ name: 'm', ...metric }), { first: false });
  return judge.observe(feed(judge, 'm', samples))[0]?.says ?? '';
}

const histograms = (seconds: number, canary: readonly number[], stable: readonly number[] = [800, 180, 20, 0, 0]): MetricSample[] =>
  Array.from({ length: seconds }, (_, index) => ({ kind: 'latency', block: { at: START + (index + 1) * 1000, seconds: 1, edges: [100, 200, 400, 800], stable, canary } }));

const gauges = (count: number, stable: number[], canary: number[]): MetricSample[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'saturation', sample: { at: START + index * 15_000, stable, canary } }));

const measurements = (...list: readonly (readonly [Measurement, (number | undefined)?, string?])[]): MetricSample[] =>
  list.map(([measurement, value, detail], index) => ({ kind: 'condition', at: START + index * 30_000, measurement, value, detail }));

describe('what a metric says', () => {
  it.each<[string, Omit<PlannedMetric, 'name'>, MetricSample[], string]>([
    ['errors, nothing seen', { errorRate: {} }, [], 'no samples yet'],
    ['errors, stable alone', { errorRate: {} }, requests(5, [100, 1], [0, 0]), 'no samples of the canary yet'],
    ['errors, worse', { errorRate: {} }, requests(3, [100, 1], [10, 3]), 'canary fails 30 % of 30 requests, stable 1 % of 300; at least 1.5 times worse with 99 % confidence'],
    ['errors, leaning', { errorRate: {} }, requests(1, [100, 1], [10, 3]), 'canary fails 30 % of 10 requests, stable 1 % of 100; so far worse, which is not certain yet'],
    ['errors, too early to tell how long', { errorRate: {} }, requests(3, [100, 1], [1, 0]), 'canary fails 0 % of 3 requests, stable 1 % of 300; so far no worse'],
    ['errors, on the way', { errorRate: {} }, requests(25, [100, 1], [10, 0]), 'canary fails 0 % of 250 requests, stable 1 % of 2,500; so far no worse; 250 of about 290 requests that it takes'],
    ['errors, fine', { errorRate: {} }, requests(60, [100, 1], [10, 0]), 'canary fails 0 % of 600 requests, stable 1 % of 6,000; less than 2 times as bad with 95 % confidence'],
    ['errors, next to none', { errorRate: {} }, requests(600, [100, 0], [100, 0]), 'canary fails 0 % of 60,000 requests, stable 0 % of 60,000; below 0.5 % with 95 % confidence'],
    ['errors, no margin', { errorRate: { worseBy: '1x' } }, requests(3, [100, 1], [10, 3]), 'canary fails 30 % of 30 requests, stable 1 % of 300; worse with 99 % confidence'],
    ['errors above a limit', { errorRate: { below: '5%' } }, requests(20, [0, 0], [50, 10]), 'canary fails 20 % of 1,000 requests, the limit is 5 %; above it with 99 % confidence'],
    ['errors below a limit', { errorRate: { below: '5%' } }, requests(20, [0, 0], [50, 0]), 'canary fails 0 % of 1,000 requests, the limit is 5 %; below it with 95 % confidence'],
    ['latency, slower', { latency: {} }, histograms(20, [0, 0, 0, 100, 0]), 'p99 of the canary 796 ms, of stable 300 ms; at least 2 times as many slow requests (1.5 times as long is allowed) with 99 % confidence'],
    ['latency, fine', { latency: { slower: '1x' } }, histograms(60, [80, 18, 2, 0, 0]), 'p99 of the canary 300 ms, of stable 300 ms; less than 4 times as many slow requests with 95 % confidence'],
    ['latency, too little of stable', { latency: {} }, histograms(2, [1, 0, 0, 0, 0], [3, 0, 0, 0, 0]), 'stable has answered too few requests to compare with'],
    ['latency above a limit', { latency: { below: '400ms' } }, histograms(20, [0, 0, 0, 100, 0]), 'p99 of the canary 796 ms, the limit is 400 ms; above it with 99 % confidence'],
    ['latency, a limit beyond all buckets', { latency: { below: '2s' } }, histograms(20, [100, 0, 0, 0, 0]), 'p99 of the canary 99 ms, the limit is 2 s; below it with 95 % confidence (it cannot be told: no bucket reaches so far)'],
    ['a whole distribution that moved', { latency: { shift: 'slower' } }, histograms(60, [0, 0, 100, 0, 0]), 'p99 of the canary 398 ms, of stable 300 ms; slower with 99 % confidence, by 98 % of the requests at most'],
    ['a whole distribution that did not', { latency: { shift: 'either' } }, histograms(9, [80, 18, 2, 0, 0]), 'p99 of the canary 300 ms, of stable 300 ms; not certainly another distribution so far (they differ by 0 % of the requests at most)'],
    ['saturation, higher', { saturation: { every: '15s' } }, gauges(40, [4e8, 4.4e8], [1.2e9]), 'a canary Pod is at 1.2 G on average, a stable one at 420 M; above 2 times a stable Pod more often than not with 99 % confidence'],
    ['saturation, waiting', { saturation: { every: '15s' } }, gauges(2, [4, 5], [4]), 'a canary Pod is at 4 on average, a stable one at 4.5; so far no higher'],
    ['a condition, not measured', { condition: { success: 'result > 0', every: '30s' } }, [], 'not measured yet'],
    ['a condition, fine', { condition: { success: 'result > 0', every: '30s', count: 2 } }, measurements(['success', 0.97], ['success', 0.99]), '2 of 2 measurements, last value 0.99'],
    ['a condition that failed', { condition: { success: 'result > 0', every: '30s', count: 5, failureLimit: 1 } }, measurements(['success', 0.97], ['failure', 0.6], ['failure', 0.5]), '3 of 5 measurements, 2 failures of 1 allowed, last value 0.5'],
    ['a condition without measurements', { condition: { success: 'result > 0', every: '30s', consecutiveErrorLimit: 1 } }, measurements(['error', undefined, 'timeout'], ['error', undefined, 'connection refused']), '2 errors in a row, 1 are allowed (connection refused)'],
    ['a condition that stays open', { condition: { success: 'result > 0', every: '30s' } }, measurements(['inconclusive', 1]), '1 measurement, 1 inconclusive of 0 allowed, last value 1; it stays undecided'],
    ['a condition, successes in a row', { condition: { success: 'result > 0', every: '30s', consecutiveSuccessLimit: 3 } }, measurements(['success'], ['success']), '2 measurements, 2 of 3 successes in a row'],
  ])('%s', (_what, metric, samples, expected) => {
    expect(says(metric, samples)).toBe(expected);
    // The words of conditions are the user's own.
    if (!metric.condition || samples.length === 0) expect(inAllLanguages(expected).zh).not.toMatch(/[a-z]{3,}|^[^\u4e00-\u9fff]*$/);
  });

  it('foretells how many requests a pass takes: mostly within a factor of two, wherever it foretells', () => {
    const judge = judgeOf(analysisOf({ name: 'm', errorRate: {} }), { first: false });
    let [close, told] = [0, 0];
    for (let run = 0; run < 60; run++) {
      const random = seededRandom(run);
      const bad = (count: number, chance: number): number => Array.from({ length: count }, random).filter((luck) => luck < chance).length;
      const guesses: number[] = [];
      let state = judge.fresh;
      for (let second = 1; second < 400; second++) {
        state = judge.add(state, 'm', { kind: 'errorRate', block: { at: START + second * 1000, seconds: 1, stable: { requests: 60, bad: bad(60, 0.02) }, canary: { requests: 30, bad: bad(30, 0.02) } } });
        const [metric] = judge.observe(state);
        if (metric?.outcome === 'pass') {
          told += guesses.length;
          close += guesses.filter((guess) => guess > second * 15 && guess < second * 60).length;
          break;
        }
        const guess = /of about ([\d,]+) requests/.exec(metric?.says ?? '')?.[1];
        if (guess !== undefined) guesses.push(Number(guess.replaceAll(',', '')));
      }
    }
    expect(told).toBeGreaterThan(200);
    expect(close / told).toBeGreaterThan(0.85);
  });
});

describe('quantities', () => {
  it('are short', () => {
    expect([0, 0.000_12, 0.005, 0.048, 0.1234, 1].map(percentText)).toEqual(['0 %', '0.012 %', '0.5 %', '4.8 %', '12.3 %', '100 %']);
    expect([0.432, 480.2, 999, 1234, 90_000].map(latencyText)).toEqual(['0.432 ms', '480 ms', '999 ms', '1.23 s', '90 s']);
    expect([0, 0.8123, 812.4, 1904, 12_345, 33_554_432, 8e9].map(numberText)).toEqual(['0', '0.812', '812', '1904', '12.3 k', '33.6 M', '8 G']);
  });
});
