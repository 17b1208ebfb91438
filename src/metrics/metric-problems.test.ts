import { expect, it } from 'vitest';
import type { PlannedMetric } from '../model/policy/analysis.js';
import { metricProblems } from './metric-problems.js';

const every = { every: '1s', timeout: '1s' };
const problems = (metric: Omit<PlannedMetric, 'name'>) => metricProblems({ name: 'it', ...metric }).map(({ field, problem }) => `${field}: ${problem}`);

it('says what keeps a metric from being measured, all at once', () => {
  const prometheus = { address: 'http://p', ...every };
  expect(problems({ errorRate: {}, from: { prometheus: { ...prometheus, all: 'x' } } })).toEqual(['from.prometheus: errorRate needs the query bad']);
  expect(problems({ errorRate: {}, from: { prometheus } })).toEqual(['from.prometheus: errorRate needs the queries all and bad']);
  expect(problems({ latency: {}, from: { prometheus: { ...prometheus, gauge: 'x' } } })).toEqual(['from.prometheus: latency needs the query histogram']);
  expect(problems({ saturation: every, from: { datadog: { ...every, apiKey: { secret: 'a', key: 'b' }, applicationKey: { secret: 'a', key: 'c' } } } })).toEqual(['from.datadog: saturation needs the query gauge']);
  expect(problems({ latency: {}, from: { web: { url: 'http://x', timeout: '1s' } } })).toEqual(['from.web: web gives one value, which only a condition can judge; latency needs scrape, prometheus or datadog']);
  expect(problems({ condition: { every: '1s', success: 'result' } })).toEqual(['from: a condition needs a value: say prometheus, datadog, web or job']);
  expect(problems({ condition: { every: '1s', success: 'result >' }, from: { web: { url: 'http://x', timeout: '1s', path: '$..a' } } })).toEqual([
    expect.stringMatching(/^condition.success: .*Syntax error/) as unknown,
    expect.stringMatching(/^from.web.path: "\$..a" is not understood from "..a" on/) as unknown,
  ]);
});

it('has nothing against one that can be', () => {
  expect(problems({ errorRate: {} })).toEqual([]);
  expect(problems({ latency: {}, from: { scrape: {} } })).toEqual([]);
  expect(problems({ condition: { every: '1s' }, from: { job: { template: {}, timeout: '1s' } } })).toEqual([]);
  expect(problems({ errorRate: {}, from: { prometheus: { address: 'http://p', ...every, all: 'x', bad: 'y' } } })).toEqual([]);
});
