import { describe, expect, it } from 'vitest';
import { NoReading } from '../../../src/metrics/reading.js';
import type { MetricSample } from '../../../src/statistics/metric-sample.js';
import { patchRelease, untilPhase } from '../program.js';
import { elsewhere, errorsAlone, judging, tooFew } from './judged.js';

const make = judging();

describe('a version is judged as soon as the evidence suffices', () => {
  it('one that fails every request is taken back within seconds of its first ones', async () => {
    const judged = make();
    judged.driver.traffic.failing.canary = 1;
    await judged.begin([{ weight: 10 }, { pause: { for: '1h' } }, { weight: 50 }]);
    const { status } = await untilPhase(judged.driver, ['Aborted']);
    expect(status?.abortReason).toBe('TooManyFailures');
    const shared = judged.firstWrite((release) => (release.status?.intent.share ?? 0) > 0) ?? 0;
    const aborting = judged.firstWrite((release) => release.status?.phase === 'Aborting') ?? 0;
    // 5 of its requests come in a second, and a sample once a second.
    expect(aborting - shared).toBeLessThanOrEqual(5000);
    expect(status?.evidence?.canary.failures).toBeLessThanOrEqual(40);
    expect(status?.log?.find(({ code }) => code === 'Aborting')?.arguments['says']).toMatch(/100 %/);
    expect(judged.metric('errors')).toMatchObject({ outcome: 'fail', verdicts: [{ outcome: 'fail' }] });
  });

  it('one that is slow is taken back as well', async () => {
    const judged = make();
    judged.driver.traffic.slow.canary = 0.5;
    await judged.begin([{ weight: 20 }, { pause: { for: '1h' } }]);
    expect((await untilPhase(judged.driver, ['Aborted'])).status?.abortReason).toBe('TooSlow');
  });

  it('a good one goes on long before its analysis would be over', async () => {
    const judged = make();
    judged.driver.traffic.requestsPerSecond = 400;
    Object.assign(judged.driver.traffic.failing, { stable: 0.01, canary: 0.01 });
    await judged.begin([{ weight: 50 }, { analyze: { for: '6h' } }, { weight: 100 }], errorsAlone);
    const { status } = await untilPhase(judged.driver, ['Completed'], 'web-1', 600);
    expect(judged.log).toContain('AnalysisPassed');
    expect(status?.log?.map(({ code }) => code)).not.toContain('AnalysisUndecided');
    expect(judged.metric('errors')?.outcome).toBe('pass');
  });

  it('a metric that is only looked at decides nothing, and is on record', async () => {
    const judged = make();
    judged.driver.samples.set('looked-at', (at): MetricSample => ({ kind: 'condition', at, measurement: 'failure', value: 0 }));
    await judged.begin([{ weight: 50 }, { analyze: { for: '10s' } }], { metrics: [{ name: 'errors', errorRate: {} }, { name: 'looked-at', condition: { success: 'result > 1', every: '1s' }, from: elsewhere, dryRun: true }] });
    await untilPhase(judged.driver, ['Completed']);
    expect(judged.metric('looked-at')).toMatchObject({ outcome: 'fail', dryRun: true });
  });

  describe('what comes when it is undecided', () => {
    const begin = async (then: 'promote' | 'hold' | 'ask' | 'abort', minimumRequests = 5) => {
      const judged = make();
      judged.driver.samples.set('errors', tooFew);
      await judged.begin([{ weight: 50 }, { analyze: {} }, { weight: 100 }], { ...errorsAlone, undecided: { after: '20s', then, minimumRequests } });
      return judged;
    };

    it('promote: it goes on when its time is over', async () => {
      const judged = await begin('promote');
      await untilPhase(judged.driver, ['Completed']);
      expect(judged.log).toContain('AnalysisUndecided');
    });

    it('promote: it waits for the requests that the policy asks for', async () => {
      const judged = await begin('promote', 60);
      judged.driver.traffic.requestsPerSecond = 2;
      await judged.until('it waits', () => judged.release?.status?.message?.includes('60 canary requests') === true);
      await untilPhase(judged.driver, ['Completed']);
      expect(judged.release?.status?.evidence?.canary.requests).toBeGreaterThanOrEqual(60);
    });

    it('hold: it waits until somebody says to go on', async () => {
      const judged = await begin('hold');
      await judged.until('it holds', () => judged.release?.status?.message?.includes('serin promote') === true);
      await judged.driver.pass(60);
      expect(judged.release?.status?.step.index).toBe(1);
      await patchRelease(judged.driver, 'web-1', { advanceTo: 2 });
      await untilPhase(judged.driver, ['Completed']);
    });

    it('ask: it waits for an approval', async () => {
      const judged = await begin('ask');
      await judged.until('it asks', () => judged.release?.status?.message?.includes('serin approve') === true);
      await patchRelease(judged.driver, 'web-1', { advanceTo: 2 });
      await judged.driver.pass(10);
      expect(judged.release?.status?.step.index).toBe(1);
    });

    it('abort: it is taken back', async () => {
      const judged = await begin('abort');
      expect((await untilPhase(judged.driver, ['Aborted'])).status?.abortReason).toBe('Undecided');
    });
  });

  it('missing samples are waited for, and said after a while; one metric never keeps another from being judged', async () => {
    const judged = make();
    let answers = false;
    judged.driver.samples.set('remote', (at): MetricSample => {
      if (!answers) throw new NoReading('failed', 'the source at http://remote.test gave no answer');
      return { kind: 'condition', at, measurement: 'success', value: 1 };
    });
    await judged.begin([{ weight: 50 }, { analyze: { for: '1h' } }], { metrics: [{ name: 'errors', errorRate: {} }, { name: 'remote', condition: { success: 'result > 0', every: '1s', count: 3 }, from: elsewhere }] });
    await judged.until('it is said', () => judged.release?.status?.message?.includes('remote: the source at http://remote.test gave no answer') === true);
    await judged.until('errors are judged', () => judged.samples('errors') > 3);
    expect(judged.release?.status?.phase).toBe('Progressing');
    await judged.until('it is on record', () => judged.metric('remote')?.problem !== undefined);
    answers = true;
    await judged.until('it is not said any more', () => judged.release?.status?.message?.includes('remote.test') === false);
    await judged.until('it passes', () => judged.metric('remote')?.outcome === 'pass');
    expect(judged.metric('remote')?.problem).toBeUndefined();
  });

  it('an analysis that makes a mistake of its own says so, without what it said', async () => {
    const judged = make();
    judged.driver.samples.set('errors', () => Promise.reject(new TypeError('password is 12345')));
    await judged.begin([{ weight: 50 }, { analyze: { for: '1h' } }], errorsAlone);
    await judged.until('it is said', () => judged.release?.status?.message?.includes('no sample could be taken (TypeError)') === true);
    expect(JSON.stringify(judged.writes)).not.toContain('12345');
  });
});
