import type { AnalysisRun, AnalysisRunSpec } from '../../src/frontends/argo/kinds/analysis.js';
import type { ArgoMetric } from '../../src/frontends/argo/kinds/metrics.js';

/** An AnalysisRun that every controller is to end the same. */
export interface RunCase {
  readonly name: string;
  readonly spec: (url: string) => AnalysisRunSpec;
  /** Ended by hand when so many measurements are on record; never when absent. */
  readonly terminateAt?: number;
}

const good = 'result == 1';
/** @param values see sequence-server.ts */
const metric = (name: string, values: string, more: Partial<ArgoMetric> = {}) => (url: string, run: string): ArgoMetric =>
  ({ name, interval: '1s', successCondition: good, provider: { web: { url: `${url}/${run}/${name}/${values}`, jsonPath: '{$.value}' } }, ...more });

const run = (name: string, metrics: readonly ReturnType<typeof metric>[], more: Partial<AnalysisRunSpec> & Pick<RunCase, 'terminateAt'> = {}): RunCase => {
  const { terminateAt, ...spec } = more;
  return { name, spec: (url) => ({ metrics: metrics.map((each) => each(url, name)), ...spec }), ...(terminateAt === undefined ? {} : { terminateAt }) };
};

export const cases: readonly RunCase[] = [
  run('good', [metric('a', '1', { count: 3 }), metric('b', '1', { count: 1 })]),
  run('once', [(url, name) => ({ name: 'a', provider: { web: { url: `${url}/${name}/1`, jsonPath: '{$.value}' } } })]),
  run('fails', [metric('a', '1'), metric('b', '1,0,1,0', { count: 9, failureLimit: 1 })]),
  run('fails-at-once', [metric('a', '0', { count: 3 })]),
  run('allowed', [metric('a', '0,1,0,1', { count: 4, failureLimit: 2 })]),
  run('failure-alone', [(url, name) => ({ name: 'a', count: 2, interval: '1s', failureCondition: 'result == 0', provider: { web: { url: `${url}/${name}/1,0`, jsonPath: '{$.value}' } } })]),
  run('unclear', [metric('a', '1,0.5', { count: 3, failureCondition: 'result == 0' })]),
  run('unclear-allowed', [metric('a', '0.5,1,1', { count: 3, failureCondition: 'result == 0', inconclusiveLimit: 1 })]),
  run('error', [metric('a', 'e', { count: 2, consecutiveErrorLimit: 0 })]),
  run('error-again', [metric('a', 'e,1', { count: 2, consecutiveErrorLimit: 1 })]),
  run('errors', [metric('a', '1,e', { count: 3, consecutiveErrorLimit: 1 })]),
  run('computes-nothing', [metric('a', 'n', { successCondition: 'result > 1', consecutiveErrorLimit: 0 })]),
  run('nil', [metric('a', 'n', { count: 1, successCondition: 'isNil(result) && default(result, 3) == 3' })]),
  run('nothing-there', [metric('a', '1', { consecutiveErrorLimit: 0, provider: { web: { url: 'x', jsonPath: '{$.none}' } } })].map((each) => (url: string, name: string) => {
    const made = each(url, name);
    return { ...made, provider: { web: { url: `${url}/${name}/1`, jsonPath: '{$.none}' } } };
  })),
  run('text', [(url, name) => ({ name: 'a', provider: { web: { url: `${url}/${name}/t` } } })]),
  run('whole', [(url, name) => ({ name: 'a', successCondition: 'result.value == 1', provider: { web: { url: `${url}/${name}/1` } } })]),
  run('dry', [metric('a', '1', { count: 2 }), metric('b', '0', { count: 2 })], { dryRun: [{ metricName: 'b' }] }),
  run('dry-only', [metric('a', '0', { count: 2 })], { dryRun: [{ metricName: '.*' }] }),
  run('dry-goes-on', [metric('a', '1', { count: 3 }), metric('b', '1,1,0.5', { count: 5, failureCondition: 'result == 0' })], { dryRun: [{ metricName: 'b' }] }),
  run('in-a-row', [metric('a', '0,1,1,1', { count: 9, consecutiveSuccessLimit: 3, failureLimit: 3 })]),
  run('not-in-a-row', [metric('a', '1,0,1,0,1', { count: 5, consecutiveSuccessLimit: 2, failureLimit: 3 })]),
  run('not-in-a-row-without-limit', [metric('a', '1,0,1', { count: 3, consecutiveSuccessLimit: 2, failureLimit: -1 })]),
  run('too-few', [metric('a', '0', { count: 2, failureLimit: 3 })]),
  run('failures-ignored', [metric('a', '0', { count: 3, failureLimit: -1 })]),
  run('both-bad', [metric('a', '0', { count: 3 }), metric('b', 'e', { count: 3, consecutiveErrorLimit: 0 }), metric('c', '0.5', { count: 3, failureCondition: 'result == 0' })]),
  run('one-unclear-one-good', [metric('a', '0.5', { count: 1, failureCondition: 'result == 0' }), metric('b', '1', { count: 1 })]),
  run('ended', [metric('a', '1,1,0,1', { failureLimit: 3 }), metric('late', '1', { initialDelay: '1h' })], { terminateAt: 2 }),
  run('ended-early', [metric('a', '1', { initialDelay: '1h' })], { terminateAt: 0 }),
  run('ended-after-errors', [metric('a', 'e', { consecutiveErrorLimit: 3 })], { terminateAt: 1 }),
  run('delayed', [metric('a', '1', { count: 1, initialDelay: '2s' }), metric('b', '1', { count: 1 })]),
  run('kept', [metric('a', '1', { count: 12 }), metric('b', '1', { count: 4 })], { measurementRetention: [{ metricName: 'b', limit: 2 }] }),
  run('with-arguments', [metric('a', '1', { count: '{{args.count}}', successCondition: 'result == {{ args.wanted }}' })], { args: [{ name: 'count', value: '2' }, { name: 'wanted', value: '1' }] }),
  run('without-argument', [metric('a', '1', { successCondition: 'result == {{args.wanted}}' })], { args: [{ name: 'wanted' }] }),
  run('unknown-argument', [metric('a', '1', { successCondition: 'result == {{args.other}}' })]),
  run('nothing', []),
  run('twice', [metric('a', '1', { count: 1 }), metric('a', '1', { count: 1 })]),
  run('no-such-dry-run', [metric('a', '1', { count: 1 })], { dryRun: [{ metricName: 'b' }] }),
];

