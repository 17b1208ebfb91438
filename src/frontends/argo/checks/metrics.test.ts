import { expect, it } from 'vitest';
import { formatPath } from '../../../model/policy-problem.js';
import { goDuration, pauseMilliseconds } from '../duration.js';
import { providerNames, servedProviders } from '../kinds/metrics.js';
import { checkAnalysisTemplate } from './metrics.js';

const prometheus = { prometheus: { address: 'http://p:9090', query: 'up' } };
const said = (metric: object, spec: object = {}): string[] =>
  checkAnalysisTemplate({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata: { name: 'x' }, spec: { metrics: [{ name: 'm', provider: prometheus, ...metric }], ...spec } }, 'AnalysisTemplate').map(({ path, problem }) => `${formatPath(path).replace('spec.metrics[0].', '')}: ${problem}`);

it('lets templates pass that can be run', () => {
  expect(said({ interval: '5m', count: 3, successCondition: 'result[0] >= 0.95', failureLimit: -1, consecutiveSuccessLimit: 3, consecutiveErrorLimit: '4' })).toEqual([]);
  expect(said({ count: '{{args.n}}', interval: '{{args.every}}', successCondition: 'result > {{args.limit}}' }, { args: ['n', 'every', 'limit'].map((name) => ({ name })) })).toEqual([]);
  expect(said({ provider: { job: { spec: { template: { spec: { containers: [{ name: 'a', image: 'b' }] } } } } } })).toEqual([]);
  expect(said({ provider: { web: { url: '{{args.u}}', method: 'POST', jsonBody: { a: 1 }, jsonPath: '{$.a.b}' } } }, { args: [{ name: 'u' }] })).toEqual([]);
});

it.each(providerNames.filter((name) => !servedProviders.includes(name)))('refuses provider %s by name', (name) => {
  expect(said({ provider: { [name]: { a: 1 } } })).toEqual([`provider.${name}: ${name} is not asked by Serin.`]);
});

it('finds all that is wrong at once', () => {
  expect(said({ interval: '5 m', initialDelay: '-1s', count: 'many', failureLimit: -2, consecutiveSuccessLimit: -1, successCondition: 'result >', failureCondition: 'foo()', provider: {} })).toEqual([
    'interval: "5 m" is no length of time.', 'initialDelay: "-1s" is no length of time.', 'count: "many" is no number of measurements.', 'failureLimit: -2 is no limit.', 'consecutiveSuccessLimit: -1 is no limit.',
    'successCondition: is no condition that can be read: it ends too early, at character 9.', 'failureCondition: is no condition that can be read: there is no function foo, at character 1.', 'provider: names nobody who is asked.',
  ]);
  expect(said({ failureLimit: -1 })).toEqual(['failureLimit: nothing makes this metric fail.']);
  expect([{ failureLimit: 3 }, { failureLimit: 1, consecutiveSuccessLimit: 2 }, { inconclusiveLimit: 3 }, { failureLimit: 2 }, { failureLimit: '{{args.n}}' }].map((limits) => said({ interval: '1s', count: 2, ...limits }, { args: [{ name: 'n' }] }))).toEqual([...[1, 2, 3].map(() => ['count: 2 measurements are too few for its limits.']), [], []]);
  expect(said({ count: 2 })).toEqual(['interval: is missing where there is more than one measurement.']);
  expect(said({ provider: { ...prometheus, web: { url: 'http://a/' } } })).toEqual(['provider: names several: prometheus, web.']);
  expect(said({ provider: { prometheus: { authentication: { sigv4: {} } } } })).toHaveLength(3);
  expect(said({ provider: { web: { url: 'ftp://a', method: 'DELETE', body: 'a', jsonBody: {}, jsonPath: '{$..a}' } } })).toHaveLength(4);
  expect(said({ provider: { datadog: { queries: { a: 'x', b: 'y' } } } })).toHaveLength(1);
  expect(said({ successCondition: 'result > {{args.limt}}' })).toEqual(['spec.metrics[0]: {{args.limt}} names an argument that the template does not have.']);
  expect(checkAnalysisTemplate({ apiVersion: 'a', kind: 'b', metadata: {}, spec: {} }, 'ClusterAnalysisTemplate').map(({ path }) => formatPath(path))).toEqual(['spec.metrics']);
  expect(said({ providr: 1 })).toEqual(['providr: there is no field "providr".']);
});

it.each([['1h30m', 5_400_000], ['10s', 10_000], ['1.5s', 1500], ['100ms', 100], ['-5s', -5000], ['0', 0], ['5', undefined], ['5 m', undefined], ['', undefined], ['1d', undefined]])('reads the duration %s', (text, expected) => expect(goDuration(text)).toBe(expected));
it.each([[10, 10_000], ['10', 10_000], ['5m', 300_000], ['-3', -3000], ['x', undefined], [1.5, undefined]])('reads the pause %s', (text, expected) => expect(pauseMilliseconds(text)).toBe(expected));
