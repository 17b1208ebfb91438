import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { AnalysisRunSpec, RunPhase } from '../kinds/analysis.js';
import type { ArgoMetric } from '../kinds/metrics.js';
import { advanceAnalysisRun } from './advance.js';
import { JOB_METRIC_ANNOTATION } from './labels.js';
import { Play, START } from './testing/playing.js';

const web = (name: string, more: Partial<ArgoMetric> = {}): ArgoMetric => ({ name, provider: { web: { url: 'http://x/' } }, ...more });
const job = (name: string, more: Partial<ArgoMetric> = {}): ArgoMetric => ({ name, provider: { job: { spec: { template: { spec: { containers: [{ name: 'main', image: 'a' }] } } } } }, ...more });
const play = (metrics: ArgoMetric[], outcomes: Record<string, RunPhase[]> = {}, more: Partial<AnalysisRunSpec> = {}): Play => new Play({ metrics, ...more }, (metric, number) => outcomes[metric]?.[number - 1] ?? 'Successful');
const seconds = (game: Play, metric: string): number[] => game.begun.filter((each) => each.metric === metric).map(({ at }) => (at - START) / 1000);

describe('an AnalysisRun', () => {
  it('measures by count and interval, after its delay', () => {
    const game = play([web('a', { count: 3, interval: '5s', initialDelay: '4s' }), web('once')]).play(60);
    expect([seconds(game, 'a'), seconds(game, 'once')]).toEqual([[4, 9, 14], [0]]);
    expect(game.run.status).toEqual({
      phase: 'Successful', startedAt: '2026-01-01T00:00:00Z', completedAt: '2026-01-01T00:00:14Z',
      runSummary: { count: 2, successful: 2 }, dryRunSummary: {},
      metricResults: [
        { name: 'a', phase: 'Successful', count: 3, successful: 3, consecutiveSuccess: 3, measurements: [4, 9, 14].map((at, index) => ({ phase: 'Successful', value: String(index + 1), startedAt: `2026-01-01T00:00:${String(at).padStart(2, '0')}Z`, finishedAt: `2026-01-01T00:00:${String(at).padStart(2, '0')}Z` })) },
        expect.objectContaining({ name: 'once', phase: 'Successful', count: 1 }),
      ],
    });
    expect(game.events).toEqual(['once Successful', 'a Successful', ' Successful']);
  });

  it('says when to look again', () => {
    const game = play([web('a', { count: 2, interval: '5s', initialDelay: '4s' })]);
    expect([game.pass().lookAgainAt, game.last?.measure]).toEqual([START + 4000, []]);
    game.now += 4000;
    game.pass();
    expect(game.pass().lookAgainAt).toBe(START + 9000);
  });

  it('tries again ten seconds after an error, and gives up after five in a row', () => {
    const game = play([web('a', { interval: '1h', count: 2 })], { a: ['Error', 'Successful'] }).play(3700);
    expect(seconds(game, 'a')).toEqual([0, 10, 3610]);
    expect(game.run.status).toMatchObject({ phase: 'Successful', metricResults: [{ count: 2, error: 1 }] });
    expect(game.run.status?.metricResults?.[0]).not.toHaveProperty('consecutiveError');
    const bad = play([web('a')], { a: Array.from({ length: 9 }, () => 'Error' as const) }).play(100);
    expect(bad.begun).toHaveLength(5);
    expect(bad.run.status).toMatchObject({
      phase: 'Error', message: 'Metric "a" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "Error Message: no answer"', runSummary: { count: 1, error: 1 }, metricResults: [{ phase: 'Error', message: 'no answer' }],
    });
  });

  it('ends all metrics with the first that ends badly', () => {
    const game = play([web('a', { interval: '1s' }), web('b', { interval: '2s', count: 9, failureLimit: 1 }), web('late', { initialDelay: '1h' })], { b: ['Failed', 'Successful', 'Failed'] }).play(60);
    expect(game.run.status).toMatchObject({
      phase: 'Failed', message: 'Metric "b" assessed Failed due to failed (2) > failureLimit (1)', completedAt: '2026-01-01T00:00:04Z', runSummary: { count: 3, successful: 1, failed: 1 },
    });
    expect(game.run.status?.metricResults?.map(({ name, phase }) => [name, phase])).toEqual([['a', 'Successful'], ['b', 'Failed']]);
    const at = game.run.status;
    expect(game.pass()).toMatchObject({ status: at, measure: [], ended: [] });
  });

  it('waits for what is being measured, which may be worse; but not where nothing is worse', () => {
    const game = play([web('a'), web('b')]);
    game.pass();
    const measurement = { startedAt: '', finishedAt: '' };
    const after = (phase: RunPhase, terminate = false): ReturnType<typeof advanceAnalysisRun> =>
      advanceAnalysisRun({ ...game.run, spec: { ...game.run.spec, terminate } }, { taken: [{ metric: 'a', number: 1, measurement: { ...measurement, phase } }], underWay: new Set(['b']), jobs: [], podsOf: () => [] }, game.now);
    expect([after('Inconclusive'), after('Failed'), after('Inconclusive', true)].map(({ status, waits, measure }) => [status.phase, waits, measure])).toEqual([['Running', true, []], ['Failed', false, []], ['Inconclusive', false, []]]);
  });

  it('does not let dry runs decide', () => {
    const game = play([web('a'), web('b')], { b: ['Failed'] }, { dryRun: [{ metricName: '^b$' }] }).play(5);
    expect(game.run.status).toMatchObject({
      phase: 'Successful', runSummary: { count: 1, successful: 1 }, dryRunSummary: { count: 1, failed: 1 },
      metricResults: [{ name: 'a' }, { name: 'b', dryRun: true, phase: 'Failed', message: 'Metric assessed Failed due to failed (1) > failureLimit (0)' }],
    });
    expect(game.run.status?.message).toBeUndefined();
    const all = play([web('b')], { b: ['Failed'] }, { dryRun: [{ metricName: '.*' }] }).play(5);
    expect(all.run.status?.phase).toBe('Successful');
  });

  it('ends when it is told to: a success unless it was worse', () => {
    const game = play([web('a', { interval: '1s', failureLimit: 5 }), web('late', { initialDelay: '1h' })], { a: ['Failed'] }).play(4);
    game.run = { ...game.run, spec: { ...game.run.spec, terminate: true } };
    game.lasts = 5000;
    expect(game.pass()).toMatchObject({ waits: false, measure: [], status: { phase: 'Successful', message: 'Run Terminated', runSummary: { count: 2, successful: 1 } } });
    const early = play([web('a', { initialDelay: '1h' })], {}, { terminate: true });
    expect(early.pass().status).toMatchObject({ phase: 'Successful', message: 'Run Terminated', metricResults: [] });
  });

  it('ends with enough successes in a row', () => {
    const game = play([web('a', { interval: '1s', count: 7, consecutiveSuccessLimit: 2, failureLimit: 5 })], { a: ['Successful', 'Failed'] }).play(20);
    expect(game.run.status).toMatchObject({ phase: 'Successful', metricResults: [{ count: 4 }] });
    const never = play([web('a', { interval: '1s', count: 3, consecutiveSuccessLimit: 2, failureLimit: 1 })], { a: ['Successful', 'Failed'] }).play(20);
    expect(never.run.status).toMatchObject({ phase: 'Inconclusive', message: 'Metric "a" assessed Inconclusive due to consecutiveSuccess (1) < consecutiveSuccessLimit (2)' });
  });

  it('keeps ten measurements, or as many as a rule says', () => {
    const game = play([web('a', { interval: '1s', count: 15 }), web('b', { interval: '1s', count: 15 })], {}, { measurementRetention: [{ metricName: 'b', limit: 2 }] }).play(60);
    expect(game.run.status?.metricResults?.map(({ measurements, count }) => [measurements?.length, measurements?.at(-1)?.value, count])).toEqual([[10, '15', 15], [2, '15', 15]]);
  });

  it('takes nothing in twice', () => {
    const game = play([web('a', { interval: '1s', count: 3 })]).play(1);
    const again = { metric: 'a', number: 1, measurement: { phase: 'Failed' as const, startedAt: '', finishedAt: '' } };
    const decision = advanceAnalysisRun(game.run, { taken: [again], underWay: new Set(), jobs: [], podsOf: () => [] }, game.now);
    expect(decision.status.metricResults).toEqual(game.run.status?.metricResults);
  });

  it('says why it cannot be run, all at once', () => {
    const spec: AnalysisRunSpec = { metrics: [web('a', { interval: 'soon', successCondition: 'result >' }), { name: 'b', provider: { newRelic: {} } }, web('a')], dryRun: [{ metricName: 'x' }, { metricName: '(' }] };
    const { status, ended, measure } = new Play(spec, () => 'Successful').pass();
    expect([status.phase, ended, measure, status.completedAt !== undefined]).toEqual(['Error', [{ phase: 'Error' }], [], true]);
    for (const part of ['Analysis spec invalid: ', 'no length of time', 'no condition that can be read', 'newRelic is not asked by Serin', 'stands there twice', 'dryRun[0]: "x" matches the name of no metric', 'dryRun[1]: "(" is no regular expression']) expect(status.message).toContain(part);
    const unresolved = new Play({ metrics: [web('a', { provider: { web: { url: '{{args.host}}/{{args.no}}' } } })], args: [{ name: 'host' }] }, () => 'Successful').pass().status.message;
    expect(unresolved).toBe('Unable to resolve metric arguments: nothing gives a value to argument host; nothing gives a value to {{args.host}}; nothing gives a value to {{args.no}}');
    expect(new Play({ metrics: [] }, () => 'Successful').pass().status.message).toContain('it measures nothing');
  });

  it('fills in arguments but those from Secrets', () => {
    const spec: AnalysisRunSpec = { metrics: [web('a', { count: '{{args.count}}', interval: '1s', provider: { web: { url: '{{args.host}}/{{args.key}}' } } })], args: [{ name: 'host', value: 'http://x' }, { name: 'count', value: '2' }, { name: 'key', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] };
    const game = new Play(spec, () => 'Successful');
    expect(game.pass().measure).toMatchObject([{ number: 1, metric: { count: '2', provider: { web: { url: 'http://x/{{args.key}}' } } } }]);
    expect(game.play(9).run.status).toMatchObject({ phase: 'Successful', metricResults: [{ count: 2 }] });
  });

  it('is deleted when its time is over', () => {
    const game = play([web('a')], {}, { ttlStrategy: { secondsAfterCompletion: 30 } }).play(5);
    expect(game.pass()).toMatchObject({ remove: false, lookAgainAt: START + 30_000 });
    game.now = START + 30_000;
    expect(game.pass()).toMatchObject({ remove: true });
  });
});

describe('an AnalysisRun with Jobs', () => {
  it('runs one for each measurement, and sees how it ends', () => {
    const game = play([job('smoke', { count: 2, interval: '1s', failureLimit: 1 })]).play(3);
    expect(game.jobs.map(({ metadata }) => metadata.name)).toEqual(['u.smoke.1']);
    expect(game.run.status).toMatchObject({ phase: 'Running', metricResults: [{ phase: 'Running', measurements: [{ phase: 'Running', metadata: { 'job-name': 'u.smoke.1' } }] }] });
    expect(game.last?.lookAgainAt).toBeUndefined();
    game.endJob('u.smoke.1', 'Failed');
    game.play(5);
    game.endJob('u.smoke.2', 'Complete');
    game.play(5);
    expect(game.run.status).toMatchObject({ phase: 'Successful', metricResults: [{ count: 2, failed: 1, successful: 1, measurements: [{ phase: 'Failed' }, { phase: 'Successful' }] }] });
    expect(game.jobs).toHaveLength(2);
  });

  it('lets go of Jobs whose measurements are not kept', () => {
    const game = play([job('smoke', { count: 5, interval: '1s' })], {}, { measurementRetention: [{ metricName: 'smoke', limit: 2 }] });
    for (let number = 1; number <= 5; number++) {
      game.play(3);
      game.endJob(`u.smoke.${number}`, 'Complete');
    }
    game.play(3);
    expect([game.run.status?.phase, game.jobs.map(({ metadata }) => metadata.name)]).toEqual(['Successful', ['u.smoke.4', 'u.smoke.5']]);
  });

  it('ends its Job when it is told to end, and cannot say how it would have ended', () => {
    const game = play([job('smoke')]).play(3);
    game.run = { ...game.run, spec: { ...game.run.spec, terminate: true } };
    expect(game.pass()).toMatchObject({ removeJobs: ['u.smoke.1'], status: { phase: 'Inconclusive', metricResults: [{ phase: 'Inconclusive', measurements: [{ phase: 'Inconclusive', message: 'Metric Terminated' }] }] } });
    // One that has ended counts as it ended.
    const ended = play([job('smoke')]).play(3);
    ended.endJob('u.smoke.1', 'Complete');
    ended.run = { ...ended.run, spec: { ...ended.run.spec, terminate: true } };
    expect(ended.pass()).toMatchObject({ removeJobs: [], status: { phase: 'Successful' } });
  });

  it('waits for a Job that is being made before it ends, and takes one that a dead process made', () => {
    const game = play([job('smoke'), web('a')], { a: ['Failed'] });
    game.pass();
    const spec = game.run.spec;
    const waits = advanceAnalysisRun({ ...game.run, spec: { ...spec, terminate: true } }, { taken: [], underWay: new Set(['smoke']), jobs: [], podsOf: () => [] }, game.now);
    expect(waits.status).toMatchObject({ phase: 'Running' });
    expect(waits.status.completedAt).toBeUndefined();
    // Made, and not on record: the next controller measures with the same number.
    game.jobs = [{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'u.smoke.1', annotations: { [JOB_METRIC_ANNOTATION]: 'smoke' } }, spec: { template: {} }, status: { conditions: [{ type: 'Complete', status: 'True' }] } }];
    game.kill();
    expect(game.pass().measure.map(({ metric, number }) => [metric.name, number])).toEqual([['smoke', 1], ['a', 1]]);
    expect(game.jobs).toHaveLength(1);
  });

  it('is an error when the Job goes before its end, and inconclusive when its image cannot be had', () => {
    const game = play([job('smoke', { consecutiveErrorLimit: 0 })]).play(3);
    game.jobs = [];
    expect(game.play(3).run.status).toMatchObject({ phase: 'Error', message: 'Metric "smoke" assessed Error due to consecutiveErrors (1) > consecutiveErrorLimit (0): "Error Message: Job u.smoke.1 is gone before its end."' });
    const stuck = play([job('smoke')]).play(3);
    const pod = { status: { containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }] } } as Pod;
    const decision = advanceAnalysisRun(stuck.run, { taken: [], underWay: new Set(), jobs: stuck.jobs, podsOf: () => [pod] }, stuck.now);
    expect(decision).toMatchObject({ removeJobs: ['u.smoke.1'], status: { phase: 'Inconclusive', message: 'Metric "smoke" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0): "Error Message: Job u.smoke.1 cannot begin: container main: ErrImagePull: no such image"' } });
  });
});