const filled = <T extends object>(summary: T | undefined): T | undefined => (summary && Object.keys(summary).length > 0 ? summary : undefined);

/** Whether the words of its end are its controller's own: why a spec cannot be run. */
const isOwnWords = (message: string): boolean => /^(Unable to resolve metric arguments|Analysis spec invalid): /.test(message);

/** Where Serin says more on purpose: why enough successes in a row did not come, which Argo Rollouts counts among the successes. */
export const saysMore: readonly string[] = ['not-in-a-row', 'not-in-a-row-without-limit'];
/** Where it depends on who is faster how much is on record: the run ends with the first failure, or when it is told to. */
export const endsAtOnce: readonly string[] = ['fails', 'both-bad', 'ended'];

/** A status without times, and without words that each controller has of its own. */
export function comparable({ status = {} }: Pick<AnalysisRun, 'status'>): unknown {
  const { phase, message = '', runSummary, dryRunSummary, metricResults, startedAt, completedAt } = status;
  const own = isOwnWords(message);
  const words = (text: string | undefined): string | undefined => text?.replace(/"Error Message: .*"$/, '"Error Message: …"');
  return JSON.parse(JSON.stringify({
    phase, message: own ? message.replace(/: .*/s, ': …') : words(message), runSummary: filled(runSummary), dryRunSummary: filled(dryRunSummary),
    ...(own ? {} : { isStarted: startedAt !== undefined, isCompleted: completedAt !== undefined }),
    metricResults: [...(metricResults ?? [])].sort((one, other) => (one.name < other.name ? -1 : 1)).map(({ measurements = [], message: said, ...result }) => ({
      ...result,
      message: said === undefined ? undefined : measurements.at(-1)?.message === undefined ? said : '…',
      measurements: measurements.map((each) => ({ phase: each.phase, value: each.phase === 'Error' ? undefined : each.value, hasMessage: each.message !== undefined, isFinished: each.finishedAt !== undefined, metadata: each.metadata })),
    })),
  }));
}
