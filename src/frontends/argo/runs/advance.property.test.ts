import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AnalysisRunStatus, RunPhase } from '../kinds/analysis.js';
import type { ArgoMetric } from '../kinds/metrics.js';
import { Play, START } from './testing/playing.js';

const outcome = fc.oneof({ weight: 6, arbitrary: fc.constant('Successful' as const) }, { weight: 1, arbitrary: fc.constantFrom('Failed' as const, 'Inconclusive' as const, 'Error' as const) });
const outcomes = fc.array(outcome, { minLength: 40, maxLength: 40 });
const metric = fc.record({
  more: fc.integer({ min: 0, max: 7 }), interval: fc.integer({ min: 1, max: 20 }), initialDelay: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
  failureLimit: fc.option(fc.integer({ min: -1, max: 3 }), { nil: undefined }), inconclusiveLimit: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  consecutiveErrorLimit: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }), consecutiveSuccessLimit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }), outcomes,
}).map(({ more, ...limits }) => {
  // Limits that can never be reached are refused.
  const failureLimit = limits.failureLimit === -1 && limits.consecutiveSuccessLimit === undefined ? undefined : limits.failureLimit;
  return { ...limits, failureLimit, count: Math.max(1, limits.inconclusiveLimit ?? 0, Math.max(failureLimit ?? 0, 0) + (limits.consecutiveSuccessLimit ?? 0)) + more };
});
type Planned = typeof metric extends fc.Arbitrary<infer T> ? T : never;

const toMetric = ({ outcomes: _, interval, initialDelay, ...limits }: Planned, index: number): ArgoMetric => ({
  name: `m${index}`, provider: { web: { url: 'http://x/' } }, interval: `${interval}s`, ...(initialDelay === undefined ? {} : { initialDelay: `${initialDelay}s` }),
  ...Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
});
const game = (metrics: readonly Planned[]): Play => new Play({ metrics: metrics.map(toMetric) }, (name, number) => metrics[Number(name.slice(1))]?.outcomes[number - 1] ?? 'Successful');
/** Without times: what there is to say in the end. */
const timeless = ({ phase, message, runSummary, metricResults = [] }: AnalysisRunStatus): unknown => ({ phase, message, runSummary, results: metricResults.map(({ measurements: _, ...result }) => result) });

/** What one metric alone comes to, one measurement after the other: limits, then successes in a row, then the count. */
function verdict({ count, failureLimit = 0, inconclusiveLimit = 0, consecutiveErrorLimit = 4, consecutiveSuccessLimit = 0, outcomes: all }: Planned): RunPhase {
  let [done, failed, inconclusive, errors, successes] = [0, 0, 0, 0, 0];
  for (const each of all) {
    errors = each === 'Error' ? errors + 1 : 0;
    successes = each === 'Successful' ? successes + 1 : 0;
    if (each !== 'Error') done++;
    if (each === 'Failed') failed++;
    if (each === 'Inconclusive') inconclusive++;
    if (errors > consecutiveErrorLimit) return 'Error';
    if (inconclusive > inconclusiveLimit) return 'Inconclusive';
    if (failureLimit >= 0 && failed > failureLimit) return 'Failed';
    if (consecutiveSuccessLimit > 0 && successes >= consecutiveSuccessLimit) return 'Successful';
    if (done >= count) return consecutiveSuccessLimit === 0 ? 'Successful' : failureLimit < 0 ? 'Failed' : 'Inconclusive';
  }
  return 'Running';
}

it('comes to what its metrics come to one by one', () => {
  const seen = new Map<RunPhase, number>();
  fc.assert(fc.property(fc.array(metric, { minLength: 1, maxLength: 3 }), (metrics) => {
    const { status } = game(metrics).play(2000).run;
    const alone = metrics.map(verdict);
    seen.set(status?.phase ?? 'Running', (seen.get(status?.phase ?? 'Running') ?? 0) + 1);
    expect(status?.completedAt).toBeDefined();
    if (metrics.length === 1) expect(status?.phase).toBe(alone[0]);
    // The first one that ends badly ends the others; if none does, all come to their ends.
    else if (alone.every((phase) => phase === 'Successful')) expect(status?.phase).toBe('Successful');
    else expect(alone).toContain(status?.phase);
    expect(status?.message !== undefined && status.message !== '').toBe(status?.phase !== 'Successful');
  }), { numRuns: 150 });
  expect([...seen.keys()].sort()).toEqual(['Error', 'Failed', 'Inconclusive', 'Successful']);
});

it('keeps its counts, its times and its end', () => {
  fc.assert(fc.property(fc.array(metric, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 3000 }), (metrics, lasts) => {
    const played = game(metrics);
    played.lasts = lasts;
    const { status } = played.play(2000).run;
    for (const [index, { count, interval, initialDelay = 0, outcomes: all }] of metrics.entries()) {
      const result = status?.metricResults?.find(({ name }) => name === `m${index}`);
      const begun = played.begun.filter((each) => each.metric === `m${index}`);
      expect(begun.map(({ number }) => number)).toEqual(begun.map((_, at) => at + 1));
      if (begun[0]) expect(begun[0].at - START).toBeGreaterThanOrEqual(initialDelay * 1000);
      for (const [at, each] of begun.slice(1).entries()) expect(each.at - (begun[at]?.at ?? 0)).toBeGreaterThanOrEqual((all[at] === 'Error' ? 10 : interval) * 1000);
      if (!result) continue;
      expect(result.count ?? 0).toBe((result.successful ?? 0) + (result.failed ?? 0) + (result.inconclusive ?? 0));
      expect(result.count ?? 0).toBeLessThanOrEqual(count);
      expect(result.measurements?.length ?? 0).toBe(Math.min(10, (result.count ?? 0) + (result.error ?? 0)));
    }
    played.now += 3_600_000;
    expect(played.pass()).toMatchObject({ status, measure: [], ended: [] });
  }), { numRuns: 100 });
});

it('loses nothing but the measurement under way when its process dies', () => {
  let killed = 0;
  fc.assert(fc.property(fc.array(metric, { minLength: 1, maxLength: 1 }), fc.infiniteStream(fc.integer({ min: 0, max: 4 })), fc.integer({ min: 0, max: 2500 }), (metrics, dice, lasts) => {
    const undisturbed = game(metrics).play(2000);
    const disturbed = game(metrics);
    disturbed.lasts = lasts;
    disturbed.play(4000, (each) => {
      if (dice.next().value !== 0) return;
      killed++;
      each.kill();
    });
    expect(timeless(disturbed.run.status ?? {})).toEqual(timeless(undisturbed.run.status ?? {}));
  }), { numRuns: 100 });
  expect(killed).toBeGreaterThan(50);
});
